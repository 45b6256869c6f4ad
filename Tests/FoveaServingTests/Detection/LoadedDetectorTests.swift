import FoveaImage
import FoveaTensor
import Testing

@testable import FoveaModels
@testable import FoveaServing

@Suite struct LoadedDetectorTests {
    private let folder: DetectorFolder

    init() throws { folder = try DetectorFolder() }

    private func reason(_ network: any Detector = BlobDetector(), card: String = "", labels: [String]? = nil) -> String?
    {
        errorText { _ = try folder.model(network, card: card, labels: labels) }
    }

    @Test("Without labels classes are called by their numbers")
    func noLabels() throws {
        #expect(try folder.model(labels: nil).labels == ["0", "1", "2"])
    }

    @Test("Labels that are not as many as the classes are refused, and the background is told to be none of them")
    func labelCount() {
        #expect(
            reason(labels: ["a", "b"])
                == "labels.txt has 2 lines, but the model has 3 classes; the background is no class")
        #expect(
            reason(labels: ["background", "a", "b", "c"])
                == "labels.txt has 4 lines, but the model has 3 classes; the background is no class")
        #expect(reason(labels: ["a", "b", "c", "d", "e"]) == "labels.txt has 5 lines, but the model has 3 classes")
        #expect(
            reason(card: #","labels":"coco-80""#) == "coco-80 has 80 lines, but the model has 3 classes")
    }

    @Test("A network whose numbers are none never serves", arguments: 0..<3)
    func broken(kind: Int) {
        let network = BlobDetector { object in
            switch kind {
            case 0: DetectedObject(box: object.box, classID: 0, score: .nan)
            case 1: DetectedObject(box: Box(x0: .nan, y0: 0, x1: 1, y1: 1), classID: 0, score: 1)
            default: DetectedObject(box: Box(x0: 0, y0: 0, x1: .infinity, y1: 1), classID: 0, score: 1)
            }
        }
        #expect(reason(network)?.contains("not finite numbers") == true)
    }

    @Test("A network that finds nothing at all never serves")
    func blind() {
        struct Blind: Detector {
            let classes = 3
            func objects(in x: Tensor, _ options: DetectionOptions) -> [[DetectedObject]] { [[]] }
            func objects(in pixels: PixelBatch, _ options: DetectionOptions) -> [[DetectedObject]] { [[]] }
        }
        #expect(reason(Blind())?.contains("the weights are broken") == true)
    }

    @Test("A detector's card can't ask for a crop")
    func crop() {
        #expect(
            reason(card: #","input":{"resize":{"shorter_side":100}}"#)
                == "model.json: 'input.resize' is a crop, expected \"stretch\" or \"letterbox\": a detector sees the whole picture"
        )
    }

    @Test("A checkpoint is added with labels of its own or with built-in ones, and not with the background's")
    func add() throws {
        _ = try folder.model()
        let (repository, catalogue) = (folder.repository, try Catalogue(json: Array(#"{"models":[]}"#.utf8)))
        func add(_ name: String, labels: String) throws -> InstalledModel {
            var addition = ModelRepository.Addition(
                file: folder.folder.path + "/blobs/w.safetensors", name: try ModelName(name))
            (addition.architecture, addition.labels) = ("blobs", labels)
            return try repository.add(addition, catalogue: catalogue)
        }
        let names = try folder.folder.write("a\nb\nc\n", to: "three")
        #expect(try add("named", labels: names).card.labels == .file("labels.txt"))
        let more = try folder.folder.write("background\na\nb\nc\n", to: "four")
        #expect(errorText { _ = try add("more", labels: more) }?.hasSuffix("the background is no class") == true)
        #expect(
            errorText { _ = try add("voc", labels: "voc-20") } == "voc-20 has 20 lines, but the model has 3 classes")
    }

    @Test("The network is made with the habits of the card")
    func habits() throws {
        let card = #","detector":{"background":"first","suppression":"hard"}"#
        _ = try folder.model(card: card)
        #expect(folder.habits == DetectorHabits(background: .first, suppression: .hard))
        _ = try folder.model()
        #expect(folder.habits == DetectorHabits())
    }

    @Test("A self-test is passed by who finds what is promised, and nobody else serves")
    func selfTest() throws {
        let picture = Image(width: 128, height: 128, [Blob(channel: 1, x: 32, y: 32, width: 32, height: 32)])
        try folder.folder.write(picture.pngData(), to: "blobs/green.png")
        func model(_ test: String) throws -> LoadedModel {
            try folder.model(card: #","self_test":[{"image":"green.png",\#(test)}]"#)
        }
        #expect(try model(#""label":"green""#).hasSelfTests)
        #expect(throws: Never.self) { _ = try model(#""label":"green","score":0.98"#) }
        #expect(errorText { _ = try model(#""label":"red""#) }?.contains("finds no \"red\"") == true)
        #expect(errorText { _ = try model(#""label":"green","score":0.5"#) }?.contains("not 0.5 within 0.05") == true)
        #expect(errorText { _ = try model(#""label":"cat""#) }?.contains("a label that the model has") == true)
    }
}
