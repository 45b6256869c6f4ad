import FoundationEssentials
import FoveaImage
import FoveaJSON
import FoveaServing
import FoveaTensor

/// Masks as `POST /segment` answers them.
enum SegmentationAnswer {
    /// `[{"masks": […]}, …]`, one for each prompt.
    static func results(_ answer: Segmentation, _ options: SegmentOptions) -> JSONValue {
        .array(
            answer.results.map { masks in
                [
                    "masks": .array(
                        masks.map { mask in
                            .members(
                                segmentation(mask.mask, logits: mask.logits, options) + mask.facts + [
                                    ("mask_id", .string(mask.id))
                                ])
                        })
                ]
            })
    }

    /// A mask that was found without a prompt.
    static func mask(_ mask: AutomaticMask, _ options: SegmentOptions) -> JSONValue {
        .members(segmentation(mask.mask, logits: nil, options) + mask.facts)
    }

    private static func segmentation(
        _ mask: RunLengthMask, logits: Tensor?, _ options: SegmentOptions
    ) -> [(String, JSONValue)] {
        switch options.format {
        case .rle: return [("segmentation", mask.runLengths)]
        case .polygon:
            let polygons = MaskPolygons(mask)
            guard let tolerance = options.simplify else { return [("segmentation", json(polygons))] }
            let (simple, kept) = polygons.simplified(tolerance: tolerance)
            return [("segmentation", json(simple)), ("simplified_iou", .number(kept))]
        case .png: return [("segmentation", ["size": mask.size, "png": base64(mask.pngData())])]
        case .logits:
            guard let logits else { return [("segmentation", .null)] }
            let bytes = logits.withElements { [UInt8](UnsafeRawBufferPointer($0)) }
            return [("segmentation", ["size": .array(logits.shape.map(JSONValue.integer)), "float32": base64(bytes)])]
        }
    }

    /// `[{"outer": [x, y, …], "holes": [[x, y, …], …]}, …]`, in pixel edges.
    private static func json(_ polygons: MaskPolygons) -> JSONValue {
        .array(
            polygons.polygons.map { ["outer": json($0.outer), "holes": .array($0.holes.map(json))] })
    }

    private static func json(_ ring: Ring) -> JSONValue {
        .array(ring.vertices.flatMap { [JSONValue.integer(Int($0.x)), .integer(Int($0.y))] })
    }

    private static func base64(_ bytes: [UInt8]) -> JSONValue { .string(Data(bytes).base64EncodedString()) }
}
