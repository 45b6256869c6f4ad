import ArgumentParser
import FoveaJSON
import FoveaModels
import FoveaServing
import Glibc

/// What the commands have in common that ask a model about photographs, one after the other.
struct PhotographArguments: ParsableArguments {
    @Argument(help: "JPEG or PNG files.", completion: .file(extensions: ["jpg", "jpeg", "png"]))
    var images: [String]

    @OptionGroup var repository: RepositoryOptions

    @Option(help: "Threads that compute (default: what this machine allows).")
    var threads: Int?

    @Flag(help: "Decode JPEGs at full resolution even where a scaled decode would do.")
    var exact = false

    @Flag(help: "One JSON object a line, for programs.")
    var json = false

    func validate() throws { try validateThreads(threads) }

    /// Lets a model answer about each photograph and prints what it says; goes on after one that can't be read.
    ///
    /// - Parameters:
    ///   - reference: `NAME` or `NAME:VERSION`; nil for the default.
    ///   - ask: the answer about the bytes of a file.
    ///   - text: the answer for people.
    func answer<Answer: PhotographAnswer>(
        by reference: String?, for task: ModelTask,
        _ ask: (LoadedModel, ArraySlice<UInt8>) async throws -> Answer, text: (Answer) -> String
    ) async throws {
        let model = try repository.load(reference, for: task, threads: threads)
        var failures = 0
        for (index, path) in images.enumerated() {
            showProgress(index, path)
            do {
                let answer = try await ask(model, InputFile.read(path))
                print(
                    json
                        ? line(path, answer, model)
                        : "\(path) (\(answer.width)x\(answer.height))\n" + text(answer))
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

    private func line(_ path: String, _ answer: some PhotographAnswer, _ model: LoadedModel) -> String {
        let value = JSONValue.members(
            [("file", .string(path))] + answer.members + [
                ("model", ["name": .string(model.name), "version": .string(model.version)]), ("image", answer.image),
            ])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}

func standardError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
