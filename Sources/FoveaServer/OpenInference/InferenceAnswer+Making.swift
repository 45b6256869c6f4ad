import FoveaServing
import FoveaTensor

extension InferenceAnswer {
    /// The answer that what a model said makes to a request.
    ///
    /// - Parameter isBinary: whether all outputs follow the JSON as bytes, whatever the request says: it had no JSON to say
    ///   it in.
    init(to request: InferenceRequest, _ answer: ModelAnswer, of model: LoadedModel, isBinary: Bool) {
        switch answer.output {
        case .logits(let logits):
            self.init(
                to: request, logits: logits, model: model.name, version: model.version, labels: model.labels,
                isBinary: isBinary)
        case .embeddings(let embeddings):
            self.init(
                to: request, embeddings: embeddings, model: model.name, version: model.version, isBinary: isBinary)
        case .objects(let objects):
            self.init(to: request, objects: objects, model: model.name, version: model.version, isBinary: isBinary)
        }
    }

    /// The answer that a classifier's logits make to a request.
    ///
    /// - Parameters:
    ///   - logits: `[N, classes]`.
    ///   - labels: one for each class.
    ///   - isBinary: whether all outputs follow the JSON as bytes, whatever the request says: it had no JSON to say it in.
    init(
        to request: InferenceRequest, logits: Tensor, model: String, version: String, labels: [String],
        isBinary: Bool = false
    ) {
        let all = [ModelInterface.logits, ModelInterface.probabilities]
        let wanted = request.outputs.isEmpty ? all.map { .init(name: $0) } : request.outputs
        outputs = wanted.map { output in
            let scores = output.name == ModelInterface.probabilities ? logits.softmax() : logits
            let isBinary = isBinary || output.isBinary ?? request.parameters.hasBinaryOutput
            guard let count = output.topClasses else {
                return Output(
                    name: output.name, shape: Array(scores.shape), contents: .floats(scores.values), isBinary: isBinary)
            }
            let best = (0..<scores.shape[0]).map { image in
                Self.best(scores.sliced(0, image..<image + 1), count, labels)
            }
            return Output(
                name: output.name, shape: [best.count, min(count, labels.count)],
                contents: .strings(best.flatMap(\.self)),
                isBinary: isBinary)
        }
        (self.model, self.version, id) = (model, version, request.id)
    }

    /// The answer that what a segmenter's encoder sees makes to a request.
    ///
    /// - Parameter embeddings: `[N, H, W, C]`, answered as `[N, C, H, W]`.
    init(to request: InferenceRequest, embeddings: Tensor, model: String, version: String, isBinary: Bool) {
        let planar = embeddings.permuted([0, 3, 1, 2])
        let isBinary = isBinary || request.outputs.first?.isBinary ?? request.parameters.hasBinaryOutput
        outputs = [
            Output(
                name: ModelInterface.embeddings, shape: Array(planar.shape), contents: .floats(planar.values),
                isBinary: isBinary)
        ]
        (self.model, self.version, id) = (model, version, request.id)
    }

    /// The best classes of one image as the classification extension writes them, best first: `value:index:label`.
    ///
    /// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
    private static func best(_ scores: Tensor, _ count: Int, _ labels: [String]) -> [String] {
        scores.top(min(count, labels.count)).map { index, value in
            "\(value):\(index)" + (labels.indices.contains(index) ? ":\(labels[index])" : "")
        }
    }
}
