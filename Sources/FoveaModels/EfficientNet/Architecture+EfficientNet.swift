import FoveaNN

extension Architecture {
    /// Every EfficientNet, under the name its reference gives it.
    ///
    /// torchvision's and timm's own networks share names, and so do timm's own and the ported Lite networks: their keys
    /// tell which one a checkpoint is. timm's own and its `tf_` networks share keys: only the name tells them apart.
    static let efficientNets: [Architecture] = {
        let b = EfficientNetSize.b.enumerated().flatMap { i, size in
            [
                efficientNet("efficientnet_b\(i)", [.torchvision(i, size), .timm(i, size)]),
                efficientNet("tf_efficientnet_b\(i)", [.timmTensorFlow(i, size)]),
                efficientNet("efficientnet-b\(i)", [.lukemelas(size)]),
            ]
        }
        let lite = EfficientNetSize.lite.enumerated().flatMap { i, size in
            [
                efficientNet("efficientnet_lite\(i)", [.liteTorch(i, size), .timmLite(i, size)]),
                efficientNet("tf_efficientnet_lite\(i)", [.timmTensorFlowLite(i, size)]),
            ]
        }
        return b + lite
    }()

    private static func efficientNet(_ name: String, _ variants: [EfficientNetVariant]) -> Architecture {
        /// The variant whose keys these are, else the first: making that then says which key is missing.
        let variant: @Sendable ([Checkpoint.Entry]) -> EfficientNetVariant = { entries in
            variants.first { $0.plan.hasStem(in: entries) } ?? variants[0]
        }
        return Architecture(
            name: name, task: .classify, input: { variant($0).input },
            makeClassifier: { try variant($0.entries).make($0, precision: $1) }, fits: { variant($0).plan.fits($0) })
    }
}

extension EfficientNetVariant {
    /// B0 to B4 were trained by timm's author, B5 to B7 come from lukemelas, who took them from TensorFlow.
    fileprivate static func torchvision(_ i: Int, _ size: EfficientNetSize) -> EfficientNetVariant {
        let inputs: [InputSpecification] = [
            .centre(224, of: 256), .centre(240, of: 255, .bilinear), .centre(288, of: 288), .centre(300, of: 320),
            .centre(380, of: 384), .centre(456, of: 456), .centre(528, of: 528), .centre(600, of: 600),
        ]
        return .init(
            size: size, keys: .torchvision, padding: .symmetric, epsilon: i < 5 ? 1e-5 : 1e-3, input: inputs[i])
    }

    /// Above B4 timm has no weights of its own; these are its defaults.
    fileprivate static func timm(_ i: Int, _ size: EfficientNetSize) -> EfficientNetVariant {
        let inputs: [InputSpecification] = [
            .centre(224, of: 256), .centre(256, of: 256), .centre(288, of: 288), .centre(320, of: 320),
            .centre(384, of: 384), .centre(456, of: 488), .centre(528, of: 560), .centre(600, of: 632),
        ]
        return .init(size: size, keys: .timm, padding: .symmetric, epsilon: 1e-5, input: inputs[i])
    }

    fileprivate static func timmTensorFlow(_ i: Int, _ size: EfficientNetSize) -> EfficientNetVariant {
        let cropFractions = [0.875, 0.882, 0.890, 0.904, 0.922, 0.934, 0.942, 0.949]
        let shorterSide = Int(Double(size.resolution) / cropFractions[i])
        return .init(
            size: size, keys: .timm, padding: .same, epsilon: 1e-3, input: .centre(size.resolution, of: shorterSide))
    }

    /// Its own padding is computed once, for images of the nominal size; TensorFlow's, which the weights were trained
    /// with, is the same there and right for other sizes, too.
    fileprivate static func lukemelas(_ size: EfficientNetSize) -> EfficientNetVariant {
        .init(
            size: size, keys: .lukemelas, padding: .same, epsilon: 1e-3,
            input: .centre(size.resolution, of: size.resolution))
    }

    /// The crop fractions are timm's for the same networks; the port publishes none of its own.
    fileprivate static func liteTorch(_ i: Int, _ size: EfficientNetSize) -> EfficientNetVariant {
        let cropFractions = [0.875, 0.882, 0.890, 0.904, 0.920]
        let shorterSide = Int(Double(size.resolution) / cropFractions[i])
        return .init(
            size: size, keys: .lukemelas, padding: .same, epsilon: 1e-3,
            input: .centre(size.resolution, of: shorterSide, .bicubic, .lite))
    }

    private static func timmLiteInput(
        _ i: Int, _ normalisation: InputSpecification.Normalisation
    ) -> InputSpecification {
        [
            .centre(224, of: 256, .bicubic, normalisation), .centre(240, of: 272, .bicubic, normalisation),
            .centre(260, of: 292, .bicubic, normalisation), .centre(300, of: 331, .bilinear, normalisation),
            .centre(380, of: 413, .bilinear, normalisation),
        ][i]
    }

    fileprivate static func timmLite(_ i: Int, _ size: EfficientNetSize) -> EfficientNetVariant {
        .init(size: size, keys: .timm, padding: .symmetric, epsilon: 1e-5, input: timmLiteInput(i, .imageNet))
    }

    fileprivate static func timmTensorFlowLite(_ i: Int, _ size: EfficientNetSize) -> EfficientNetVariant {
        .init(size: size, keys: .timm, padding: .same, epsilon: 1e-3, input: timmLiteInput(i, .lite))
    }
}
