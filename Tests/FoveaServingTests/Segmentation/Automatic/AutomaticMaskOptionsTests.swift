import Testing

@testable import FoveaServing

@Suite struct AutomaticMaskOptionsTests {
    @Test("Every parameter has the reference's name and default")
    func defaults() {
        // What the network says of itself is the default of two.
        let expected: [(String, Double?)] = [
            ("points_per_side", 32), ("pred_iou_thresh", nil), ("stability_score_thresh", nil),
            ("stability_score_offset", 1), ("box_nms_thresh", 0.7), ("crop_n_layers", 0), ("crop_nms_thresh", 0.7),
            ("crop_overlap_ratio", 512.0 / 1500), ("crop_n_points_downscale_factor", 1), ("min_mask_region_area", 0),
        ]
        let options = AutomaticMaskOptions()
        #expect(AutomaticMaskOptions.parameters.map(\.name) == expected.map(\.0))
        #expect(AutomaticMaskOptions.parameters.map { $0.value(options) } == expected.map(\.1))
        #expect(throws: Never.self) { try options.check() }
    }

    @Test("A parameter is set by its name, to its own place")
    func setting() throws {
        for parameter in AutomaticMaskOptions.parameters {
            var options = AutomaticMaskOptions()
            let value =
                parameter.value(options) == parameter.range.upperBound
                ? parameter.range.lowerBound : parameter.range.upperBound
            try options.set(parameter, to: value)
            #expect(parameter.value(options) == value)
            let changed = AutomaticMaskOptions.parameters.filter {
                $0.value(options) != $0.value(AutomaticMaskOptions())
            }
            #expect(changed.map(\.name) == [parameter.name])
        }
        #expect(AutomaticMaskOptions.parameter("points_per_batch") == nil)
    }

    @Test(
        "A value out of its range is refused with the name and the range",
        arguments: [
            ("points_per_side", 0), ("points_per_side", 65), ("points_per_side", 1.5), ("points_per_side", .nan),
            ("points_per_side", .infinity), ("pred_iou_thresh", -0.1), ("pred_iou_thresh", 1.1),
            ("stability_score_thresh", .nan), ("stability_score_offset", -1), ("stability_score_offset", .infinity),
            ("box_nms_thresh", 2), ("crop_n_layers", 4), ("crop_n_layers", -1), ("crop_nms_thresh", -1),
            ("crop_overlap_ratio", 1.01), ("crop_n_points_downscale_factor", 0), ("min_mask_region_area", -1),
            ("min_mask_region_area", 1e300),
        ] as [(String, Double)])
    func refused(name: String, value: Double) throws {
        let parameter = try #require(AutomaticMaskOptions.parameter(name))
        var options = AutomaticMaskOptions()
        let error = #expect(throws: ServingError.self) { try options.set(parameter, to: value) }
        #expect(error?.description.hasPrefix("\(name) is ") == true)
        #expect(options == AutomaticMaskOptions())
    }

    @Test("What was set without a check is refused when it is used")
    func unchecked() {
        var options = AutomaticMaskOptions()
        options.cropLayers = 99
        #expect(
            throws: ServingError.invalidPrompt("crop_n_layers is a whole number in 0…3, not 99")
        ) { try options.check() }
    }

    @Test("The points of all crops together are bounded, and every layer must have some")
    func points() throws {
        var options = AutomaticMaskOptions()
        (options.pointsPerSide, options.cropLayers) = (64, 1)
        let error = #expect(throws: ServingError.self) { try options.check() }
        #expect(error?.description.hasPrefix("these are 20480 points") == true)
        options.cropPointsDownscaleFactor = 2
        #expect(throws: Never.self) { try options.check() }
        #expect((0...3).map(options.pointsPerSide(inLayer:)) == [64, 32, 16, 8])
        (options.pointsPerSide, options.cropLayers) = (5, 2)
        #expect((0...2).map(options.pointsPerSide(inLayer:)) == [5, 2, 1])
        options.cropLayers = 3
        let none = #expect(throws: ServingError.self) { try options.check() }
        #expect(none?.description.contains("leaves no point for layer 3") == true)
    }
}
