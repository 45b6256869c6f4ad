import FoveaImage
import FoveaTensor
import Synchronization

@testable import FoveaModels
@testable import FoveaNN
@testable import FoveaServing

/// A repository with one detector, which has an input of 64 by 64 pixels.
final class DetectorFolder: Sendable {
    let folder: TemporaryFolder
    let pool: ComputePool
    private let network = Mutex<any Detector>(BlobDetector())
    private let lastHabits = Mutex<DetectorHabits?>(nil)

    init(threads: Int = 1) throws {
        folder = try TemporaryFolder()
        pool = ComputePool(threads: threads)
    }

    /// What the network was made with last.
    var habits: DetectorHabits? { lastHabits.withLock { $0 } }

    var repository: ModelRepository {
        let input = InputSpecification(
            height: 64, width: 64, resize: .stretch, filter: .bilinear, mean: [0, 0, 0], std: [255, 255, 255])
        let architecture = Architecture(
            name: "blobs", task: .detect, input: { _ in input },
            makeNetwork: { [self] _, _, habits in
                lastHabits.withLock { $0 = habits }
                return .detector(network.withLock { $0 })
            }, fits: { _ in false })
        return ModelRepository(directory: folder.path, architectures: [architecture])
    }

    /// - Parameters:
    ///   - card: more fields of the card.
    ///   - labels: one a line; nil for no file.
    func model(
        _ network: any Detector = BlobDetector(), card: String = "", labels: [String]? = ["red", "green", "blue"]
    ) throws -> LoadedModel {
        let fields = #""task":"detect","architecture":"blobs","weights":"w.safetensors""#
        try folder.write("{\(fields)\(card)}", to: "blobs/model.json")
        try folder.write(Toy.safetensors(), to: "blobs/w.safetensors")
        if let labels { try folder.write(labels.map { $0 + "\n" }.joined(), to: "blobs/labels.txt") }
        self.network.withLock { $0 = network }
        return try LoadedModel(
            try repository.model("blobs"), scheduler: Scheduler(pool: pool), limits: JobLimits())
    }
}

/// A rectangle of one colour.
struct Blob: Hashable {
    let channel: Int
    let x: Int
    let y: Int
    let width: Int
    let height: Int

    static let names = ["red", "green", "blue"]

    /// As an answer has it.
    var text: String { "\(Self.names[channel]) \(x) \(y) \(x + width) \(y + height)" }
}

extension Image {
    /// A black picture with blobs on it.
    init(width: Int, height: Int, _ blobs: [Blob]) {
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        for blob in blobs {
            for y in blob.y..<blob.y + blob.height {
                for x in blob.x..<blob.x + blob.width { pixels[3 * (y * width + x) + blob.channel] = 255 }
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }

    /// A JPEG file that says that this picture, which is upright, is stored in `orientation`.
    func jpegData(orientation: Int) -> [UInt8] {
        let (W, H) = (width, height)
        let isTurned = orientation >= 5
        let (storedWidth, storedHeight) = isTurned ? (H, W) : (W, H)
        var stored = [UInt8](repeating: 0, count: pixels.count)
        for y in 0..<H {
            for x in 0..<W {
                let places = [
                    (x, y), (W - 1 - x, y), (W - 1 - x, H - 1 - y), (x, H - 1 - y), (y, x), (y, W - 1 - x),
                    (H - 1 - y, W - 1 - x), (H - 1 - y, x),
                ]
                let (column, row) = places[orientation - 1]
                for c in 0..<3 { stored[3 * (row * storedWidth + column) + c] = pixels[3 * (y * W + x) + c] }
            }
        }
        let file = Image(width: storedWidth, height: storedHeight, pixels: stored).jpegData(quality: 100)
        // One directory with the one entry 0x0112, a short.
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0]
            + [0, 0, 0, 0]
        return Array(file.prefix(2)) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + file.dropFirst(2)
    }
}

extension Detection {
    /// `label x0 y0 x1 y1` of each, rounded to whole pixels, sorted.
    var texts: [String] {
        predictions.map { prediction in
            let box = prediction.box
            let corners = [box.x0, box.y0, box.x1, box.y1].map { "\(Int($0.rounded()))" }
            return ([prediction.label] + corners).joined(separator: " ")
        }.sorted()
    }
}
