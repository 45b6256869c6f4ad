import FoveaImage
import FoveaJSON
import FoveaServing
import Synchronization

extension SegmentCommand {
    /// Cuts out all things, and says what became of the masks that are not shown.
    func segmentEverything(_ bytes: ArraySlice<UInt8>, _ model: LoadedModel) async throws {
        var options = try automatic.options
        options.isExact = exact
        let found = Found()
        let progress = AutomaticMaskProgressLine()
        defer { progress.end() }
        let answer = try await model.segmentEverything(SHA256Digest(of: bytes), options, bytes: { bytes }) { event in
            switch event {
            case .progress(let done): progress.show(done)
            case .candidates: break
            case .mask(let mask): found.masks.withLock { $0.append(mask) }
            }
        }
        progress.end()
        let masks = found.masks.withLock { $0 }
        if let output {
            try OutputFile.write(
                MaskMosaic()(masks.map(\.mask), over: try Image(decoding: bytes)).pngData(), to: output)
        }
        guard json else {
            let rows = masks.map { ($0.mask, $0.predictedIoU, $0.stabilityScore) }
            return print(table(rows, answer.frame) + Self.sentence(answer))
        }
        let entries = masks.map { JSONValue.members([("segmentation", $0.mask.runLengths)] + $0.facts) }
        let more: [(String, JSONValue)] = [
            ("points", .integer(answer.points)), ("crops", .integer(answer.crops)), ("dropped", answer.dropped.json),
            (
                "timings_ms",
                [
                    "decode": .milliseconds(answer.timings.decode), "encoder": .milliseconds(answer.timings.encoder),
                    "decoder": .milliseconds(answer.timings.decoder),
                ]
            ),
        ]
        print(line(entries, more, answer.frame, sha256: answer.sha256, model))
    }

    private static func sentence(_ answer: AutomaticSegmentation) -> String {
        let dropped = answer.dropped
        return "\n\(answer.masks) masks of \(answer.points) points; dropped: \(dropped.predictedIoU) of low predicted "
            + "overlap, \(dropped.stabilityScore) not stable, \(dropped.cropEdge) cut by a crop's edge, "
            + "\(dropped.boxNMS + dropped.cropNMS + dropped.smallRegions) of things that have a better one"
    }
}

private final class Found: Sendable {
    let masks = Mutex<[AutomaticMask]>([])
}
