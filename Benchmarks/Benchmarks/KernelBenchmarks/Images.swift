import Benchmark
import FoundationEssentials
import FoveaImage

/// Decoding and shrinking a photograph, on one thread.
func images() {
    let path = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let file = "/\(path)/Tests/Fixtures/photos/chelsea-large.jpg"
    guard let data = FileManager.default.contents(atPath: file) else {
        preconditionFailure("\(file) isn't there; run this in a checkout")
    }
    let bytes = [UInt8](data)[...]
    for isExact in [true, false] {
        let preprocessing = Preprocessing(
            height: 224, width: 224, resize: .shorterSide(256), filter: .bicubic, mean: [127, 127, 127],
            std: [128, 128, 128], exactDecoding: isExact)
        Benchmark("JPEG to network input\(isExact ? ", decoded in full" : "")") { benchmark in
            for _ in benchmark.scaledIterations {
                blackHole(try preprocessing.tensor(decoding: bytes, limits: .default))
            }
        }
    }
    Benchmark("JPEG decode") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try Image(decoding: bytes)) }
    }
    for filter in [ResizeFilter.bilinear, .bicubic] {
        Benchmark("resize \(filter) to 341x256") { benchmark in
            let image = try Image(decoding: bytes)
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations { blackHole(image.resized(width: 341, height: 256, filter: filter)) }
        }
    }
}
