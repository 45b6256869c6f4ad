import ArgumentParser
import FoveaEvaluation
import FoveaModels
import FoveaServing
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
        try reading(annotations ?? dataset + "/annotations.json") { try CocoDataset([UInt8]($0)) }
    }

    func load(_ reference: String?, for task: ModelTask) throws -> LoadedModel {
        try repository.load(reference, for: task, threads: threads)
    }

    /// The bytes of a photograph's file.
    func photograph(_ photograph: CocoDataset.Photograph) throws -> ArraySlice<UInt8> {
        try reading(dataset + "/" + photograph.fileName) { $0 }
    }

    /// What `convert` makes of a file; says which file it is that can't be used.
    private func reading<Value>(_ path: String, _ convert: (ArraySlice<UInt8>) throws -> Value) throws -> Value {
        do { return try convert(InputFile.read(path)) } catch { throw Unusable(path, error) }
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
