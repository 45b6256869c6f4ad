import FoundationEssentials
public import FoveaModels
import FoveaNN
public import FoveaServing
public import FoveaTensor

/// A network to be measured, out of the repository, a model's folder or a bare checkpoint.
public struct BenchedModel: Sendable {
    public let name: String
    public let architecture: Architecture
    /// What it computes in: what was asked for, or float32 where this machine doesn't support that.
    public let precision: Precision
    /// How large its images are.
    let input: InputSpecification
    let network: Network

    /// Loads what `reference` names: a checkpoint file, a model's folder, else `NAME` or `NAME:VERSION` in `repository`.
    ///
    /// - Parameters:
    ///   - architecture: of a checkpoint file; nil for the only one that its tensors fit.
    ///   - precision: what to compute in where the machine can; nil for what the card says, else float32.
    /// - Throws: `BenchError`, `RepositoryError`, `ServingError`, `CheckpointError`.
    public init(
        _ reference: String, architecture: String?, precision: Precision?, repository: ModelRepository
    ) throws {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: reference, isDirectory: &isFolder)
        if exists, !isFolder {
            try self.init(file: reference, architecture: architecture, precision)
            return
        }
        let isModelFolder = exists && FileManager.default.fileExists(atPath: reference + "/model.json")
        if !isModelFolder, reference.contains("/") { throw BenchError.noSuchFile(reference) }
        if architecture != nil { throw BenchError.architectureOfCard(reference) }
        if isModelFolder {
            let folder = URL(fileURLWithPath: reference).standardizedFileURL
            let repository = ModelRepository(directory: folder.deletingLastPathComponent().path)
            try self.init(repository.model(folder.lastPathComponent), precision)
        } else {
            try self.init(repository.model(reference), precision)
        }
    }

    private init(_ model: InstalledModel, _ precision: Precision?) throws {
        let checkpoint = try Checkpoint(contentsOf: model.weightsPath)
        try self.init(
            name: model.name.description, model.architecture, precision ?? Precision(model.card.precision ?? .f32),
            input: model.input(for: checkpoint.entries), checkpoint, habits: model.card.detector)
    }

    private init(file: String, architecture name: String?, _ precision: Precision?) throws {
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint(contentsOf: file) } catch {
            throw RepositoryError.unusable(file: file, reason: "\(error)")
        }
        let architecture = try Self.architecture(of: checkpoint, file: file, named: name)
        let title = URL(fileURLWithPath: file).lastPathComponent
        do {
            try self.init(
                name: title, architecture, precision ?? .float32, input: architecture.input(for: checkpoint.entries),
                checkpoint)
        } catch { throw RepositoryError.unusable(file: file, reason: "\(error)") }
    }

    private init(
        name: String, _ architecture: Architecture, _ precision: Precision, input: InputSpecification,
        _ checkpoint: Checkpoint, habits: DetectorHabits? = nil
    ) throws {
        (self.name, self.architecture, self.input) = (name, architecture, input)
        self.precision = precision.isSupported ? precision : .float32
        network = try architecture.makeNetwork(
            checkpoint, precision: precision, habits: habits ?? DetectorHabits())
        TensorMemory.trim()
    }

    private static func architecture(
        of checkpoint: Checkpoint, file: String, named name: String?
    ) throws -> Architecture {
        if let name {
            guard let architecture = Architecture.named(name) else {
                throw BenchError.unknownArchitecture(name, known: Architecture.all.map(\.name))
            }
            return architecture
        }
        let fitting = Architecture.fitting(checkpoint)
        guard fitting.count == 1, let only = fitting.first else {
            throw RepositoryError.undecidedArchitecture(file: file, fitting: fitting.map(\.name))
        }
        return only
    }
}
