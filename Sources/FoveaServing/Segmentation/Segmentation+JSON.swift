public import FoveaImage
public import FoveaJSON

extension Segmentation.Mask {
    /// What is known of the mask, with the field names of COCO's annotations and of the reference's automatic masks.
    public var facts: [(String, JSONValue)] { mask.facts(predictedIoU: predictedIoU, stabilityScore: stabilityScore) }
}

extension AutomaticMask {
    /// What is known of the mask, with the field names of the reference. But `bbox` counts pixels, as COCO and all other
    /// answers do, where the reference's width and height are one less.
    public var facts: [(String, JSONValue)] {
        mask.facts(predictedIoU: predictedIoU, stabilityScore: stabilityScore) + [
            ("point_coords", [[.number(x), .number(y)]]),
            ("crop_box", .array([crop.x, crop.y, crop.width, crop.height].map(JSONValue.integer))),
        ]
    }
}

extension DroppedMasks {
    /// How many masks were dropped, by the parameter that drops fewer when it is changed; `crop_edge` has none.
    public var json: JSONValue {
        [
            "pred_iou_thresh": .integer(predictedIoU), "stability_score_thresh": .integer(stabilityScore),
            "crop_edge": .integer(cropEdge), "box_nms_thresh": .integer(boxNMS), "crop_nms_thresh": .integer(cropNMS),
            "min_mask_region_area": .integer(smallRegions),
        ]
    }
}

extension RunLengthMask {
    /// The mask as COCO's compressed run lengths: `{"size": [height, width], "counts": "…"}`.
    public var runLengths: JSONValue { ["size": size, "counts": .string(compressedCounts)] }

    /// `[height, width]`
    public var size: JSONValue { [.integer(height), .integer(width)] }

    fileprivate func facts(predictedIoU: Float, stabilityScore: Float?) -> [(String, JSONValue)] {
        let bounds = bounds
        return [
            ("area", .integer(area)),
            ("bbox", .array([bounds.x, bounds.y, bounds.width, bounds.height].map(JSONValue.integer))),
            ("predicted_iou", .float(predictedIoU)),
            ("stability_score", stabilityScore.map(JSONValue.float) ?? .null),
        ]
    }
}
