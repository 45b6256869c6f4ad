import FoveaJSON
import FoveaServing

extension Exchange {
    /// Notes what a segmentation took, and of which photograph it is.
    mutating func note(_ timings: SegmentTimings, _ frame: ImageFrame, sha256: String) {
        stages.append(
            StageTimings(
                decode: timings.decode, queue: timings.queue, inference: timings.encoder + timings.decoder))
        image = (sha256, frame.width, frame.height)
    }

    /// What an answer to `/segment` says of itself.
    func description(
        of frame: ImageFrame, sha256: String, _ stages: [(name: String, duration: Duration)]
    ) -> [(String, JSONValue)] {
        description(of: .image(width: frame.width, height: frame.height, sha256: sha256), stages)
    }
}

extension SegmentTimings {
    /// The stages by their names in an answer.
    func stages(total: Duration) -> [(name: String, duration: Duration)] {
        [("decode", decode), ("queue", queue), ("encoder", encoder), ("decoder", decoder), ("total", total)]
    }
}
