import FoveaModels
import FoveaNN

extension InstalledModel {
    /// Makes the network once and throws what stands in the way: the digest, the checkpoint, the labels.
    func prove() throws(RepositoryError) {
        try verifyDigest()
        let network: Network
        do { network = try makeNetwork(Checkpoint(contentsOf: weightsPath)) } catch {
            throw .unusable(file: card.weights, reason: "\(error)")
        }
        switch network {
        case .classifier(let network): _ = try labels(classes: network.classes)
        case .detector(let network): _ = try labels(classes: network.classes, hasBackground: true)
        case .segmenter: break
        }
    }
}
