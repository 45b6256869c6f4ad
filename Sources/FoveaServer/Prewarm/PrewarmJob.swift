import FoveaJSON
import FoveaServing

/// Photographs that are to be encoded before anybody asks about them, and how far that is.
struct PrewarmJob: Sendable, Equatable {
    enum State: String, Sendable { case waiting, running, done, cancelled }

    struct Picture: Sendable, Equatable {
        enum State: Sendable, Equatable {
            case waiting, running
            case done(EmbeddingOrigin)
            case failed(APIError)
        }

        /// Of the photograph's bytes.
        let sha256: SHA256Digest
        var state = State.waiting
    }

    let id: String
    /// `NAME` or `NAME:VERSION`; nil for the model that segments by default.
    let model: String?
    /// Whether JPEGs are decoded at full resolution.
    let isExact: Bool
    var state = State.waiting
    var pictures: [Picture]

    var isOver: Bool { state == .done || state == .cancelled }

    /// Photographs whose embedding is there, and those that failed.
    var counts: (done: Int, failed: Int) {
        pictures.reduce(into: (0, 0)) { counts, picture in
            switch picture.state {
            case .done: counts.0 += 1
            case .failed: counts.1 += 1
            case .waiting, .running: break
            }
        }
    }

    /// `{"id", "state", "total", "done", "failed"}`
    var progress: [(String, JSONValue)] {
        let counts = counts
        return [
            ("id", .string(id)), ("state", .string(state.rawValue)), ("total", .integer(pictures.count)),
            ("done", .integer(counts.done)), ("failed", .integer(counts.failed)),
        ]
    }

    /// The progress, and each photograph's state.
    var json: JSONValue { .members(progress + [("images", .array(pictures.map(\.json)))]) }
}

extension PrewarmJob.Picture {
    fileprivate var json: JSONValue {
        let facts: [(String, JSONValue)] =
            switch state {
            case .waiting: [("state", "waiting")]
            case .running: [("state", "running")]
            case .done(let origin): [("state", "done"), ("embedding", .string(origin.rawValue))]
            case .failed(let error): [("state", "failed")] + error.members
            }
        return .members([("sha256", .string(sha256.description))] + facts)
    }
}
