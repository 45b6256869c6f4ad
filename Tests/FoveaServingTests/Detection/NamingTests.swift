import FoveaImage
import FoveaJSON
import FoveaTensor
import Testing

@testable import FoveaModels
@testable import FoveaNN
@testable import FoveaServing

@Suite struct NamingTests {
    private let folder: DetectorFolder

    init() throws { folder = try DetectorFolder() }

    /// Says which channel is brightest in what it sees.
    private struct ChannelClassifier: Classifier {
        let classes = 3

        func logits(_ x: Tensor) -> Tensor {
            let (values, count) = (x.values, x.count / 3)
            return Tensor(
                (0..<3).map { channel in
                    20 * (0..<count).reduce(0) { $0 + values[3 * $1 + channel] } / Float(count)
                }, shape: [1, 3])
        }
    }

    /// A classifier with the labels `rose`, `leaf` and `sky`.
    private func classifier() throws -> LoadedModel {
        let input = InputSpecification(
            height: 8, width: 8, resize: .shorterSide(16), filter: .bilinear, mean: [0, 0, 0], std: [255, 255, 255])
        let architecture = Architecture(
            name: "channels", task: .classify, input: { _ in input },
            makeClassifier: { _, _ in ChannelClassifier() }, fits: { _ in false })
        let card = #"{"task":"classify","architecture":"channels","weights":"w.safetensors"}"#
        try folder.folder.write(card, to: "channels/model.json")
        try folder.folder.write(Toy.safetensors(), to: "channels/w.safetensors")
        try folder.folder.write("rose\nleaf\nsky\n", to: "channels/labels.txt")
        let repository = ModelRepository(directory: folder.folder.path, architectures: [architecture])
        return try LoadedModel(
            try repository.model("channels"), scheduler: Scheduler(pool: folder.pool), limits: JobLimits())
    }

    private static let names = ["red": "rose", "green": "leaf", "blue": "sky"]

    @Test("Each box is named by what is in and about it, at the borders of the photograph, too")
    func names() async throws {
        let (detector, classifier) = (try folder.model(card: #","classifier":"channels""#), try classifier())
        #expect(detector.classifierName == "channels")
        let blobs = [
            Blob(channel: 0, x: 0, y: 0, width: 12, height: 10), Blob(channel: 1, x: 20, y: 20, width: 30, height: 4),
            Blob(channel: 2, x: 59, y: 54, width: 5, height: 10),
        ]
        let picture = Image(width: 64, height: 64, blobs).pngData()
        let answer = try await detector.detect(picture[...], namer: classifier)
        #expect(answer.predictions.count == 3)
        for prediction in answer.predictions {
            let name = try #require(prediction.name)
            #expect(name.label == Self.names[prediction.label])
            #expect((0.5...1).contains(name.score))
        }
        let overlay = answer.overlay.map(\.text)
        #expect(overlay.allSatisfy { $0.contains(" %, ") }, "\(overlay)")
        #expect(try await detector.detect(picture[...]).predictions.allSatisfy { $0.name == nil })
    }

    @Test("Only the best boxes are named")
    func most() async throws {
        let blobs = (0..<20).map { Blob(channel: 0, x: 6 * ($0 % 10), y: 10 * ($0 / 10), width: 3, height: 3) }
        let picture = Image(width: 64, height: 64, blobs).pngData()
        let answer = try await folder.model().detect(picture[...], namer: classifier())
        #expect(answer.predictions.count == 20)
        #expect(answer.predictions.prefix(16).allSatisfy { $0.name?.label == "rose" })
        #expect(answer.predictions.dropFirst(16).allSatisfy { $0.name == nil })
    }

    @Test("A photograph with nothing on it has no names")
    func nothing() async throws {
        let picture = Image(width: 64, height: 64, []).pngData()
        #expect(try await folder.model().detect(picture[...], namer: classifier()).predictions.isEmpty)
    }

    @Test("What doesn't classify names nothing")
    func wrongTask() async throws {
        let model = try folder.model()
        let picture = Image(width: 64, height: 64, []).pngData()
        await #expect(throws: ServingError.self) { try await model.detect(picture[...], namer: model) }
    }

    @Test("Only a detector's card names a classifier")
    func card() throws {
        let text = #"{"task":"classify","architecture":"a","weights":"w","classifier":"b"}"#
        #expect {
            try ModelCard(json: Array(text.utf8))
        } throws: { "\($0)".contains("no such field where the task is classify") }
        let card = try ModelCard(
            json: Array(#"{"task":"detect","architecture":"a","weights":"w","classifier":"b"}"#.utf8))
        #expect(card.classifier == "b")
        #expect(try ModelCard(json: card.json.bytes) == card)
        #expect(throws: CardError.self) {
            try ModelCard(json: Array(#"{"task":"detect","architecture":"a","weights":"w","classifier":"../b"}"#.utf8))
        }
    }
}
