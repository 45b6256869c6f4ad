import ArgumentParser
import FoveaEvaluation
import FoveaJSON
import FoveaModels
import FoveaServing

struct EvaluateDetectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Measure a detector: COCO's average precision, as pycocotools computes it.",
        discussion: """
            AP is the mean over overlaps of 0.5 to 0.95 and over the classes, AP50 that at an overlap of 0.5. Class-blind \
            takes all classes for one: whether things are found, whatever they are called. The dataset's classes must \
            have the names that the model calls them.
            """)

    @OptionGroup var dataset: DatasetArguments

    @Option(help: "Model to measure, NAME or NAME:VERSION (default: one of your own that detects, else Fovea's).")
    var model: String?

    @Option(
        help: "A file to write what was found to, as COCO's results format has it.",
        completion: .file(extensions: ["json"]))
    var predictions: String?

    func run() async throws {
        let (coco, model) = (try dataset.read(), try dataset.load(model, for: .detect))
        let evaluation = try await DetectorEvaluation(of: model, on: coco) {
            try dataset.photograph($0)
        } progress: {
            dataset.show($0, of: coco.photographs.count)
        }
        if let predictions { try write(evaluation.findings, to: predictions) }
        print(dataset.json ? line(evaluation, coco) : table(evaluation, coco))
    }

    private func table(_ evaluation: DetectorEvaluation, _ coco: CocoDataset) -> String {
        let things = coco.annotations.count { !$0.isCrowd }
        var table = TextTable(["CLASS", "AP", "AP50"], right: ["AP", "AP50"])
        let means = [("all, mean", evaluation.precision), ("class-blind", evaluation.classBlind)]
        for (name, precision) in means.map({ ($0, Figures($1)) }) + classes(evaluation, coco) {
            table.add([name, precision.mean.map { rounded($0) } ?? "-", precision.atHalf.map { rounded($0) } ?? "-"])
        }
        return "\(coco.photographs.count) photographs with \(things) things\n" + table.text
    }

    private func line(_ evaluation: DetectorEvaluation, _ coco: CocoDataset) -> String {
        let value = JSONValue.members([
            ("photographs", .integer(coco.photographs.count)), ("classes", Figures(evaluation.precision).json),
            ("class_blind", Figures(evaluation.classBlind).json),
            ("by_class", .members(classes(evaluation, coco).map { ($0, $1.json) })),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }

    /// Names and figures of the classes that are on the photographs, in the order of their numbers.
    private func classes(_ evaluation: DetectorEvaluation, _ coco: CocoDataset) -> [(String, Figures)] {
        evaluation.precision.byCategory.sorted { $0.key < $1.key }.map { category, precisions in
            let mean = precisions.reduce(0, +) / Double(precisions.count)
            return (coco.categories[category] ?? "\(category)", Figures(mean: mean, atHalf: precisions[0]))
        }
    }

    private func write(_ findings: [AveragePrecision.Finding], to path: String) throws {
        let value = JSONValue.array(
            findings.map { finding in
                let box = finding.box
                return .members([
                    ("image_id", .integer(finding.image)), ("category_id", .integer(finding.category)),
                    ("bbox", .array([box.x, box.y, box.width, box.height].map(JSONValue.number))),
                    ("score", .number(finding.score)),
                ])
            })
        try OutputFile.write(value.bytes, to: path)
    }
}

/// What is told of a class, or of all.
private struct Figures {
    let mean: Double?
    let atHalf: Double?

    init(mean: Double?, atHalf: Double?) { (self.mean, self.atHalf) = (mean, atHalf) }

    init(_ precision: AveragePrecision) { self.init(mean: precision.mean, atHalf: precision.atHalf) }

    var json: JSONValue { .members([("ap", .optional(mean)), ("ap50", .optional(atHalf))]) }
}
