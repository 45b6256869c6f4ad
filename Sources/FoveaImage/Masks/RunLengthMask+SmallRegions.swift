extension RunLengthMask {
    /// What `removingSmallRegions` removes.
    public enum RegionKind: String, Sendable, CaseIterable {
        /// Regions of background, at the border as well, become foreground.
        case holes
        /// Regions of foreground become background; if all are small, the largest stays.
        case islands
    }

    /// Returns the mask without regions of fewer pixels than `area`, as the reference implementation (segment-anything,
    /// `remove_small_regions`) makes it, or `nil` if there are none. Pixels that touch at a corner are connected.
    public func removingSmallRegions(_ kind: RegionKind, under area: Int) -> RunLengthMask? {
        let runs = ColumnRuns(kind == .holes ? inverted : self)
        let regions = Regions(of: runs)
        guard regions.areas.contains(where: { $0 < area }) else { return nil }
        switch kind {
        case .holes: return runs.mask { regions.areas[regions.ofRun[$0]] >= area }.inverted
        case .islands:
            let hasLarge = regions.areas.contains { $0 >= area }
            return runs.mask { run in
                let region = regions.ofRun[run]
                return hasLarge ? regions.areas[region] >= area : region == regions.largest
            }
        }
    }
}

/// The regions of runs that are connected over edges and corners of pixels.
private struct Regions {
    /// For each run its region.
    let ofRun: [Int]
    /// Pixels of each region.
    let areas: [Int]
    /// The region with the most pixels; of several the first one as OpenCV numbers them: by their first block of 2×2 pixels,
    /// row by row.
    let largest: Int

    init(of runs: ColumnRuns) {
        var sets = DisjointSets(count: runs.count)
        for x in 0..<max(runs.width - 1, 0) {
            var (left, right) = (runs.runs(inColumn: x), runs.runs(inColumn: x + 1))
            while let l = left.first, let r = right.first {
                let (a, b) = (runs[l], runs[r])
                if a.lowerBound <= b.upperBound, b.lowerBound <= a.upperBound { sets.join(l, r) }
                if a.upperBound < b.upperBound { left.removeFirst() } else { right.removeFirst() }
            }
        }
        var (ofRun, areas, blocks): ([Int], [Int], [(Int, Int)]) = ([], [], [])
        for x in 0..<runs.width {
            for run in runs.runs(inColumn: x) {
                let (first, block) = (sets.first(of: run), (runs[run].lowerBound / 2, x / 2))
                if first == run {
                    ofRun.append(areas.count)
                    areas.append(0)
                    blocks.append(block)
                } else {
                    ofRun.append(ofRun[first])
                }
                areas[ofRun[run]] += runs[run].count
                if block < blocks[ofRun[run]] { blocks[ofRun[run]] = block }
            }
        }
        largest =
            areas.indices.min {
                areas[$0] > areas[$1] || (areas[$0] == areas[$1] && blocks[$0] < blocks[$1])
            } ?? 0
        (self.ofRun, self.areas) = (ofRun, areas)
    }
}
