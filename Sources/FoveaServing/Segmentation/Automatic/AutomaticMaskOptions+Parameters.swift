extension AutomaticMaskOptions {
    /// A parameter by the name that the reference gives it.
    public struct Parameter: Sendable {
        public let name: String
        public let range: ClosedRange<Double>
        public let isWhole: Bool
        let value: @Sendable (AutomaticMaskOptions) -> Double?
        fileprivate let assign: @Sendable (inout AutomaticMaskOptions, Double) -> Void

        func check(_ value: Double) throws(ServingError) {
            guard range.contains(value), !isWhole || value == value.rounded() else {
                let got = value == value.rounded() ? value.shortText : "\(value)"
                throw .invalidPrompt(
                    "\(name) is \(isWhole ? "a whole number in " : "")\(range.lowerBound.shortText)"
                        + "…\(range.upperBound.shortText), not \(got)")
            }
        }
    }

    public static let parameters = [
        whole("points_per_side", 1...64, \.pointsPerSide),
        optional("pred_iou_thresh", 0...1, \.predictedIoUThreshold),
        optional("stability_score_thresh", 0...1, \.stabilityScoreThreshold),
        number("stability_score_offset", 0...1000, \.stabilityScoreOffset),
        number("box_nms_thresh", 0...1, \.boxNMSThreshold),
        whole("crop_n_layers", 0...3, \.cropLayers),
        number("crop_nms_thresh", 0...1, \.cropNMSThreshold),
        number("crop_overlap_ratio", 0...1, \.cropOverlapRatio),
        whole("crop_n_points_downscale_factor", 1...64, \.cropPointsDownscaleFactor),
        whole("min_mask_region_area", 0...Double(Int32.max), \.minMaskRegionArea),
    ]

    /// The parameter called `name`, if there is one.
    public static func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }

    /// Sets a parameter. Throws `ServingError.invalidPrompt` if the value is out of its range.
    public mutating func set(_ parameter: Parameter, to value: Double) throws(ServingError) {
        try parameter.check(value)
        parameter.assign(&self, value)
    }

    private typealias Path<Value> = any WritableKeyPath<AutomaticMaskOptions, Value> & Sendable

    private static func number(_ name: String, _ range: ClosedRange<Double>, _ path: Path<Double>) -> Parameter {
        Parameter(
            name: name, range: range, isWhole: false, value: { $0[keyPath: path] },
            assign: { $0[keyPath: path] = $1 })
    }

    private static func optional(_ name: String, _ range: ClosedRange<Double>, _ path: Path<Double?>) -> Parameter {
        Parameter(
            name: name, range: range, isWhole: false, value: { $0[keyPath: path] },
            assign: { $0[keyPath: path] = $1 })
    }

    private static func whole(_ name: String, _ range: ClosedRange<Double>, _ path: Path<Int>) -> Parameter {
        Parameter(
            name: name, range: range, isWhole: true, value: { Double($0[keyPath: path]) },
            assign: { $0[keyPath: path] = Int($1) })
    }
}

extension Double {
    /// Without ".0" where it is a whole number.
    fileprivate var shortText: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
