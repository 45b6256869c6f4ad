/// A published model that could not be fetched, and what to do about it by hand.
public struct PullError: Error, CustomStringConvertible {
    public let entry: CatalogueEntry
    public let reason: any Error
    /// The folder of the repository.
    public let directory: String

    public var description: String {
        "can't fetch \(entry.name): \(reason); get \(entry.card.weights) by hand (\(entry.source)), then: "
            + "fovea models add \(entry.card.weights) --name \(entry.name) --models \(directory)"
    }
}
