import FoveaJSON
import FoveaModels
import FoveaNN

extension ModelRepository {
    /// A checkpoint to make a model of.
    public struct Addition: Sendable {
        /// The checkpoint's path.
        public var file: String
        public var name: ModelName
        /// `nil`: the one architecture whose keys and shapes the checkpoint has.
        public var architecture: String?
        /// The path of a list of class names, or the name of a built-in one.
        public var labels: String?
        /// `nil`: the model's folder itself is its only version.
        public var version: Int?

        public init(file: String, name: ModelName) { (self.file, self.name) = (file, name) }
    }

    /// Copies a checkpoint into the repository, with a card, once it has proved to work.
    ///
    /// A file that `catalogue` knows by its digest gets the published card. Throws `RepositoryError` or `FileError`;
    /// the repository is unchanged then.
    public func add(_ addition: Addition, catalogue: Catalogue) throws -> InstalledModel {
        try requireVacant(addition.name, version: addition.version)
        let container = try WeightsContainer(of: addition.file)
        let lock = try WorkFolder(of: self).lock(addition.name) {}
        try withExtendedLifetime(lock) {
            try install(addition.name, version: addition.version) { folder in
                try build(addition, container: container, catalogue: catalogue, in: folder)
            }
        }
        return try model(named: addition.name, version: addition.version)
    }

    private func build(
        _ addition: Addition, container: WeightsContainer, catalogue: Catalogue, in folder: String
    ) throws {
        let weights = "weights." + container.fileExtension
        let digest = try FileSystem.copy(addition.file, toNewFile: folder + "/" + weights)
        var card = try card(
            for: addition, weights: folder + "/" + weights, published: catalogue.entry(withDigest: digest))
        card.weights = weights
        card.sha256 = digest
        if let list = addition.labels.flatMap(Labels.BuiltIn.init) {
            card.labels = .builtIn(list)
        } else if let labels = addition.labels {
            _ = try FileSystem.copy(labels, toNewFile: folder + "/" + Labels.fileName)
            card.labels = .file(Labels.fileName)
        }
        try finish(card, name: addition.name, version: addition.version, in: folder)
    }

    /// Writes the card into `folder` and proves that the model works.
    func finish(_ card: ModelCard, name: ModelName, version: Int?, in folder: String) throws {
        try FileSystem.write(Array(card.json.prettyText.utf8), toNewFile: folder + "/" + ModelCard.fileName)
        try InstalledModel(name: name, version: version ?? 1, directory: folder, architectures: architectures).prove()
    }

    private func card(
        for addition: Addition, weights: String, published: CatalogueEntry?
    ) throws(RepositoryError) -> ModelCard {
        if let published, addition.architecture ?? published.card.architecture == published.card.architecture {
            var card = published.card
            card.source = published.source
            return card
        }
        let architecture = try architecture(of: weights, named: addition.architecture, original: addition.file)
        var card = ModelCard(task: architecture.task, architecture: architecture.name, weights: "")
        card.source = FileSystem.name(of: addition.file)
        return card
    }

    private func architecture(
        of weights: String, named name: String?, original: String
    ) throws(RepositoryError) -> Architecture {
        if let name {
            guard let architecture = architectures.first(where: { $0.name == name }) else {
                throw .unknownArchitecture(name, known: architectures.map(\.name))
            }
            return architecture
        }
        let entries: [Checkpoint.Entry]
        do { entries = try Checkpoint(contentsOf: weights).entries } catch {
            throw .unusable(file: original, reason: "\(error)")
        }
        let fitting = architectures.filter { $0.fits(entries) }
        guard fitting.count == 1, let only = fitting.first else {
            throw .undecidedArchitecture(file: original, fitting: fitting.map(\.name))
        }
        return only
    }
}
