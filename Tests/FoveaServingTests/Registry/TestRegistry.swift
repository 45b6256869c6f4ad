import FoveaTensor
import Logging
import Synchronization
import Testing

@testable import FoveaModels
@testable import FoveaNN
@testable import FoveaServing

/// A registry over a temporary folder, whose queue the test drives by hand.
final class TestRegistry: Sendable {
    let folder: TemporaryFolder
    let registry: ModelRegistry
    let pool = ComputePool(threads: 1)

    /// - Parameter place: puts models into the folder before it is read.
    init(_ settings: RegistrySettings = RegistrySettings(), place: (TemporaryFolder) throws -> Void) throws {
        folder = try TemporaryFolder()
        try place(folder)
        registry = try ModelRegistry(
            repository: ModelRepository(directory: folder.path, architectures: Moody.architectures),
            settings: settings, scheduler: Scheduler(pool: pool),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        registry.loadAll()
    }

    /// The state of `NAME:VERSION`, or of version 1.
    func state(_ reference: String) -> ModelState? { summary(reference)?.state }
    func reason(_ reference: String) -> String? { summary(reference)?.reason }

    func summary(_ reference: String) -> ModelRegistry.Summary? {
        let parts = reference.split(separator: ":").map(String.init)
        return registry.summaries.first { $0.name == parts[0] && $0.version == (parts.count > 1 ? parts[1] : "1") }
    }

    /// Looks at the folder until it has settled.
    func watch() {
        registry.watch()
        registry.watch()
    }

    /// The version that answers for a name.
    func version(_ name: String) async throws -> String {
        try await registry.model(named: name, for: .classify).version
    }

    /// The class that a name answers with.
    func best(_ name: String) async throws -> Int? {
        let model = try await registry.model(named: name, for: .classify)
        return try await model.logits(of: Tensor(repeating: 0, shape: [1, 8, 8, 3])).output.top(1).first?.index
    }
}

extension TemporaryFolder {
    /// Puts a model of architecture `moody` into the folder, in one step as careful people do.
    func place(_ path: String, scores: [Float] = [0, 1, 0], card more: String = "") throws {
        let card = #"{"task":"classify","architecture":"moody","weights":"w.safetensors"\#(more)}"#
        try write(card, to: path + "/model.json")
        try write(Moody.safetensors(scores), to: path + "/w.safetensors")
    }
}

/// A classifier that answers its scores, unless it is in a bad mood.
struct Moody: Classifier {
    let scores: [Float]
    var classes: Int { scores.count }
    /// Of all with a first score of 0.5; set by the one test of it.
    static let isBlind = Mutex(false)

    func logits(_ x: Tensor) -> Tensor {
        let isBlind = scores[0] == 0.5 && Self.isBlind.withLock { $0 }
        return Tensor(isBlind ? scores.reversed() : scores, shape: [1, scores.count])
    }

    static let architectures = [
        Architecture(
            name: "moody", task: .classify,
            input: { _ in
                InputSpecification(
                    height: 8, width: 8, resize: .stretch, filter: .bilinear, mean: [0, 0, 0], std: [1, 1, 1])
            },
            makeClassifier: { checkpoint, _ in Moody(scores: try checkpoint.tensor(named: "scores").values) },
            fits: { $0.map(\.name) == ["scores"] })
    ]

    static func safetensors(_ scores: [Float]) -> [UInt8] {
        let size = 4 * scores.count
        let header = #"{"scores":{"dtype":"F32","shape":[\#(scores.count)],"data_offsets":[0,\#(size)]}}"#
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
            + scores.flatMap { score in (0..<4).map { UInt8(truncatingIfNeeded: score.bitPattern >> (8 * $0)) } }
    }
}
