import FoveaModels
import FoveaNN

extension InstalledModel {
    /// Makes the network once and throws what stands in the way: the digest, the checkpoint, the labels.
    func prove() throws(RepositoryError) {
        try verifyDigest()
        let classes: Int
        do {
            classes = try architecture.makeClassifier(Checkpoint(contentsOf: weightsPath)).classes
        } catch {
            throw .unusable(file: card.weights, reason: "\(error)")
        }
        _ = try labels(classes: classes)
    }
}
