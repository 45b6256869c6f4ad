import FoveaJSON
public import FoveaModels
public import FoveaNN
public import FoveaTensor

/// One version of a model whose card is right and whose files are there. Its weights haven't been read.
public struct InstalledModel: Sendable {
    public let name: ModelName
    public let version: Int
    public let directory: String
    public let card: ModelCard
    public let architecture: Architecture
    /// The architecture's preprocessing with what the card overrides.
    public let input: InputSpecification
    /// The checkpoint, links resolved.
    public let weightsPath: String
    public let weightsBytes: Int
    private let labelsFile: String?

    /// Reads the card in `directory` and looks for the files that it names.
    init(
        name: ModelName, version: Int, directory: String, architectures: [Architecture]
    ) throws(RepositoryError) {
        let card = try InstalledModel.card(in: directory)
        guard let architecture = architectures.first(where: { $0.name == card.architecture }) else {
            throw .unknownArchitecture(card.architecture, known: architectures.map(\.name))
        }
        guard architecture.task == card.task else {
            throw .wrongTask(card.task, architecture: architecture.name, does: architecture.task)
        }
        do throws(CardError) {
            input = try card.input(replacing: architecture.input)
        } catch { throw .card(error) }
        weightsPath = try InstalledModel.resolve(card.weights, field: "weights", in: directory)
        do { weightsBytes = try FileSystem.size(of: weightsPath) } catch { throw .file(error) }
        labelsFile = try InstalledModel.labelsFile(of: card, in: directory)
        (self.name, self.version, self.directory) = (name, version, directory)
        (self.card, self.architecture) = (card, architecture)
    }

    /// The preprocessing for a checkpoint with these entries: they can tell apart what shares an architecture's name.
    public func input(for entries: [Checkpoint.Entry]) throws(CardError) -> InputSpecification {
        try card.input(replacing: architecture.input(for: entries))
    }

    /// Makes the network as the card describes it. Throws what names the key when a tensor is missing, extra or misshapen.
    public func makeNetwork(_ checkpoint: Checkpoint, precision: Precision = .float32) throws -> Network {
        try architecture.makeNetwork(checkpoint, precision: precision, habits: card.detector ?? DetectorHabits())
    }

    /// The class names, one for each of `classes`; `nil` where the model has none.
    ///
    /// - Parameter hasBackground: whether the network has a class beside them that means nothing.
    public func labels(classes: Int, hasBackground: Bool = false) throws(RepositoryError) -> Labels? {
        do throws(LabelsError) {
            let labels: Labels
            if case .builtIn(let list) = card.labels {
                labels = try Labels(list)
            } else if let labelsFile {
                labels = try Labels(contentsOf: labelsFile, origin: card.labels?.text ?? Labels.fileName)
            } else {
                return nil
            }
            try labels.check(classes: classes, hasBackground: hasBackground)
            return labels
        } catch { throw .labels(error) }
    }

    /// The images of the card with the answers that are expected, read.
    ///
    /// - Parameter labels: a name for each class.
    func selfTests(labels: [String]) throws(RepositoryError) -> [SelfTest] {
        var tests: [SelfTest] = []
        for promise in card.selfTests ?? [] {
            guard let index = labels.firstIndex(of: promise.label) else {
                throw .card(
                    .invalid(
                        field: "self_test", got: "\"\(promise.label.printable)\"",
                        expected: "a label that the model has"))
            }
            let path = try InstalledModel.resolve(promise.image, field: "self_test", in: directory)
            do {
                let image = try FileSystem.contents(of: path, limit: SelfTest.byteLimit)
                tests.append(SelfTest(promise: promise, classID: index, image: image))
            } catch { throw .file(error) }
        }
        return tests
    }

    /// Reads the weights and throws unless they have the digest that the card states; returns the digest they have.
    @discardableResult
    public func verifyDigest() throws(RepositoryError) -> SHA256Digest {
        let digest: SHA256Digest
        do { digest = try FileSystem.digest(of: weightsPath) } catch { throw .file(error) }
        guard let expected = card.sha256, expected != digest else { return digest }
        throw .wrongDigest(file: card.weights, expected: expected.description, got: digest.description)
    }

    private static func card(in directory: String) throws(RepositoryError) -> ModelCard {
        let path = directory + "/" + ModelCard.fileName
        guard FileSystem.kind(of: path) != nil else { throw .noCard(directory: directory) }
        let text: [UInt8]
        do { text = try FileSystem.contents(of: path, limit: ModelCard.byteLimit) } catch { throw .file(error) }
        do { return try ModelCard(json: text) } catch { throw .card(error) }
    }

    private static func labelsFile(of card: ModelCard, in directory: String) throws(RepositoryError) -> String? {
        switch card.labels {
        case .builtIn: return nil
        case .file(let name): return try resolve(name, field: "labels", in: directory)
        case nil:
            guard FileSystem.kind(of: directory + "/" + Labels.fileName) != nil else { return nil }
            return try resolve(Labels.fileName, field: "labels", in: directory)
        }
    }

    /// The real path of `file`, which must lie inside `directory` even when links are followed.
    private static func resolve(
        _ file: String, field: String, in directory: String
    ) throws(RepositoryError) -> String {
        let path = directory + "/" + file
        guard let kind = FileSystem.kind(of: path) else { throw .missingFile(file, field: field) }
        do throws(FileError) {
            let (root, real) = (try FileSystem.realPath(directory), try FileSystem.realPath(path))
            if kind == .file, real.utf8.starts(with: (root + "/").utf8) { return real }
        } catch { throw .file(error) }
        throw .outsideFile(file, field: field)
    }
}

extension Labels {
    /// Where the labels of a model are when its card doesn't say.
    static let fileName = "labels.txt"
}
