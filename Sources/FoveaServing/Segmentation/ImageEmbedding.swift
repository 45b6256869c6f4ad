import FoveaModels
import FoveaTensor
import Synchronization

/// What an encoder made of one photograph, kept for all prompts on it.
///
/// It is kept in half precision from the beginning, so that an answer does not depend on where the embedding comes from.
final class ImageEmbedding: Sendable {
    let frame: ImageFrame
    /// Of the shape that the segmenter's geometry says.
    let elements: [Float16]
    private let prepared = Mutex<(any PreparedImage)?>(nil)

    convenience init(_ embedding: Tensor, frame: ImageFrame) {
        self.init(elements: embedding.withElements { $0.map { Float16($0) } }, frame: frame)
    }

    init(elements: [Float16], frame: ImageFrame) { (self.elements, self.frame) = (elements, frame) }

    /// The memory of the elements.
    var bytes: Int { elements.count * MemoryLayout<Float16>.stride }

    /// The memory of what is prepared.
    var preparedBytes: Int { prepared.withLock { $0?.bytes ?? 0 } }

    /// What the prompts on it share; computed at the first, and again after `forgetPrepared`.
    func prepared(by network: any Segmenter) -> any PreparedImage {
        if let ready = prepared.withLock({ $0 }) { return ready }
        let made = network.prepared(Tensor(elements.map(Float.init), shape: network.geometry.embedding))
        prepared.withLock { $0 = made }
        return made
    }

    func forgetPrepared() { prepared.withLock { $0 = nil } }
}
