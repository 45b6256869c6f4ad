import FoveaNN

extension ThunderNet {
    /// ThunderNet with its three sizes of backbone.
    static let architectures: [Architecture] = SNet.Size.all.map { size in
        Architecture(
            detector: "thundernet_\(size.name)",
            input: { entries in
                input(
                    Checkpoint(entries: entries) { name throws(CheckpointError) in throw .missing(key: name) }
                        .thunderNetLayout)
            },
            make: { checkpoint, precision, habits throws(CheckpointError) in
                let layout = checkpoint.thunderNetLayout ?? .release
                let weights = Weights(checkpoint.withThunderNetKeys, precision: precision)
                // Trained along as a classifier, and saved.
                if layout == .liguiyuan { weights.ignore("backbone.classifier") }
                let network = try ThunderNet(weights, size, ThunderNetStyle(layout, habits))
                try weights.finish()
                return network
            })
    }

    /// The photograph is stretched; only in one layout its proportions are kept. One other layout subtracts the means in
    /// the order of red, green, blue from blue, green, red.
    private static func input(_ layout: ThunderNetStyle.Layout?) -> InputSpecification {
        let (mean, std): ([Float], [Float]) = ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
        let isBGR = layout == .dayBreak
        return InputSpecification(
            height: 320, width: 320, resize: layout == .liguiyuan ? .longerSide : .stretch, filter: .bilinear,
            mean: isBGR ? mean.reversed() : mean, std: isBGR ? [1, 1, 1] : std)
    }
}
