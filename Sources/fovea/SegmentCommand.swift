import ArgumentParser
import FoveaImage
import FoveaJSON
import FoveaModels
import FoveaServing

struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Cut out what points and a box on a photograph mean, or everything, without a server.",
        discussion: """
            Points and the box are one prompt, in pixels of the upright photograph:

              fovea segment cat.jpg --point 320,200 --output cat-mask.png
              fovea segment cat.jpg --box 80,40,600,420 --point 90,50,0
              fovea segment cat.jpg --everything --output cat-masks.png
            """)

    @Argument(help: "A JPEG or PNG file.", completion: .file(extensions: ["jpg", "jpeg", "png"]))
    var image: String

    @Option(name: .customLong("point"), help: "x,y or x,y,label: label 1 is on the thing, 0 beside it. Repeatable.")
    var points: [String] = []

    @Option(help: "x1,y1,x2,y2 around the thing.")
    var box: String?

    @OptionGroup(title: "Everything") var automatic: AutomaticMaskFlags

    @Option(help: "Model to ask, NAME or NAME:VERSION (default: one of your own that segments, else Fovea's).")
    var model: String?

    @OptionGroup var repository: RepositoryOptions

    @Option(
        help: "A PNG file to write: the photograph with the best mask, or every one, over it.",
        completion: .file(extensions: ["png"]))
    var output: String?

    @Flag(inversion: .prefixedNo, help: "Three masks, or one (default: three for a single point).")
    var multimask: Bool?

    @Option(help: "Threads that compute (default: what this machine allows).")
    var threads: Int?

    @Flag(help: "Decode JPEGs at full resolution even where a scaled decode would do.")
    var exact = false

    @Flag(help: "One JSON object, with the masks as COCO's compressed run lengths, for programs.")
    var json = false

    func validate() throws {
        try validateThreads(threads)
        for point in points where SegmentPrompt.Point(text: point) == nil {
            throw ValidationError("--point must be x,y or x,y,label with label 1 or 0, not \"\(point)\"")
        }
        if let box, SegmentPrompt.Box(text: box) == nil {
            throw ValidationError("--box must be x1,y1,x2,y2, not \"\(box)\"")
        }
        let isPrompted = !points.isEmpty || box != nil
        guard isPrompted || automatic.everything else {
            throw ValidationError("say what to cut out with --point or --box, or all with --everything")
        }
        guard !isPrompted || !automatic.everything else {
            throw ValidationError("--everything goes without --point and --box")
        }
        guard multimask == nil || !automatic.everything else {
            throw ValidationError("--everything asks for three masks at each point: leave --multimask out")
        }
    }

    func run() async throws {
        let bytes = try InputFile.read(image)
        let loaded = try repository.load(model, for: .segment, threads: threads)
        if automatic.everything {
            try await segmentEverything(bytes, loaded)
        } else {
            try await segment(bytes, loaded)
        }
    }

    private func segment(_ bytes: ArraySlice<UInt8>, _ model: LoadedModel) async throws {
        let prompt = SegmentPrompt(
            points: points.compactMap(SegmentPrompt.Point.init(text:)), box: box.flatMap(SegmentPrompt.Box.init(text:)))
        let answer = try await model.segment(
            SHA256Digest(of: bytes), prompts: [prompt], .init(multimask: multimask, isExact: exact), bytes: { bytes })
        let masks = answer.results.first ?? []
        if let output, let best = masks.first {
            try OutputFile.write(MaskOverlay()(best.mask, over: try Image(decoding: bytes)).pngData(), to: output)
        }
        guard json else {
            let rows = masks.map { ($0.mask, $0.predictedIoU, $0.stabilityScore) }
            return print(table(rows, answer.frame))
        }
        let entries = masks.map { JSONValue.members([("segmentation", $0.mask.runLengths)] + $0.facts) }
        print(line(entries, [], answer.frame, sha256: answer.sha256, model))
    }

    /// One JSON object with the masks, and what else there is to say of them.
    func line(
        _ masks: [JSONValue], _ more: [(String, JSONValue)], _ frame: ImageFrame, sha256: String, _ model: LoadedModel
    ) -> String {
        let value = JSONValue.members(
            [("file", .string(image)), ("masks", .array(masks))] + more + [
                ("model", ["name": .string(model.name), "version": .string(model.version)]),
                ("image", .image(width: frame.width, height: frame.height, sha256: sha256)),
            ])
        return String(decoding: value.bytes, as: UTF8.self)
    }

    /// The file's name, then a line for each mask, best first.
    func table(
        _ masks: [(mask: RunLengthMask, predictedIoU: Float, stabilityScore: Float?)], _ frame: ImageFrame
    ) -> String {
        var table = TextTable(
            ["PREDICTED IOU", "STABILITY", "AREA", "BOX"], right: ["PREDICTED IOU", "STABILITY", "AREA"])
        for (mask, predictedIoU, stabilityScore) in masks {
            let bounds = mask.bounds
            table.add([
                rounded(predictedIoU), stabilityScore.map { rounded($0) } ?? "-", "\(mask.area)",
                "\(bounds.x),\(bounds.y),\(bounds.x + bounds.width),\(bounds.y + bounds.height)",
            ])
        }
        return "\(image) (\(frame.width)x\(frame.height))\n" + table.text
    }
}
