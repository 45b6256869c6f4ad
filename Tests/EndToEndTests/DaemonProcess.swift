import Foundation

/// The built program, serving on a free port in a folder of its own; ended with the value.
final class DaemonProcess {
    static var binary: String { ProcessInfo.processInfo.environment["FOVEA_TEST_BINARY"] ?? "" }
    static var models: String { ProcessInfo.processInfo.environment["FOVEA_TEST_MODELS"] ?? "" }
    /// Whether `deploy/test.sh`, or someone like it, said where the program and the model are.
    static var isAvailable: Bool { !binary.isEmpty && !models.isEmpty }

    struct Failure: Error { let log: String }

    let folder: URL
    let process = Process()
    private(set) var port = 0
    private let ownsFolder: Bool

    /// - Parameters:
    ///   - earlier: an earlier daemon's folder, to start again on its data.
    ///   - environment: what is added to this process's.
    init(
        _ flags: [String] = [], in earlier: URL? = nil, environment: [String: String] = [:], untilReady: Bool = true
    ) throws {
        folder = earlier ?? FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        ownsFolder = earlier == nil
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.binary)
        process.arguments =
            ["serve", "--port", "0", "--models", Self.models, "--data", folder.appending(path: "data").path] + flags
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard line.hasPrefix("listening on http://127.0.0.1:"),
            let number = Int(line.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ":").last ?? "")
        else { throw Failure(log: try String(contentsOf: log, encoding: .utf8)) }
        port = number
        while try untilReady && Client(port: port).request("GET", "/readyz").status != 200 {}
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        if ownsFolder { try? FileManager.default.removeItem(at: folder) }
    }

    /// What it wrote to standard error.
    var log: String {
        get throws { try String(contentsOf: folder.appending(path: "log"), encoding: .utf8) }
    }

    /// Sends `signal` and waits for the end.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// What SQLite's own shell answers about the request log.
    func query(_ sql: String) throws -> String {
        try run("/usr/bin/sqlite3", [folder.appending(path: "data/requests.sqlite").path, sql]).output
    }
}

/// Runs a program to its end.
func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String, error: String) {
    let process = Process()
    let (output, error) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = error
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errorText = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text, errorText)
}
