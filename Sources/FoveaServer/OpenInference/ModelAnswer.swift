import FoveaModels
import FoveaServing
import FoveaTensor

/// What a model says to a request for inference.
struct ModelAnswer: Sendable {
    enum Output: Sendable {
        /// Of a classifier: `[N, classes]`.
        case logits(Tensor)
        /// Of a segmenter's encoder: `[N, H, W, C]`.
        case embeddings(Tensor)
        /// Of a detector: those of each image, best first.
        case objects([[DetectedObject]])
    }

    let output: Output
    /// One entry for each job that it took.
    let timings: [StageTimings]

    /// The best class of the first image.
    func best(of labels: [String]) -> (label: String, score: Float)? {
        let best: (classID: Int, score: Float)? =
            switch output {
            case .logits(let logits): logits.sliced(0, 0..<1).softmax().top(1).first.map { ($0.index, $0.value) }
            case .embeddings: nil
            case .objects(let objects): objects.first?.first.map { ($0.classID, $0.score) }
            }
        guard let best, labels.indices.contains(best.classID) else { return nil }
        return (labels[best.classID], best.score)
    }
}

extension ModelAnswer {
    /// Lets a model answer.
    init(
        of model: LoadedModel, to input: ModelInput, _ parameters: InferenceParameters, _ terms: JobTerms
    ) async throws {
        switch input {
        case .images(let images): try await self.init(of: model, to: images, parameters, terms)
        case .tensor(let values, let images):
            let (height, width) = (model.input.height, model.input.width)
            let tensor = try await inBackground {
                Tensor(values, shape: [images, 3, height, width]).permuted([0, 2, 3, 1]).contiguous()
            }
            try await self.init(of: model, to: tensor, parameters, terms)
        }
    }

    private init(
        of model: LoadedModel, to images: [ArraySlice<UInt8>], _ parameters: InferenceParameters, _ terms: JobTerms
    ) async throws {
        switch model.task {
        case .detect:
            let options = LoadedModel.DetectOptions(objects: parameters.objects, isExact: parameters.isExact)
            let found = try await model.detect(images: images, options, terms: terms)
            let objects = found.map { image in
                image.predictions.map { DetectedObject(box: $0.box, classID: $0.classID, score: $0.score) }
            }
            self.init(output: .objects(objects), timings: found.map(\.timings))
        case .segment:
            let answer = try await model.embeddings(ofImages: images, isExact: parameters.isExact, terms: terms)
            self.init(output: .embeddings(answer.output), timings: answer.timings)
        case .classify, .semantic:
            let answer = try await model.logits(ofImages: images, isExact: parameters.isExact, terms: terms)
            self.init(output: .logits(answer.output), timings: answer.timings)
        }
    }

    /// - Parameter tensor: `[N, H, W, 3]`.
    private init(
        of model: LoadedModel, to tensor: Tensor, _ parameters: InferenceParameters, _ terms: JobTerms
    ) async throws {
        switch model.task {
        case .detect:
            let (objects, timings) = try await model.objects(in: tensor, parameters.objects, terms: terms)
            self.init(output: .objects(objects), timings: [timings])
        case .segment:
            let answer = try await model.embeddings(of: tensor, terms: terms)
            self.init(output: .embeddings(answer.output), timings: answer.timings)
        case .classify, .semantic:
            let answer = try await model.logits(of: tensor, terms: terms)
            self.init(output: .logits(answer.output), timings: answer.timings)
        }
    }
}
