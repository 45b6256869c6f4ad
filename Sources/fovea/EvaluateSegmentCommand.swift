import ArgumentParser
import FoveaEvaluation
import FoveaJSON
import FoveaModels
import FoveaServing

struct EvaluateSegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Measure a segmenter: how well it cuts out what a box or clicks mean.",
        discussion: """
            The figures are means over all things of the intersection over union with the right mask: of what a box \
            around the thing gives, and of what one, three and five clicks give. The first click is in the middle of the \
            thing, each further one in the middle of the largest error.
            """)

    @OptionGroup var dataset: DatasetArguments

    @Option(help: "Model to measure, NAME or NAME:VERSION (default: one of your own that segments, else Fovea's).")
    var model: String?

    /// What is told: a name, its name in JSON, and how many clicks or, at nil, the box.
    private static let figures: [(name: String, field: String, clicks: Int?)] = [
        ("box", "box", nil), ("1 click", "clicks_1", 1), ("3 clicks", "clicks_3", 3), ("5 clicks", "clicks_5", 5),
    ]
    /// Sizes of things that are told apart, by their share of the photograph.
    private static let sizes: [(name: String, range: Range<Double>)] = [
        ("all", 0..<2), ("under 1 %", 0..<0.01), ("1 to 5 %", 0.01..<0.05), ("over 5 %", 0.05..<2),
    ]

    func run() async throws {
        let (coco, model) = (try dataset.read(), try dataset.load(model, for: .segment))
        let evaluation = try await SegmenterEvaluation(of: model, on: coco) {
            try dataset.photograph($0)
        } progress: {
            dataset.show($0, of: coco.photographs.count)
        }
        print(dataset.json ? line(evaluation, coco) : table(evaluation, coco))
    }

    private func mean(
        _ evaluation: SegmenterEvaluation, _ clicks: Int?, _ range: Range<Double> = 0..<2
    ) -> Double? {
        let overlaps = evaluation.outcomes.filter { range.contains($0.share) }.map { outcome in
            clicks.map { outcome.clicks[$0 - 1] } ?? outcome.box
        }
        return overlaps.isEmpty ? nil : overlaps.reduce(0, +) / Double(overlaps.count)
    }

    private func table(_ evaluation: SegmenterEvaluation, _ coco: CocoDataset) -> String {
        let names = Self.figures.map { $0.name.uppercased() }
        var table = TextTable(["SIZE", "THINGS"] + names, right: Set(["THINGS"] + names))
        for (name, range) in Self.sizes {
            let count = evaluation.outcomes.count { range.contains($0.share) }
            table.add(
                [name, "\(count)"] + Self.figures.map { mean(evaluation, $0.clicks, range).map { rounded($0) } ?? "-" })
        }
        return "\(coco.photographs.count) photographs; mean intersection over union\n" + table.text
    }

    private func line(_ evaluation: SegmenterEvaluation, _ coco: CocoDataset) -> String {
        let figures = Self.figures.map { ($0.field, JSONValue.optional(mean(evaluation, $0.clicks))) }
        let value = JSONValue.members([
            ("photographs", .integer(coco.photographs.count)), ("things", .integer(evaluation.outcomes.count)),
            ("mean_iou", .members(figures)),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
