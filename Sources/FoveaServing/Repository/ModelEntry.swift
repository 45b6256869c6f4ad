/// One folder of the repository: a model with its versions, or why it isn't one.
public struct ModelEntry: Sendable {
    /// The folder's name. Of an entry with a `problem` it may be any text.
    public let name: String
    /// Highest number first.
    public let versions: [ModelVersion]
    /// Which of the versions serve.
    public let policy: VersionPolicy
    /// Set when the folder as a whole is no model; there are no versions then.
    public let problem: RepositoryError?

    /// The highest version that is good.
    public var serving: InstalledModel? { versions.lazy.compactMap { try? $0.model.get() }.first }
}

/// One version of a model: the model, or what is wrong with it.
public struct ModelVersion: Sendable {
    public let number: Int
    public let directory: String
    public let model: Result<InstalledModel, RepositoryError>
}
