import ArgumentParser
import FoveaModels
import FoveaServing
import FoveaTensor
import Glibc

/// `fovea models`: what is in the model repository, and how to change it.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List, fetch, add and remove models.",
        subcommands: [List.self, Show.self, Pull.self, Add.self, Remove.self])
}

/// Where the models are: the flag, else the environment, else `models`.
struct RepositoryOptions: ParsableArguments {
    @Option(name: .customLong("models"), help: "The folder with the models (FOVEA_MODELS, default models).")
    var directory: String?

    var repository: ModelRepository {
        let fromEnvironment = getenv("FOVEA_MODELS").map { String(cString: $0) }
        return ModelRepository(directory: directory ?? fromEnvironment ?? "models")
    }

    /// Loads a model to be asked without a server.
    ///
    /// - Parameters:
    ///   - reference: `NAME` or `NAME:VERSION`; nil for the default.
    ///   - threads: nil for what this machine allows.
    func load(_ reference: String?, for task: ModelTask, threads: Int?) throws -> LoadedModel {
        let pool = ComputePool(threads: threads ?? ComputePool.allowedThreads, isPinned: true)
        let installed = try repository.model(reference, for: task)
        return try LoadedModel(installed, scheduler: Scheduler(pool: pool), limits: JobLimits())
    }
}

extension ModelName {
    /// A name from the command line.
    static func argument(_ text: String) throws -> ModelName { try ModelName(text) }
}

/// A version's number from the command line.
func versionArgument(_ text: String) throws -> Int {
    guard let number = ModelRepository.versionNumber(text) else {
        throw ValidationError("expected a whole number from 1 to 999999999")
    }
    return number
}
