import FoveaModels
import FoveaTensor
import Synchronization

/// What an encoder made of one photograph, kept for all prompts on it.
///
/// It is kept in half precision from the beginning, so that an answer does not depend on where the embedding comes from.
final class ImageEmbedding: Sendable {
    let frame: ImageFrame
    /// `[64, 64, 256]`
    let elements: [Float16]
    private let prepared = Mutex<PreparedEmbedding?>(nil)

    convenience init(_ embedding: Tensor, frame: ImageFrame) {
        self.init(elements: embedding.withElements { $0.map { Float16($0) } }, frame: frame)
    }

    init(elements: [Float16], frame: ImageFrame) { (self.elements, self.frame) = (elements, frame) }

    static let elementCount = MaskPredictor.embeddingShape.product

    /// The memory of the elements, and that of what is prepared.
    static let bytes = elementCount * MemoryLayout<Float16>.stride
    static let preparedBytes = 3 * elementCount * MemoryLayout<Float>.stride

    /// What the prompts on it share; computed at the first, and again after `forgetPrepared`.
    func prepared(by predictor: MaskPredictor) -> PreparedEmbedding {
        if let ready = prepared.withLock({ $0 }) { return ready }
        let made = predictor.prepared(Tensor(elements.map(Float.init), shape: MaskPredictor.embeddingShape))
        prepared.withLock { $0 = made }
        return made
    }

    func forgetPrepared() { prepared.withLock { $0 = nil } }
    var isPrepared: Bool { prepared.withLock { $0 != nil } }
}
