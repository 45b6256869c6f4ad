/// What a test writes into one folder of the model repository.
struct ModelFolder {
    /// The folder below the repository: a model's name, or name and version, such as `cats/2`.
    let path: String
    var card = #"{"task": "classify", "architecture": "toy", "weights": "w.safetensors"}"#
    var weights: [UInt8]
    var labels: [String]?

    /// A classifier that gives these scores, and labels its classes `cat`, `dog`, `fox`, … as far as there are names.
    init(_ path: String, scores: [Float] = [1, 3, 2]) {
        self.path = path
        weights = Toy.safetensors(scores)
        labels = scores.count <= Self.names.count ? Array(Self.names.prefix(scores.count)) : nil
    }

    private static let names = ["cat", "dog", "fox", "hen"]

    /// A model whose card is good and whose checkpoint is cut short.
    static func broken(_ path: String) -> ModelFolder {
        var folder = ModelFolder(path)
        folder.weights.removeLast(3)
        return folder
    }

    /// A model whose card is no JSON.
    static func unreadable(_ path: String) -> ModelFolder {
        var folder = ModelFolder(path)
        folder.card = "{"
        return folder
    }

    /// A model that finds one thing of each class, with these scores.
    static func detector(_ path: String = "finder", scores: [Float] = [0.5, 0.75, 0.2]) -> ModelFolder {
        var folder = ModelFolder(path, scores: scores)
        folder.card = #"{"task": "detect", "architecture": "toy_detector", "weights": "w.safetensors"}"#
        return folder
    }

    /// A model that segments; its checkpoint is not looked at.
    static func segmenter(_ path: String = "sam") -> ModelFolder {
        var folder = ModelFolder(path)
        folder.card = #"{"task": "segment", "architecture": "toy_segmenter", "weights": "w.safetensors"}"#
        folder.labels = nil
        return folder
    }

    func write(to repository: TemporaryFolder) throws {
        try repository.write(Array(card.utf8), to: "models/\(path)/model.json")
        try repository.write(weights, to: "models/\(path)/w.safetensors")
        if let labels {
            try repository.write(Array(labels.joined(separator: "\n").utf8), to: "models/\(path)/labels.txt")
        }
    }
}
