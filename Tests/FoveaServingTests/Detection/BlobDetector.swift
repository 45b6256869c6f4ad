import FoveaTensor

@testable import FoveaModels
@testable import FoveaNN

/// A network that finds connected pixels of one colour exactly: red, green and blue are its classes, their mean brightness in
/// the box is the score. Inputs are on the scale 0…1.
struct BlobDetector: Detector {
    /// What it makes of the boxes and scores that it finds.
    var distort: @Sendable (DetectedObject) -> DetectedObject = { $0 }
    let classes = 3

    func objects(in pixels: PixelBatch, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        try objects(in: pixels.normalised(), options)
    }

    func objects(in x: Tensor, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        try Cancellation.check()
        return (0..<x.shape[0]).map { image in
            let input = x.sliced(0, image..<image + 1)
            let found = objects(input.values, width: x.shape[2]).filter { $0.score >= options.scoreThreshold }
            return found.sorted { $0.score > $1.score }.prefix(options.limit).map(distort)
        }
    }

    private func objects(_ x: [Float], width: Int) -> [DetectedObject] {
        // Where there is nothing it says so, as networks do: with a score of zero.
        var found = [DetectedObject(box: Box(x0: 0, y0: 0, x1: 1, y1: 1), classID: 0, score: 0)]
        for channel in 0..<3 {
            var unseen = Set((0..<x.count / 3).filter { pixel in x[3 * pixel + channel] > 0.5 })
            while let seed = unseen.min() {
                var (blob, front) = ([seed], [seed])
                unseen.remove(seed)
                while let pixel = front.popLast() {
                    let column = pixel % width
                    for neighbour in [
                        column > 0 ? pixel - 1 : -1, column < width - 1 ? pixel + 1 : -1, pixel - width, pixel + width,
                    ] where unseen.remove(neighbour) != nil {
                        blob.append(neighbour)
                        front.append(neighbour)
                    }
                }
                let (columns, rows) = (blob.map { $0 % width }, blob.map { $0 / width })
                let box = Box(
                    x0: Float(columns.min() ?? 0), y0: Float(rows.min() ?? 0), x1: Float((columns.max() ?? 0) + 1),
                    y1: Float((rows.max() ?? 0) + 1))
                let sum = blob.reduce(0) { $0 + x[3 * $1 + channel] }
                found.append(DetectedObject(box: box, classID: channel, score: min(sum / box.area, 1)))
            }
        }
        return found
    }
}
