import FoveaImage
import FoveaTensor
import Testing

@testable import FoveaModels
@testable import FoveaServing

@Suite struct DetectingTests {
    private let folder: DetectorFolder

    init() throws { folder = try DetectorFolder() }

    private func detect(
        _ model: LoadedModel, _ bytes: [UInt8], _ options: LoadedModel.DetectOptions = .init()
    ) async throws -> Detection {
        try await model.detect(bytes[...], options)
    }

    private static let blobs = [
        Blob(channel: 0, x: 16, y: 30, width: 32, height: 18), Blob(channel: 1, x: 96, y: 0, width: 32, height: 66),
        Blob(channel: 2, x: 64, y: 78, width: 16, height: 18),
    ]

    @Test("Boxes are in pixels of the photograph, whatever its size, stretched or with its proportions kept")
    func places() async throws {
        let picture = Image(width: 128, height: 96, Self.blobs)
        let expected = Self.blobs.map(\.text).sorted()
        for card in ["", #","input":{"resize":"letterbox"}"#] {
            let answer = try await detect(folder.model(card: card), picture.pngData())
            #expect(answer.texts == expected, "\(card)")
            #expect((answer.width, answer.height) == (128, 96))
            #expect(answer.sha256 == SHA256Digest(of: picture.pngData()[...]).description)
            #expect(answer.predictions.map(\.classID).sorted() == [0, 1, 2])
            #expect(answer.tiles == nil)
        }
    }

    @Test("What is kept in proportion is seen in proportion, from the upper left corner, zeros beside it")
    func letterbox() throws {
        let specification = InputSpecification(
            height: 64, width: 64, resize: .longerSide, filter: .bilinear, mean: [50, 50, 50], std: [1, 1, 1])
        let picture = WholePicture(specification: specification, exactDecoding: false)
        let white = Image(width: 100, height: 50, pixels: [UInt8](repeating: 255, count: 15_000))
        let tensor = picture.input(of: white).tensor
        #expect(tensor.shape == [1, 64, 64, 3])
        #expect(tensor.values.prefix(64 * 32 * 3).allSatisfy { $0 == 205 })
        #expect(tensor.values.dropFirst(64 * 32 * 3).allSatisfy { $0 == 0 })
        let decoded = try picture.input(decoding: white.pngData()[...], isExact: false, limits: .default)
        #expect(decoded.input.tensor.values == tensor.values)
    }

    @Test("A box lies where it is seen on the upright photograph", arguments: 1...8)
    func orientation(number: Int) async throws {
        let blobs = [
            Blob(channel: 0, x: 16, y: 0, width: 48, height: 48), Blob(channel: 2, x: 96, y: 48, width: 16, height: 48),
        ]
        let bytes = Image(width: 128, height: 96, blobs).jpegData(orientation: number)
        for card in ["", #","input":{"resize":"letterbox"}"#] {
            let answer = try await detect(folder.model(card: card), bytes)
            #expect(answer.texts == blobs.map(\.text).sorted())
            #expect((answer.width, answer.height) == (128, 96))
        }
    }

    @Test("The options reach the network, and the best comes first")
    func options() async throws {
        let model = try folder.model()
        let bytes = Image(width: 64, height: 64, [Blob(channel: 0, x: 0, y: 0, width: 9, height: 9)]).pngData()
        #expect(try await detect(model, bytes).predictions.count == 1)
        let all = DetectionOptions(scoreThreshold: 0)
        let scores = try await detect(model, bytes, .init(objects: all)).predictions.map(\.score)
        #expect(scores == [1, 0])
        let best = DetectionOptions(scoreThreshold: 0, limit: 1)
        #expect(try await detect(model, bytes, .init(objects: best)).predictions.map(\.label) == ["red"])
    }

    @Test(
        "Boxes that reach out of the input are cut off at the photograph's borders, and what is left of none is dropped"
    )
    func clipped() async throws {
        let boxes = [
            Box(x0: -9, y0: -1, x1: 70, y1: 32), Box(x0: 64, y0: 0, x1: 80, y1: 9), Box(x0: 5, y0: 5, x1: 5, y1: 9),
        ]
        let bytes = Image(width: 128, height: 32, []).pngData()
        for (box, expected) in zip(boxes, [["red 0 0 128 16"], [], []]) {
            let network = BlobDetector { DetectedObject(box: box, classID: $0.classID, score: $0.score) }
            let all = DetectionOptions(scoreThreshold: 0)
            #expect(try await detect(folder.model(network), bytes, .init(objects: all)).texts == expected)
        }
    }

    @Test("The smallest and the longest photographs are answered, too", arguments: [(1, 1), (16_384, 1), (1, 3000)])
    func extremes(width: Int, height: Int) async throws {
        let bytes = Image(width: width, height: height, pixels: [UInt8](repeating: 255, count: 3 * width * height))
            .pngData()
        for card in ["", #","input":{"resize":"letterbox"}"#] {
            let model = try folder.model(card: card)
            for tiles in [nil, TileSize.auto] {
                let answer = try await detect(model, bytes, .init(tiles: tiles))
                #expect(answer.texts == Blob.names.map { "\($0) 0 0 \(width) \(height)" }.sorted(), "\(card)")
            }
        }
        await #expect(throws: ServingError.self) {
            try await detect(folder.model(), Image(width: 20_000, height: 1, []).pngData(), .init(tiles: .auto))
        }
    }

    @Test("Numbers that are none, no probability or no class are no answers", arguments: 0..<6)
    func unsound(kind: Int) async throws {
        let network = BlobDetector { object in
            guard object.score > 0 else { return object }
            let box = object.box
            return switch kind {
            case 0: DetectedObject(box: box, classID: 0, score: .nan)
            case 1: DetectedObject(box: box, classID: 0, score: .infinity)
            case 2: DetectedObject(box: box, classID: 3, score: 1)
            case 3: DetectedObject(box: box, classID: -1, score: 1)
            case 4: DetectedObject(box: Box(x0: 0, y0: .nan, x1: 9, y1: 9), classID: 0, score: 1)
            default: DetectedObject(box: Box(x0: 0, y0: 0, x1: .infinity, y1: 9), classID: 0, score: 1)
            }
        }
        let model = try folder.model(network)
        let bytes = Image(width: 300, height: 200, Self.blobs).pngData()
        for tiles in [nil, TileSize.auto] {
            #expect(try await detect(model, bytes, .init(tiles: tiles)).predictions.isEmpty)
        }
        let inputs = Tensor(repeating: 1, shape: [2, 64, 64, 3]).contiguous()
        #expect(try await model.objects(in: inputs).objects == [[], []])
    }

    @Test("Several photographs are jobs of their own; one that is broken is named")
    func images() async throws {
        let model = try folder.model()
        let pictures = [16, 32].map { x in
            Image(width: 64, height: 64, [Blob(channel: 0, x: x, y: 0, width: 8, height: 8)]).pngData()[...]
        }
        #expect(try await model.detect(images: pictures).map(\.texts) == [["red 16 0 24 8"], ["red 32 0 40 8"]])
        await #expect(throws: ServingError.imageOfBatch(index: 1, .unsupportedType)) {
            try await model.detect(images: [pictures[0], [1, 2, 3]])
        }
    }

    @Test("Inputs of the network's own size are answered in their own pixels")
    func inputs() async throws {
        let red = Image(width: 64, height: 64, [Blob(channel: 0, x: 3, y: 5, width: 7, height: 9)])
        let values = red.pixels.map { Float($0) / 255 } + [Float](repeating: 0, count: 64 * 64 * 3)
        let answer = try await folder.model().objects(in: Tensor(values, shape: [2, 64, 64, 3]))
        #expect(answer.objects[0].map(\.box) == [Box(x0: 3, y0: 5, x1: 10, y1: 14)])
        #expect(answer.objects[1].isEmpty)
    }

    @Test("A model that does something else says so")
    func wrongTask() async throws {
        let model = try folder.model()
        await #expect(throws: ServingError.wrongTask(name: "blobs", does: "detect", asked: "classify")) {
            try await model.classify([], top: 1)
        }
        #expect(model.labels == Blob.names)
        #expect(model.classes == 3)
        #expect(throws: Never.self) { try model.requireRoom() }
    }
}
