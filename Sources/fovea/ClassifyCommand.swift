import ArgumentParser
import FoundationEssentials
import FoveaJSON
import FoveaModels
import FoveaServing
import FoveaTensor
import Glibc

struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Say what photographs show, without a server.")

    @Argument(help: "JPEG or PNG files.", completion: .file(extensions: ["jpg", "jpeg", "png"]))
    var images: [String]

    @Option(help: "Model to ask, NAME or NAME:VERSION (default: efficientnet-lite0, else the first by name).")
    var model: String?

    @OptionGroup var repository: RepositoryOptions

    @Option(name: .customLong("top"), help: "How many predictions to show for each image, 1 to 1000.")
    var top = 5

    @Option(help: "Threads that compute (default: what this machine allows).")
    var threads: Int?

    @Flag(help: "Decode JPEGs at full resolution even where a scaled decode would do.")
    var exact = false

    @Flag(help: "One JSON object a line, for programs.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(top) else { throw ValidationError("--top must be 1 to 1000") }
        guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads must be 1 to 1024") }
    }

    func run() async throws {
        let pool = ComputePool(threads: threads ?? ComputePool.allowedThreads, isPinned: true)
        let installed = try repository.repository.model(model, for: .classify)
        let loaded = try LoadedModel(installed, scheduler: Scheduler(pool: pool), limits: JobLimits())
        var failures = 0
        for (index, path) in images.enumerated() {
            showProgress(index, path)
            do {
                guard let data = FileManager.default.contents(atPath: path) else { throw UnreadableFile(path: path) }
                let answer = try await loaded.classify([UInt8](data)[...], top: top, isExact: exact)
                print(json ? line(path, answer, loaded) : table(path, answer))
            } catch {
                failures += 1
                standardError("\(path): \(error)\n")
            }
        }
        if images.count > 1, isatty(STDERR_FILENO) == 1 { standardError("\r\u{1B}[K") }
        if failures > 0 { throw ExitCode(1) }
    }

    /// Several images show progress on standard error, when that is a terminal.
    private func showProgress(_ index: Int, _ path: String) {
        guard images.count > 1, isatty(STDERR_FILENO) == 1 else { return }
        standardError("\r\u{1B}[K[\(index + 1)/\(images.count)] \(path)\r")
    }

    private func line(_ path: String, _ answer: Classification, _ model: LoadedModel) -> String {
        let predictions = answer.predictions.map { prediction -> JSONValue in
            [
                "class_id": .integer(prediction.classID), "label": .string(prediction.label),
                "score": .float(prediction.score),
            ]
        }
        let value: JSONValue = [
            "file": .string(path), "predictions": .array(predictions),
            "model": ["name": .string(model.name), "version": .string(model.version)],
            "image": [
                "width": .integer(answer.width), "height": .integer(answer.height), "sha256": .string(answer.sha256),
            ],
        ]
        return String(decoding: value.bytes, as: UTF8.self)
    }

    /// The file's name, then a line with a bar for each prediction.
    private func table(_ path: String, _ answer: Classification) -> String {
        let width = answer.predictions.map(\.label.count).max() ?? 0
        let lines = answer.predictions.map { prediction in
            let label = prediction.label + String(repeating: " ", count: width - prediction.label.count)
            let tenths = Int((prediction.score * 1000).rounded())
            let percent = "\(tenths / 10).\(tenths % 10) %"
            let bar = String(repeating: "█", count: Int((prediction.score * 40).rounded()))
            return "  \(label)  \(String(repeating: " ", count: max(0, 7 - percent.count)))\(percent)  \(bar)"
        }
        return (["\(path) (\(answer.width)x\(answer.height))"] + lines).joined(separator: "\n")
    }
}

struct UnreadableFile: Error, CustomStringConvertible {
    let path: String
    let reason = String(cString: strerror(errno))
    var description: String { "can't read this file: \(reason)" }
}

func standardError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
