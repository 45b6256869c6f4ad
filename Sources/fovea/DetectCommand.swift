import ArgumentParser
import FoveaImage
import FoveaModels
import FoveaServing

struct DetectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Find things on photographs, without a server.",
        discussion: """
            Boxes are in pixels of the upright photograph:

              fovea detect street.jpg --output street-boxes.png
              fovea detect aerial.jpg --tiles auto --score-threshold 0.5 --json
            """)

    private static let standard = DetectionOptions()

    @OptionGroup var photographs: PhotographArguments

    @Option(help: "Model to ask, NAME or NAME:VERSION (default: one of your own that detects, else Fovea's).")
    var model: String?

    @Option(help: "Leave out things with a lower score, 0 to 1.")
    var scoreThreshold = standard.scoreThreshold

    @Option(help: "Of boxes of one class that overlap by more (intersection over union) the best stays, 0 to 1.")
    var iouThreshold = standard.overlapThreshold

    @Option(help: "The most things on a photograph, 1 to 1000.")
    var maxDetections = standard.limit

    @Flag(help: "Of boxes that overlap the best stays, whatever their classes.")
    var classAgnostic = false

    @Option(
        help: "Look at overlapping tiles as well, for small things: auto, or a size such as 640x640.",
        transform: tileSizeArgument)
    var tiles: TileSize?

    @Option(
        help: "A PNG file to write: the photograph with the boxes; of one photograph only.",
        completion: .file(extensions: ["png"]))
    var output: String?

    func validate() throws {
        guard (0...1).contains(scoreThreshold) else { throw ValidationError("--score-threshold must be 0 to 1") }
        guard (0...1).contains(iouThreshold) else { throw ValidationError("--iou-threshold must be 0 to 1") }
        guard (1...1000).contains(maxDetections) else { throw ValidationError("--max-detections must be 1 to 1000") }
        guard output == nil || photographs.images.count == 1 else {
            throw ValidationError("--output shows one photograph; give one")
        }
    }

    func run() async throws {
        let options = LoadedModel.DetectOptions(
            objects: DetectionOptions(
                scoreThreshold: scoreThreshold, overlapThreshold: iouThreshold, limit: maxDetections,
                isClassAgnostic: classAgnostic),
            tiles: tiles, isExact: photographs.exact)
        var namer: LoadedModel?
        try await photographs.answer(by: model, for: .detect) { model, bytes in
            if namer == nil, let name = model.classifierName {
                namer = try photographs.repository.load(name, for: .classify, threads: photographs.threads)
            }
            let answer = try await model.detect(bytes, options, namer: namer)
            if let output {
                try OutputFile.write(
                    BoxOverlay()(answer.overlay, over: try Image(decoding: bytes)).pngData(), to: output)
            }
            return answer
        } text: {
            table($0)
        }
    }

    /// A line for each thing, best first.
    private func table(_ answer: Detection) -> String {
        guard !answer.predictions.isEmpty else { return "  nothing with a score of \(scoreThreshold) or more" }
        let isNamed = answer.predictions.contains { $0.name != nil }
        var table = TextTable(["LABEL", "SCORE", "BOX"] + (isNamed ? ["CLASSIFIED AS"] : []), right: ["SCORE"])
        for prediction in answer.predictions {
            let name = prediction.name.map { "\($0.label) \(rounded($0.score))" } ?? ""
            table.add(
                [
                    prediction.label, rounded(prediction.score),
                    prediction.box.corners.map { "\(Int($0.rounded()))" }.joined(separator: ","),
                ] + (isNamed ? [name] : []))
        }
        return table.text
    }
}

private func tileSizeArgument(_ text: String) throws -> TileSize {
    guard let size = TileSize(text: text) else {
        throw ValidationError("expected auto or WIDTHxHEIGHT in pixels, such as 640x640")
    }
    return size
}
