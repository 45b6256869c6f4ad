public import FoveaModels

/// The folder with the models: one folder a model, each with a card, its weights and its labels.
public struct ModelRepository: Sendable {
    public let directory: String
    let architectures: [Architecture]

    /// A repository in `directory`, which needn't exist yet.
    public init(directory: String, architectures: [Architecture] = Architecture.all) {
        (self.directory, self.architectures) = (directory, architectures)
    }

    /// Every model, by name. What is wrong with one concerns it alone; throws only where the folder can't be read.
    ///
    /// Cards are read and files looked for; weights are not opened. Files and hidden folders are not models.
    public func entries() throws(RepositoryError) -> [ModelEntry] {
        guard FileSystem.kind(of: directory) != nil else { return [] }
        let names: [String]
        do { names = try FileSystem.names(in: directory) } catch { throw .file(error) }
        return names.filter { !$0.utf8.starts(with: ".".utf8) && FileSystem.kind(of: path(of: $0)) == .directory }
            .map(entry)
    }

    /// The model called `name`.
    public func entry(named name: ModelName) throws(RepositoryError) -> ModelEntry {
        guard FileSystem.kind(of: path(of: name.description)) == .directory else {
            throw .noModel(name.description, directory: directory)
        }
        return entry(name.description)
    }

    /// Version `version` of the model called `name`, or its highest good one.
    public func model(named name: ModelName, version: Int? = nil) throws(RepositoryError) -> InstalledModel {
        let entry = try entry(named: name)
        if let problem = entry.problem { throw problem }
        if let version {
            guard let found = entry.versions.first(where: { $0.number == version }) else {
                throw .noVersion(version, model: entry.name, known: entry.versions.map(\.number))
            }
            return try found.model.get()
        }
        if let serving = entry.serving { return serving }
        guard let highest = entry.versions.first else { throw .noCard(directory: path(of: entry.name)) }
        return try highest.model.get()
    }

    func path(of name: String) -> String { directory + "/" + name }

    private func entry(_ folder: String) -> ModelEntry {
        do throws(RepositoryError) {
            let name = try ModelName(folder)
            return ModelEntry(
                name: folder, versions: try versions(of: name), policy: try VersionPolicy(in: path(of: folder)),
                problem: nil)
        } catch {
            return ModelEntry(name: folder, versions: [], policy: .all, problem: error)
        }
    }

    private func versions(of name: ModelName) throws(RepositoryError) -> [ModelVersion] {
        let folder = path(of: name.description)
        let numbers = try versionNumbers(of: name)
        let hasCard = FileSystem.kind(of: folder + "/" + ModelCard.fileName) != nil
        switch (hasCard, numbers.isEmpty) {
        case (true, true): return [version(1, of: name, in: folder)]
        case (false, false): return numbers.map { version($0, of: name, in: "\(folder)/\($0)") }
        case (false, true): throw .noCard(directory: folder)
        case (true, false): throw .mixedVersions(directory: folder)
        }
    }

    /// The numbers that folders of the model have for a name, highest first.
    func versionNumbers(of name: ModelName) throws(RepositoryError) -> [Int] {
        let folder = path(of: name.description)
        let names: [String]
        do { names = try FileSystem.names(in: folder) } catch { throw .file(error) }
        return names.compactMap(ModelRepository.versionNumber)
            .filter { FileSystem.kind(of: "\(folder)/\($0)") == .directory }
            .sorted(by: >)
    }

    private func version(_ number: Int, of name: ModelName, in folder: String) -> ModelVersion {
        let model = Result { () throws(RepositoryError) in
            try InstalledModel(name: name, version: number, directory: folder, architectures: architectures)
        }
        return ModelVersion(number: number, directory: folder, model: model)
    }

    /// The number that `text` spells without sign and leading zeros, 1…999999999.
    public static func versionNumber(_ text: String) -> Int? {
        let digits = text.utf8
        guard (1...9).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }
}
