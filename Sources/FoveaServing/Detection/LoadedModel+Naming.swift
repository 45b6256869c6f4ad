import FoveaImage
import FoveaModels
import FoveaTensor

/// A classifier that gives what a detector found a second, closer name: the card's `classifier`.
extension LoadedModel {
    /// The most boxes of a photograph that are named, the best ones: each takes a run of the classifier.
    static let mostNames = 16

    /// What the card's classifier says of the best of some objects, in their order.
    ///
    /// - Parameter bytes: the photograph's file; decoded at full resolution if there is anything to be named.
    func names(
        of objects: [DetectedObject], on bytes: ArraySlice<UInt8>, by classifier: LoadedClassifier
    ) throws -> [Classification.Prediction] {
        let best = objects.prefix(Self.mostNames)
        guard !best.isEmpty else { return [] }
        let image: Image
        do throws(ImageError) { image = try Image(decoding: bytes, limits: limits.image) } catch {
            throw ServingError.image(error)
        }
        return try ComputePool.map(count: best.count) { number -> [Classification.Prediction] in
            try Cancellation.check()
            let part = best[number].box.surroundings(in: image)
            let crop = image.cropped(x: part.x, y: part.y, width: part.width, height: part.height)
            return classifier.predictions(try classifier.network.logits(classifier.pixels(ofCrop: crop)), 1)
        }.flatMap(\.self)
    }
}

extension Box {
    /// The square about the box with a tenth more than its longer side, as far as it lies in the picture.
    fileprivate func surroundings(in image: Image) -> PixelBounds {
        let reach = 0.55 * Double(max(x1 - x0, y1 - y0))
        func range(_ low: Float, _ high: Float, _ length: Int) -> Range<Int> {
            let centre = Double(low + high) / 2
            let first = min(max(Int((centre - reach).rounded(.down)), 0), length - 1)
            return first..<min(max(Int((centre + reach).rounded(.up)), first + 1), length)
        }
        let (columns, rows) = (range(x0, x1, image.width), range(y0, y1, image.height))
        return PixelBounds(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }
}

extension ModelRegistry {
    /// The classifier that a detector's card names; nil if it names none.
    ///
    /// - Throws: `ServingError`; `.modelNotReady` for the detector if its classifier is not there.
    public func namer(
        of detector: LoadedModel, until deadline: ContinuousClock.Instant? = nil
    ) async throws -> LoadedModel? {
        guard let name = detector.classifierName else { return nil }
        do { return try await model(named: name, for: .classify, until: deadline) } catch ServingError.modelNotFound {
            throw ServingError.modelNotReady(
                name: detector.name,
                reason:
                    "its card names the classifier \"\(name)\", which is not there: fovea models pull \(name), or take "
                    + "\"classifier\" off the card")
        }
    }
}
