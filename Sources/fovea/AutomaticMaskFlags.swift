import ArgumentParser
import FoveaServing

/// How all things on a photograph are looked for.
struct AutomaticMaskFlags: ParsableArguments {
    private static let standard = AutomaticMaskOptions()

    @Flag(help: "Cut out all things on the photograph, without points and a box.")
    var everything = false

    @Option(help: "A grid of this many points on a side is asked about, with --everything (default: 32).")
    var pointsPerSide: Double?

    @Option(help: "Masks need a predicted overlap over this (default: 0.88, of fovea-sam-lite0 0.6).")
    var predIouThresh: Double?

    @Option(help: "Masks need at least this stability score (default: 0.95, of fovea-sam-lite0 0.8).")
    var stabilityScoreThresh: Double?

    @Option(help: "How far the threshold is moved for that score (default: \(standard.stabilityScoreOffset)).")
    var stabilityScoreOffset: Double?

    @Option(help: "Of masks whose boxes overlap by more one stays (default: \(standard.boxNMSThreshold)).")
    var boxNmsThresh: Double?

    @Option(help: "Look at 4, 16 and 64 parts as well: as many layers (default: \(standard.cropLayers)).")
    var cropNLayers: Double?

    @Option(help: "As --box-nms-thresh, of masks of different parts (default: \(standard.cropNMSThreshold)).")
    var cropNmsThresh: Double?

    @Option(help: "How far parts overlap, as a share of the shorter side (default: 512/1500).")
    var cropOverlapRatio: Double?

    @Option(help: "A layer's grid has this many times fewer points on a side than the one before (default: 1).")
    var cropNPointsDownscaleFactor: Double?

    @Option(help: "Remove holes and islands of fewer pixels from masks (default: 0).")
    var minMaskRegionArea: Double?

    /// What was given, by the names that parameters have.
    private var given: [(name: String, value: Double)] {
        [
            ("points_per_side", pointsPerSide), ("pred_iou_thresh", predIouThresh),
            ("stability_score_thresh", stabilityScoreThresh), ("stability_score_offset", stabilityScoreOffset),
            ("box_nms_thresh", boxNmsThresh), ("crop_n_layers", cropNLayers), ("crop_nms_thresh", cropNmsThresh),
            ("crop_overlap_ratio", cropOverlapRatio), ("crop_n_points_downscale_factor", cropNPointsDownscaleFactor),
            ("min_mask_region_area", minMaskRegionArea),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    func validate() throws {
        guard everything || given.isEmpty else {
            let flag = given.first.map { "--" + $0.name.replacing("_", with: "-") } ?? ""
            throw ValidationError("\(flag) goes with --everything")
        }
        do { try options.check() } catch { throw ValidationError("\(error)") }
    }

    var options: AutomaticMaskOptions {
        get throws {
            var options = AutomaticMaskOptions()
            for (name, value) in given {
                guard let parameter = AutomaticMaskOptions.parameter(name) else { continue }
                try options.set(parameter, to: value)
            }
            return options
        }
    }
}
