import FoveaImage
import Testing

@Suite struct SmallRegionsTests {
    @Test("The reference implementation's remove_small_regions")
    func goldens() throws {
        let table = try MaskFixtures.table("regions.tsv")
        #expect(table.count == 240)
        for row in table {
            let mask = try MaskFixtures.mask(row[0...2])
            let kind = try #require(RunLengthMask.RegionKind(rawValue: row[3]))
            let removed = mask.removingSmallRegions(kind, under: try #require(Int(row[4])))
            #expect(removed?.compressedCounts ?? "-" == row[5], "\(row[0...4])")
        }
    }

    @Test("Corners connect; the limit itself is not small; the largest island stays")
    func rules() throws {
        let diagonal = try RunLengthMask(height: 3, width: 3, counts: [0, 1, 3, 1, 3, 1])
        #expect(diagonal.removingSmallRegions(.islands, under: 3) == nil)
        #expect(diagonal.removingSmallRegions(.islands, under: 4) == diagonal)
        let full = try RunLengthMask(height: 3, width: 3, counts: [0, 9])
        #expect(diagonal.removingSmallRegions(.holes, under: 6) == nil)
        #expect(diagonal.removingSmallRegions(.holes, under: 7) == full)
        #expect(full.removingSmallRegions(.holes, under: 4) == nil)
        let empty = try RunLengthMask(height: 3, width: 3, counts: [9])
        #expect(empty.removingSmallRegions(.islands, under: 4) == nil)
        #expect(empty.removingSmallRegions(.holes, under: 10) == full)
    }
}
