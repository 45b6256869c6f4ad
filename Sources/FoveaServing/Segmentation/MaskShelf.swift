import FoveaTensor
import Synchronization

/// The logits of the masks that were answered last, so that a next click can refine one of them.
///
/// A mask's name can't be guessed, and is good for its own photograph and model alone.
final class MaskShelf: Sendable {
    private struct Entry {
        let logits: Tensor
        let key: EmbeddingCache.Key
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The names in the order in which they came.
        var order: ArraySlice<String> = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: masks, 256 KiB each of Segment Anything; as many as the largest answer has, unless given.
    init(capacity: Int = 3 * LoadedModel.promptLimit) { self.capacity = capacity }

    /// Keeps a mask's logits, and returns their name; the oldest go.
    func keep(_ logits: Tensor, of key: EmbeddingCache.Key) -> String {
        let (id, kept) = (Self.randomID(), logits.kept())
        state.withLock { state in
            state.entries[id] = Entry(logits: kept, key: key)
            state.order.append(id)
            while state.entries.count > capacity, let oldest = state.order.popFirst() { state.entries[oldest] = nil }
        }
        return id
    }

    /// The logits of a mask of this photograph, if they are still there.
    func logits(_ id: String, of key: EmbeddingCache.Key) -> Tensor? {
        state.withLock { state in
            guard let entry = state.entries[id], entry.key == key else { return nil }
            return entry.logits
        }
    }

    /// Forgets the masks of a photograph.
    func forget(_ image: SHA256Digest) {
        state.withLock { state in state.entries = state.entries.filter { $0.value.key.image != image } }
    }

    private static func randomID() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: (0..<32).map { _ in digits[Int.random(in: 0..<16, using: &random)] }, as: UTF8.self)
    }
}
