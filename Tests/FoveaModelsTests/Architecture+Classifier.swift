import FoveaNN
import FoveaTensor

@testable import FoveaModels

extension Architecture {
    /// The classifier that this architecture makes of a checkpoint.
    func makeClassifier(_ checkpoint: Checkpoint, precision: Precision = .float32) throws -> any Classifier {
        guard case .classifier(let classifier) = try makeNetwork(checkpoint, precision: precision) else {
            throw NoClassifier()
        }
        return classifier
    }
}

private struct NoClassifier: Error {}
