import Foundation

/// Runs another program and waits for it.
enum Subprocess {
    struct Result: Sendable {
        let status: Int32
        /// What it wrote to standard error, the last 64 KiB.
        let errors: String
    }

    /// Runs `program`, found along `PATH`, with `arguments`; its standard output is thrown away.
    /// `environment` is set over this process's own.
    ///
    /// 127 is the status when there is no such program.
    static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        var errors = Data()
        while case let piece = pipe.fileHandleForReading.availableData, !piece.isEmpty {
            errors = (errors + piece).suffix(1 << 16)
        }
        process.waitUntilExit()
        return Result(status: process.terminationStatus, errors: String(decoding: errors, as: UTF8.self))
    }
}
