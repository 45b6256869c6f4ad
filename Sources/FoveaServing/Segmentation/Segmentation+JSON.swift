import FoveaImage
public import FoveaJSON

extension Segmentation.Mask {
    /// The mask as COCO's compressed run lengths: `{"size": [height, width], "counts": "…"}`.
    public var runLengths: JSONValue { ["size": size, "counts": .string(mask.compressedCounts)] }

    /// `[height, width]`
    public var size: JSONValue { [.integer(mask.height), .integer(mask.width)] }

    /// What is known of the mask, with the field names of COCO's annotations and of the reference's automatic masks.
    public var facts: [(String, JSONValue)] {
        let bounds = mask.bounds
        return [
            ("area", .integer(mask.area)),
            ("bbox", .array([bounds.x, bounds.y, bounds.width, bounds.height].map(JSONValue.integer))),
            ("predicted_iou", .float(predictedIoU)),
            ("stability_score", stabilityScore.map(JSONValue.float) ?? .null),
        ]
    }
}
