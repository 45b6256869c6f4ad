import FoveaModels
import FoveaNN

extension InstalledModel {
    /// Makes the network once and throws what stands in the way: the digest, the checkpoint, the labels.
    func prove() throws(RepositoryError) {
        try verifyDigest()
        let network: Network
        do { network = try architecture.makeNetwork(Checkpoint(contentsOf: weightsPath)) } catch {
            throw .unusable(file: card.weights, reason: "\(error)")
        }
        if case .classifier(let classifier) = network { _ = try labels(classes: classifier.classes) }
    }
}
