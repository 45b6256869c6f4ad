import ArgumentParser
import FoundationEssentials
import FoveaEvaluation
import FoveaModels
import FoveaServing
import FoveaTensor
import Glibc

/// What the commands have in common that measure a model on a dataset.
struct DatasetArguments: ParsableArguments {
    @Argument(help: "A folder with photographs.", completion: .directory)
    var dataset: String

    @Option(
        help: "The annotations, in COCO's format (default: annotations.json in the folder).",
        completion: .file(extensions: ["json"]))
    var annotations: String?

    @OptionGroup var repository: RepositoryOptions

    @Option(help: "Threads that compute (default: what this machine allows).")
    var threads: Int?

    @Flag(help: "One JSON object, for programs.")
    var json = false

    func validate() throws { try validateThreads(threads) }

    func read() throws -> CocoDataset {
        let path = annotations ?? dataset + "/annotations.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Unusable(path, UnreadableFile(path: path))
        }
        do { return try CocoDataset([UInt8](data)) } catch { throw Unusable(path, error) }
    }

    func load(_ reference: String?, for task: ModelTask) throws -> LoadedModel {
        let pool = ComputePool(threads: threads ?? ComputePool.allowedThreads, isPinned: true)
        let installed = try repository.repository.model(reference, for: task)
        return try LoadedModel(installed, scheduler: Scheduler(pool: pool), limits: JobLimits())
    }

    /// The bytes of a photograph's file.
    func photograph(_ photograph: CocoDataset.Photograph) throws -> ArraySlice<UInt8> {
        let path = dataset + "/" + photograph.fileName
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Unusable(path, UnreadableFile(path: path))
        }
        return [UInt8](data)[...]
    }

    /// Shows on standard error how far it is, when that is a terminal.
    func show(_ done: Int, of count: Int) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        standardError("\r\u{1B}[K" + (done == count ? "" : "[\(done)/\(count)]\r"))
    }

    /// A file of the dataset that can't be used, and why.
    struct Unusable: Error, CustomStringConvertible {
        let description: String

        init(_ path: String, _ reason: any Error) { description = "\(path): \(reason)" }
    }
}
