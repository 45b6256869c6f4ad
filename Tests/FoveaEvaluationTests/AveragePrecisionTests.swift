import Foundation
import FoveaEvaluation
import Testing

@Suite struct AveragePrecisionTests {
    /// A file in `Tests/Fixtures/coco`.
    static func fixture(_ name: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appending(path: "Fixtures/coco/\(name)")))
    }

    static func rows(_ name: String) throws -> [[String]] {
        String(decoding: try fixture(name), as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
    }

    static func truths() throws -> [AveragePrecision.Truth] {
        try CocoDataset(fixture("annotations.json")).annotations.map {
            AveragePrecision.Truth(image: $0.image, category: $0.category, box: $0.box, isCrowd: $0.isCrowd)
        }
    }

    static func findings() throws -> [AveragePrecision.Finding] {
        try rows("findings.tsv").map { row in
            let numbers = try row.map { try #require(Double($0)) }
            return AveragePrecision.Finding(
                image: Int(numbers[0]), category: Int(numbers[1]),
                box: PixelBox(x: numbers[2], y: numbers[3], width: numbers[4], height: numbers[5]), score: numbers[6])
        }
    }

    @Test("pycocotools' precision at every overlap, with crowds, equal scores and more findings than count")
    func goldens() throws {
        let (truths, findings) = (try Self.truths(), try Self.findings())
        let expected = try Self.rows("expected.tsv")
        #expect(expected.count == 2 && findings.count > 200)
        for row in expected {
            let precision = AveragePrecision(truths: truths, findings: findings, isClassBlind: row[0] == "blind")
            let classes = Double(precision.byCategory.count)
            #expect(classes == (row[0] == "blind" ? 1 : 3))
            for overlap in 0..<10 {
                let mean = precision.byCategory.values.reduce(0) { $0 + $1[overlap] } / classes
                let wanted = try #require(Double(row[1 + overlap]))
                #expect(abs(mean - wanted) < 1e-12, "\(row[0]) at overlap \(overlap)")
            }
            #expect(abs(try #require(precision.mean) - #require(Double(row[11]))) < 1e-12)
            #expect(abs(try #require(precision.atHalf) - #require(Double(row[1]))) < 1e-12)
        }
    }

    @Test("Everything found is 1, nothing found is 0, and where nothing is there is no figure")
    func edges() {
        let box = PixelBox(x: 1, y: 2, width: 3, height: 4)
        let truth = AveragePrecision.Truth(image: 1, category: 1, box: box)
        let right = AveragePrecision.Finding(image: 1, category: 1, box: box, score: 0.2)
        let elsewhere = AveragePrecision.Finding(image: 2, category: 1, box: box, score: 0.2)
        #expect(AveragePrecision(truths: [truth], findings: [right]).mean.map { abs($0 - 1) < 1e-12 } == true)
        #expect(AveragePrecision(truths: [truth], findings: [elsewhere]).mean == 0)
        #expect(AveragePrecision(truths: [truth], findings: []).atHalf == 0)
        #expect(AveragePrecision(truths: [], findings: [right]).mean == nil)
    }

    @Test("The order in which findings come makes no difference where scores differ")
    func order() throws {
        let truths = try Self.truths()
        var findings = try Self.findings().enumerated().map { index, finding in
            AveragePrecision.Finding(
                image: finding.image, category: finding.category, box: finding.box,
                score: finding.score + Double(index) * 1e-9)
        }
        let first = AveragePrecision(truths: truths, findings: findings)
        findings.reverse()
        #expect(AveragePrecision(truths: truths.reversed(), findings: findings).byCategory == first.byCategory)
    }
}
