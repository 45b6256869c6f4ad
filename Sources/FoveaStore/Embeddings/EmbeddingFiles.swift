import Dispatch
import Foundation
public import Logging
import Synchronization

/// Embeddings in files, `ENCODER/IMAGE`, within a budget of bytes: the least recently used go first.
///
/// They can be made again, so that nobody waits for a write, and one that fails is only logged. A file appears whole or
/// not at all; who reads it must be able to tell a damaged one.
public final class EmbeddingFiles: Sendable {
    private struct State {
        var files: [EmbeddingName: (bytes: Int, lastUse: Int)] = [:]
        var totalBytes = 0
        var uses = 0
        /// Embeddings that wait to be written.
        var waiting = 0
        var isFailing = false
    }

    /// The most embeddings that wait to be written; what comes on top is not kept.
    private static let mostWaiting = 16

    private let directory: String
    private let budget: Int
    private let logger: Logger
    private let queue = DispatchQueue(label: "fovea.embeddings", qos: .utility)
    private let state = Mutex(State())

    /// Opens the folder `directory`, which is made if it is missing, and drops what is over the budget.
    ///
    /// - Throws: `StoreError.unusablePath`.
    public init(directory: String, budget: Int, logger: Logger) throws(StoreError) {
        (self.directory, self.budget, self.logger) = (directory, budget, logger)
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let found = try found()
            state.withLock { state in
                for file in found {
                    state.uses += 1
                    state.totalBytes += file.bytes
                    state.files[file.name] = (file.bytes, state.uses)
                }
            }
        } catch { throw .unusablePath(path: directory, reason: error.localizedDescription) }
        evict()
    }

    /// The size of all files.
    public var totalBytes: Int { state.withLock(\.totalBytes) }

    /// Whether `read` would find something.
    public func contains(_ name: EmbeddingName) -> Bool { state.withLock { $0.files[name] != nil } }

    /// What was written under `name`, if it is still there; it counts as used. Blocks.
    public func read(_ name: EmbeddingName) -> [UInt8]? {
        let isKnown = state.withLock { state in
            guard state.files[name] != nil else { return false }
            state.uses += 1
            state.files[name]?.lastUse = state.uses
            return true
        }
        guard isKnown else { return nil }
        guard let data = FileManager.default.contents(atPath: path(name)) else {
            forget(name)
            return nil
        }
        queue.async { [self] in
            // The order after a restart is that of the files' times.
            try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path(name))
        }
        return [UInt8](data)
    }

    /// Writes an embedding in the background, in the place of what was there; `bytes` is called when its turn comes.
    public func write(_ name: EmbeddingName, _ bytes: @escaping @Sendable () -> [UInt8]) {
        let isTaken = state.withLock { state in
            guard state.waiting < Self.mostWaiting else { return false }
            state.waiting += 1
            return true
        }
        guard isTaken else { return }
        queue.async { [self] in
            writeNow(name, bytes())
            state.withLock { $0.waiting -= 1 }
        }
    }

    /// Deletes what any encoder made of an image.
    public func remove(image: String) {
        // After what waits to be written.
        queue.async { [self] in
            let names = state.withLock { $0.files.keys.filter { $0.image == image } }
            for name in names { delete(name) }
        }
    }

    /// Returns when everything is written.
    public func close() { queue.sync {} }

    private func writeNow(_ name: EmbeddingName, _ bytes: [UInt8]) {
        guard bytes.count <= budget else { return }
        do {
            let folder = directory + "/" + name.encoder
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: path(name)), options: .atomic)
            state.withLock { state in
                state.isFailing = false
                state.uses += 1
                state.totalBytes += bytes.count - (state.files[name]?.bytes ?? 0)
                state.files[name] = (bytes.count, state.uses)
            }
            evict()
        } catch {
            let isFirst = state.withLock { state in
                defer { state.isFailing = true }
                return !state.isFailing
            }
            guard isFirst else { return }
            logger.warning(
                "embeddings can't be kept on disk; they are made again after a restart",
                metadata: ["folder": "\(directory)", "reason": "\(error.localizedDescription)"])
        }
    }

    /// Deletes the least recently used files until the rest fits.
    private func evict() {
        while let oldest = state.withLock({ state in
            state.totalBytes > budget ? state.files.min { $0.value.lastUse < $1.value.lastUse }?.key : nil
        }) {
            delete(oldest)
        }
    }

    private func delete(_ name: EmbeddingName) {
        try? FileManager.default.removeItem(atPath: path(name))
        forget(name)
    }

    private func forget(_ name: EmbeddingName) {
        state.withLock { state in
            guard let file = state.files.removeValue(forKey: name) else { return }
            state.totalBytes -= file.bytes
        }
    }

    private func path(_ name: EmbeddingName) -> String { directory + "/" + name.path }

    /// The files of the folder, the least recently used first. What a write left unfinished is deleted.
    private func found() throws -> [(name: EmbeddingName, bytes: Int)] {
        let manager = FileManager.default
        var found: [(name: EmbeddingName, bytes: Int, time: Date)] = []
        for encoder in try manager.contentsOfDirectory(atPath: directory) {
            for image in (try? manager.contentsOfDirectory(atPath: directory + "/" + encoder)) ?? [] {
                let path = directory + "/" + encoder + "/" + image
                guard let name = try? EmbeddingName(encoder: encoder, image: image), name.image == image,
                    let attributes = try? manager.attributesOfItem(atPath: path),
                    let bytes = attributes[.size] as? Int
                else {
                    if (try? ImageDigest(hex: encoder)) != nil { try? manager.removeItem(atPath: path) }
                    continue
                }
                found.append((name, bytes, attributes[.modificationDate] as? Date ?? .distantPast))
            }
        }
        return found.sorted { $0.time < $1.time }.map { ($0.name, $0.bytes) }
    }
}
