public import FoveaJSON
public import FoveaModels
public import FoveaNN

/// What `fovea inspect` says of a checkpoint: its tensors, and what can be made of it.
public struct CheckpointInspection: Sendable {
    public let file: String
    public let container: WeightsContainer
    public let digest: SHA256Digest
    public let bytes: Int
    public let tensors: [Checkpoint.Entry]
    /// The architectures whose keys and shapes the checkpoint has.
    public let fitting: [Architecture]
    /// The card that `fovea models add` would write: the published one of a known file, else one of the only
    /// architecture that fits.
    public let card: ModelCard?

    /// Reads the description of the file at `path`. Throws `CheckpointError`, `FileError` or `RepositoryError`.
    public init(
        contentsOf path: String, catalogue: Catalogue, architectures: [Architecture] = Architecture.all
    ) throws {
        file = path
        container = try WeightsContainer(of: path)
        do { tensors = try Checkpoint(contentsOf: path).entries } catch {
            throw RepositoryError.unusable(file: path, reason: "\(error)")
        }
        digest = try FileSystem.digest(of: path)
        bytes = try FileSystem.size(of: path)
        let entries = tensors
        fitting = architectures.filter { $0.fits(entries) }
        let published = catalogue.entry(withDigest: digest)
        var card = published?.card
        card?.source = published?.source
        if card == nil, fitting.count == 1, let architecture = fitting.first {
            card = ModelCard(task: architecture.task, architecture: architecture.name, weights: "")
            card?.source = FileSystem.name(of: path)
        }
        card?.weights = "weights." + container.fileExtension
        card?.sha256 = digest
        self.card = card
    }

    /// The elements of all tensors.
    public var elements: Int { tensors.reduce(0) { $0.addingWithoutOverflow($1.elements) } }

    /// The elements of what was learnt: all but the running statistics of batch normalisations.
    public var parameters: Int {
        tensors.reduce(0) { sum, tensor in
            let name = tensor.name.utf8.split(separator: UInt8(ascii: ".")).last.map {
                String(decoding: $0, as: UTF8.self)
            }
            let isStatistic = ["running_mean", "running_var", "num_batches_tracked"].contains(name)
            return isStatistic ? sum : sum.addingWithoutOverflow(tensor.elements)
        }
    }

    /// A table of the tensors for people, with a summary below.
    public var text: String {
        var table = TextTable(["TENSOR", "SHAPE", "TYPE", "ELEMENTS"], right: ["ELEMENTS"])
        for tensor in tensors {
            table.add([tensor.name.printable, "\(tensor.shape)", tensor.type.printable, "\(tensor.elements)"])
        }
        let names = fitting.isEmpty ? "none known here" : fitting.map(\.name).joined(separator: ", ")
        var text = table.text + "\n"
        text += "container     \(container.rawValue), \(ByteCount(bytes))\n"
        text += "sha256        \(digest)\n"
        text += "tensors       \(tensors.count)\n"
        text += "parameters    \(parameters) (\(elements) elements with running statistics)\n"
        text += "architecture  \(names)\n"
        if let card { text += "model.json:\n" + card.json.prettyText }
        return text
    }

    public var json: JSONValue {
        let rows = tensors.map { tensor in
            JSONValue.object([
                .init("name", .string(tensor.name)), .init("shape", .array(tensor.shape.map(JSONValue.integer))),
                .init("type", .string(tensor.type)), .init("elements", .integer(tensor.elements)),
            ])
        }
        return .object([
            .init("file", .string(file)), .init("container", .string(container.rawValue)),
            .init("bytes", .integer(bytes)), .init("sha256", .string(digest.description)),
            .init("parameters", .integer(parameters)), .init("elements", .integer(elements)),
            .init("architectures", .array(fitting.map { .string($0.name) })),
            .init("card", card?.json ?? .null), .init("tensors", .array(rows)),
        ])
    }
}

extension Checkpoint.Entry {
    /// The number of elements; the largest integer where it can't be said.
    var elements: Int {
        shape.reduce(1) { product, length in
            let (result, overflow) = product.multipliedReportingOverflow(by: length)
            return overflow ? .max : result
        }
    }
}

extension Int {
    fileprivate func addingWithoutOverflow(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
