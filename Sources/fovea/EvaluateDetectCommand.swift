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

    @Option(help: "Model to measure, NAME or NAME:VERSION (default: the first by name that detects).")
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
        table.add(["all, mean", rounded(evaluation.precision.mean), rounded(evaluation.precision.atHalf)])
        table.add(["class-blind", rounded(evaluation.classBlind.mean), rounded(evaluation.classBlind.atHalf)])
        for (category, precisions) in named(evaluation, coco) {
            table.add([category, rounded(precisions.reduce(0, +) / Double(precisions.count)), rounded(precisions[0])])
        }
        return "\(coco.photographs.count) photographs with \(things) things\n" + table.text
    }

    private func line(_ evaluation: DetectorEvaluation, _ coco: CocoDataset) -> String {
        func figures(_ precision: AveragePrecision) -> JSONValue {
            .members([("ap", .optional(precision.mean)), ("ap50", .optional(precision.atHalf))])
        }
        let value = JSONValue.members([
            ("photographs", .integer(coco.photographs.count)), ("classes", figures(evaluation.precision)),
            ("class_blind", figures(evaluation.classBlind)),
            (
                "by_class",
                .members(
                    named(evaluation, coco).map { name, precisions in
                        let mean = precisions.reduce(0, +) / Double(precisions.count)
                        return (name, .members([("ap", .number(mean)), ("ap50", .number(precisions[0]))]))
                    })
            ),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }

    private func named(_ evaluation: DetectorEvaluation, _ coco: CocoDataset) -> [(String, [Double])] {
        evaluation.precision.byCategory.sorted { $0.key < $1.key }.map {
            (coco.categories[$0.key] ?? "\($0.key)", $0.value)
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
