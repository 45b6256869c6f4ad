import FoveaModels
import FoveaServing

extension InferenceAnswer {
    /// The answer that a detector's objects make to a request: every image has as many places, of which `num_detections` are
    /// taken; the others hold zeros, and the label -1.
    ///
    /// - Parameters:
    ///   - objects: those of each image, best first.
    ///   - isBinary: whether all outputs follow the JSON as bytes, whatever the request says: it had no JSON to say it in.
    init(
        to request: InferenceRequest, objects: [[DetectedObject]], model: String, version: String,
        isBinary: Bool = false
    ) {
        let (images, places) = (objects.count, ModelInterface.mostObjects)
        func padded<Element>(_ filler: Element, _ element: (DetectedObject) -> Element) -> [Element] {
            objects.flatMap { image in
                let taken = image.prefix(places).map(element)
                return taken + [Element](repeating: filler, count: places - taken.count)
            }
        }
        let boxes = padded([0, 0, 0, 0]) { $0.box.corners }
        let all: [(name: String, shape: [Int], contents: Output.Contents)] = [
            (ModelInterface.boxes, [images, places, 4], .floats(boxes.flatMap(\.self))),
            (ModelInterface.scores, [images, places], .floats(padded(0, \.score))),
            (ModelInterface.labels, [images, places], .integers(padded(-1) { Int64($0.classID) })),
            (ModelInterface.count, [images], .integers(objects.map { Int64(min($0.count, places)) })),
        ]
        let wanted = request.outputs.isEmpty ? all.map { .init(name: $0.name) } : request.outputs
        outputs = wanted.compactMap { output in
            guard let tensor = all.first(where: { $0.name == output.name }) else { return nil }
            return Output(
                name: tensor.name, shape: tensor.shape, contents: tensor.contents,
                isBinary: isBinary || output.isBinary ?? request.parameters.hasBinaryOutput)
        }
        (self.model, self.version, id) = (model, version, request.id)
    }
}
