import FoveaImage
import FoveaModels
import FoveaTensor

/// A network that detects, with its labels, its preprocessing, and what it was promised to find.
struct LoadedDetector: Sendable {
    /// A name for each class; the background is none.
    let labels: [String]
    let network: any Detector
    let selfTests: [SelfTest]
    let picture: WholePicture
    private let model: String

    /// - Throws: what is wrong with the labels or the self-tests.
    init(
        _ network: any Detector, of model: InstalledModel, _ input: InputSpecification
    ) throws(RepositoryError) {
        (self.network, self.model) = (network, model.name.description)
        labels =
            try model.labels(classes: network.classes, hasBackground: true)?.names
            ?? (0..<network.classes).map(String.init)
        selfTests = try model.selfTests(labels: labels)
        picture = WholePicture(specification: input, exactDecoding: model.card.exactDecoding ?? false)
    }

    /// Lets the network answer twice, and returns how long the second answer took.
    func warmUp() throws -> Duration {
        let (height, width) = (picture.specification.height, picture.specification.width)
        let shape = Shape(1, height, width, 3)
        let zeros = Tensor(repeating: 0, shape: shape).contiguous()
        // A sound network says of anything what it would be, however little it believes in it; one whose numbers are none
        // finds nothing, whatever it is shown. In an empty image some see so little that it does not count.
        var found = try network.objects(in: zeros, DetectionOptions(scoreThreshold: 0)).first ?? []
        if found.isEmpty {
            found = try network.objects(in: Self.noise(shape), DetectionOptions(scoreThreshold: 0)).first ?? []
        }
        guard !found.isEmpty, found.allSatisfy({ $0.score.isFinite && $0.box.isFinite }) else {
            throw ServingError.modelNotReady(
                name: model,
                reason: "its answers are not finite numbers: the weights are broken, or inputs of "
                    + "\(width)x\(height) are too small for it")
        }
        let start = ContinuousClock.now
        _ = try network.objects(in: zeros, DetectionOptions())
        return .now - start
    }

    /// Numbers from -2 to 2, which lie about as those of normalised pixels do.
    private static func noise(_ shape: Shape) -> Tensor {
        var state: UInt32 = 1
        return Tensor(
            (0..<shape.product).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(state >> 8) / Float(1 << 22) - 2
            }, shape: shape)
    }

    /// What the network finds in a view of a photograph, best first.
    func objects(
        in input: WholePicture.Input, _ view: PictureView, _ options: DetectionOptions
    ) throws(Cancelled) -> [DetectedObject] {
        let found =
            switch input {
            case .pixels(let pixels): try network.objects(in: pixels, options)
            case .tensor(let tensor): try network.objects(in: tensor, options)
            }
        return (found.first ?? []).compactMap { object in
            guard isSound(object), let box = view.place(object.box) else { return nil }
            return DetectedObject(box: box, classID: object.classID, score: object.score)
        }
    }

    /// What the network finds in each of the normalised inputs `[N, H, W, 3]`, best first; boxes are in pixels of the input.
    func objects(in inputs: Tensor, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        try network.objects(in: inputs, options).map { $0.filter(isSound) }
    }

    /// Whether an object can be answered: weights can be such that only some pictures bring their numbers out of bounds.
    private func isSound(_ object: DetectedObject) -> Bool {
        (0...1).contains(object.score) && object.box.isFinite && labels.indices.contains(object.classID)
    }

    func runSelfTests(_ limits: ImageLimits) throws(ServingError) {
        for test in selfTests {
            let objects: [DetectedObject]
            do {
                let (input, header) = try picture.input(decoding: test.image[...], isExact: false, limits: limits)
                let size = PictureSize(width: header.width, height: header.height)
                objects = try self.objects(in: input, view(size), DetectionOptions())
            } catch { throw .modelNotReady(name: model, reason: "its self-test with \(test.name) failed: \(error)") }
            if let problem = test.problem(with: objects) { throw .modelNotReady(name: model, reason: problem) }
        }
    }

    /// The whole of a photograph, or a part of it, as the network sees it.
    func view(_ photograph: PictureSize, part: PixelBounds? = nil) -> PictureView {
        let part = part ?? PixelBounds(x: 0, y: 0, width: photograph.width, height: photograph.height)
        let seen = picture.specification.seen(PictureSize(width: part.width, height: part.height))
        return PictureView(part: part, seen: seen, photograph: photograph)
    }
}
