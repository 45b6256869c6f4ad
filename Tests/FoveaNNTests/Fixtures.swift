import Foundation

@testable import FoveaNN

/// A file that lives as long as the value.
final class TemporaryFile {
    let path: String
    private let handle: FileHandle

    init(_ bytes: [UInt8]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        guard FileManager.default.createFile(atPath: path, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
        handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try write(bytes)
    }

    deinit {
        try? handle.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes `bytes` the whole content.
    func write(_ bytes: [UInt8]) throws {
        try handle.seek(toOffset: 0)
        try handle.write(contentsOf: Data(bytes))
        try cut(to: bytes.count)
    }

    /// Keeps the first `count` bytes.
    func cut(to count: Int) throws { try handle.truncate(atOffset: UInt64(count)) }
}

/// The files in Tests/Fixtures/checkpoints.
enum Fixture {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/checkpoints")

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }
}

/// A line of a golden table: what a tensor must read as.
struct GoldenTensor: Equatable {
    let entry: Checkpoint.Entry
    let bits: [UInt32]

    static func table(_ name: String) throws -> [GoldenTensor] {
        let text = String(decoding: try Fixture.bytes(name), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let shape = fields[2] == "scalar" ? [] : fields[2].split(separator: "x").compactMap { Int($0) }
            return GoldenTensor(
                entry: Checkpoint.Entry(name: String(fields[0]), shape: shape, type: String(fields[1])),
                bits: fields[3].split(separator: " ").compactMap { UInt32($0, radix: 16) })
        }
    }
}

extension Checkpoint {
    /// Opens a checkpoint of `bytes`; the file is gone from its folder at once, but open.
    init(bytes: [UInt8], limits: CheckpointLimits = .default) throws {
        let file = try TemporaryFile(bytes)
        self = try withExtendedLifetime(file) { try Checkpoint(contentsOf: file.path, limits: limits) }
    }
}

/// What opening `bytes` throws; nil if nothing.
func error(opening bytes: [UInt8], limits: CheckpointLimits = .default) throws -> CheckpointError? {
    do {
        _ = try Checkpoint(bytes: bytes, limits: limits)
        return nil
    } catch let error as CheckpointError {
        return error
    }
}

/// `value`, least significant byte first.
func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
