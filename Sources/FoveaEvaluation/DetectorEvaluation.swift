public import FoveaModels
public import FoveaServing

/// What a detector finds on the photographs of a dataset, and how well that agrees with what is there.
public struct DetectorEvaluation: Sendable {
    /// Over the classes of the dataset.
    public let precision: AveragePrecision
    /// With all classes taken for one.
    public let classBlind: AveragePrecision
    public let findings: [AveragePrecision.Finding]

    /// A class that the dataset calls otherwise than the model, so that it could never be found.
    public struct UnknownClasses: Error, Equatable, CustomStringConvertible {
        public let names: [String]
        public let labels: [String]

        public var description: String {
            "the model knows no class \(names.map { "\"\($0)\"" }.joined(separator: ", ")); its classes are "
                + labels.map { "\"\($0)\"" }.joined(separator: ", ")
        }
    }

    /// Low enough that what is left out would change nothing: precision is asked for at every recall.
    public static let options = DetectionOptions(
        scoreThreshold: 0.001, overlapThreshold: 0.5, limit: AveragePrecision.limit)

    /// Asks `model` for each photograph of `dataset`.
    ///
    /// - Parameters:
    ///   - photograph: the bytes of a photograph's file.
    ///   - progress: called with the number of photographs that are done.
    public init(
        of model: LoadedModel, on dataset: CocoDataset,
        photograph: (CocoDataset.Photograph) throws -> ArraySlice<UInt8>, progress: (Int) -> Void = { _ in }
    ) async throws {
        let labels = model.labels
        let numbers = Dictionary(dataset.categories.map { ($0.value, $0.key) }, uniquingKeysWith: min)
        let unknown = dataset.categories.values.filter { !labels.contains($0) }.sorted()
        guard unknown.isEmpty else { throw UnknownClasses(names: unknown, labels: labels) }

        var (findings, blind): ([AveragePrecision.Finding], [AveragePrecision.Finding]) = ([], [])
        for (done, entry) in dataset.photographs.enumerated() {
            let bytes = try photograph(entry)
            findings += try await Self.findings(of: model, bytes, entry.id, numbers, isClassAgnostic: false)
            blind += try await Self.findings(of: model, bytes, entry.id, numbers, isClassAgnostic: true)
            progress(done + 1)
        }
        let truths = dataset.annotations.map {
            AveragePrecision.Truth(image: $0.image, category: $0.category, box: $0.box, isCrowd: $0.isCrowd)
        }
        self.findings = findings
        precision = AveragePrecision(truths: truths, findings: findings)
        classBlind = AveragePrecision(truths: truths, findings: blind, isClassBlind: true)
    }

    private static func findings(
        of model: LoadedModel, _ bytes: ArraySlice<UInt8>, _ image: Int, _ numbers: [String: Int],
        isClassAgnostic: Bool
    ) async throws -> [AveragePrecision.Finding] {
        var options = options
        options.isClassAgnostic = isClassAgnostic
        return try await model.detect(bytes, LoadedModel.DetectOptions(objects: options)).predictions
            .compactMap { found in
                numbers[found.label].map { category in
                    AveragePrecision.Finding(
                        image: image, category: category, box: PixelBox(found.box), score: Double(found.score))
                }
            }
    }
}
