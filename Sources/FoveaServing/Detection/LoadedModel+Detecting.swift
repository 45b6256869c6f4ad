import FoveaImage
public import FoveaModels
public import FoveaTensor

extension LoadedModel {
    /// What is to be found, and how closely it is looked for.
    public struct DetectOptions: Sendable, Equatable {
        public var objects: DetectionOptions
        /// Look at tiles of the photograph as well, for what is small; nil for the whole alone.
        public var tiles: TileSize?
        /// Decode at full resolution even where a scaled decode would do.
        public var isExact: Bool

        public init(objects: DetectionOptions = DetectionOptions(), tiles: TileSize? = nil, isExact: Bool = false) {
            (self.objects, self.tiles, self.isExact) = (objects, tiles, isExact)
        }
    }

    /// Finds objects on one encoded photograph on the compute pool, when its turn comes.
    ///
    /// - Parameters:
    ///   - bytes: a JPEG or PNG file.
    ///   - namer: a classifier that names what is found.
    /// - Throws: `ServingError`.
    public func detect(
        _ bytes: ArraySlice<UInt8>, _ options: DetectOptions = DetectOptions(), namer: LoadedModel? = nil,
        terms: JobTerms = JobTerms()
    ) async throws -> Detection {
        let detector = try detector
        return try await counted { try await detect(bytes, detector, options, namer, terms) }
    }

    /// Finds objects on encoded photographs, each a job of its own.
    ///
    /// - Throws: `ServingError`; `.imageOfBatch` names the photograph that could not be read.
    public func detect(
        images: [ArraySlice<UInt8>], _ options: DetectOptions = DetectOptions(), terms: JobTerms = JobTerms()
    ) async throws -> [Detection] {
        let detector = try detector
        return try await counted {
            try await answers(to: images) { [self] in try await detect($0, detector, options, nil, terms) }
        }
    }

    /// Finds objects in normalised inputs `[N, H, W, 3]` of the network's own size, in one job; boxes are in pixels of the
    /// input.
    ///
    /// - Returns: the objects of each input, best first.
    public func objects(
        in input: Tensor, _ options: DetectionOptions = DetectionOptions(), terms: JobTerms = JobTerms()
    ) async throws -> (objects: [[DetectedObject]], timings: StageTimings) {
        let (images, detector) = (input.shape[0], try detector)
        return try await counted {
            try await queue.run(cost: estimate.inference(images: images), terms) { [self] waited in
                let start = ContinuousClock.now
                let objects = try detector.objects(in: input, options)
                let timings = StageTimings(decode: .zero, queue: waited, inference: .now - start)
                estimate.learn(inference: timings.inference, images: images)
                statistics.ran(images: images, timings, output: .zero)
                return (objects, timings)
            }
        }
    }

    private func detect(
        _ bytes: ArraySlice<UInt8>, _ detector: LoadedDetector, _ options: DetectOptions, _ namer: LoadedModel?,
        _ terms: JobTerms
    ) async throws -> Detection {
        let (tiles, classifier) = (try await tiles(of: bytes, detector, options.tiles), try namer?.classifier)
        let cost = estimate.decode(bytes: bytes.count) + estimate.inference(images: 1 + tiles.count)
        return try await queue.run(cost: cost, terms) { [self] waited in
            let look =
                tiles.isEmpty
                ? try look(at: bytes, detector, options) : try look(at: bytes, detector, options, tiles)
            estimate.learn(decode: look.decoding, bytes: bytes.count)
            estimate.learn(inference: look.inference, images: 1 + tiles.count)
            let naming = ContinuousClock.now
            let names = try classifier.map { try self.names(of: look.objects, on: bytes, by: $0) } ?? []
            let start = ContinuousClock.now
            let timings = StageTimings(
                decode: look.decoding, queue: waited, inference: look.inference + (start - naming))
            let predictions = look.objects.enumerated().map { number, object in
                Detection.Prediction(
                    box: object.box, classID: object.classID, label: detector.labels[object.classID],
                    score: object.score, name: number < names.count ? names[number] : nil)
            }
            let sha256 = SHA256Digest(of: bytes).description
            statistics.ran(images: 1, timings, output: .now - start)
            return Detection(
                predictions: predictions, width: look.size.width, height: look.size.height, sha256: sha256,
                timings: timings, tiles: options.tiles == nil ? nil : tiles.count)
        }
    }

    /// Where the tiles lie: known from the header, so that the queue knows what the job will cost.
    private func tiles(
        of bytes: ArraySlice<UInt8>, _ detector: LoadedDetector, _ size: TileSize?
    ) async throws -> [PixelBounds] {
        guard let size else { return [] }
        return try await inBackground { [limits] in
            let header: ImageHeader
            do throws(ImageError) { header = try ImageHeader(reading: bytes, limits: limits.image) } catch {
                throw ServingError.image(error)
            }
            let photograph = PictureSize(width: header.width, height: header.height)
            return try TileGrid(size, of: photograph, input: detector.picture.specification.size).tiles
        }
    }

    /// What was found on a photograph, and what that took.
    private struct Look {
        let objects: [DetectedObject]
        let size: PictureSize
        let decoding: Duration
        let inference: Duration
    }

    /// Looks at the whole photograph.
    private func look(
        at bytes: ArraySlice<UInt8>, _ detector: LoadedDetector, _ options: DetectOptions
    ) throws -> Look {
        let start = ContinuousClock.now
        let (input, header): (WholePicture.Input, ImageHeader)
        do throws(ImageError) {
            (input, header) = try detector.picture.input(
                decoding: bytes, isExact: options.isExact, limits: limits.image)
        } catch { throw ServingError.image(error) }
        let decoded = ContinuousClock.now
        let size = PictureSize(width: header.width, height: header.height)
        let objects = try detector.objects(in: input, detector.view(size), options.objects)
        return Look(objects: objects, size: size, decoding: decoded - start, inference: .now - decoded)
    }

    /// Looks at the whole photograph and at each of its tiles, on as many threads as have time.
    private func look(
        at bytes: ArraySlice<UInt8>, _ detector: LoadedDetector, _ options: DetectOptions, _ tiles: [PixelBounds]
    ) throws -> Look {
        let start = ContinuousClock.now
        let image: Image
        do throws(ImageError) { image = try Image(decoding: bytes, limits: limits.image) } catch {
            throw ServingError.image(error)
        }
        let decoded = ContinuousClock.now
        let size = PictureSize(width: image.width, height: image.height)
        let views = [detector.view(size)] + tiles.map { detector.view(size, part: $0) }
        // Pieces are among the best of a view, and go: as many as a view may have are asked for, however few are wanted.
        var ofEach = options.objects
        ofEach.limit = DetectionOptions().limit
        let sightings = try ComputePool.map(count: views.count) { number in
            let (view, part) = (views[number], views[number].part)
            let picture =
                number == 0 ? image : image.cropped(x: part.x, y: part.y, width: part.width, height: part.height)
            return try detector.objects(in: detector.picture.input(of: picture), view, ofEach)
                .map { Sighting(object: $0, isCut: view.cuts($0.box)) }
        }
        return Look(
            objects: sightings.flatMap(\.self).merged(options.objects), size: size, decoding: decoded - start,
            inference: .now - decoded)
    }
}
