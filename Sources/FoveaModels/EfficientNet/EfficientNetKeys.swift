/// Where a reference implementation keeps the weights of the network.
struct EfficientNetKeys: Sendable {
    /// The keys of a convolution and of its batch norm, without their last part.
    struct Convolution: Sendable {
        let convolution: String
        let norm: String

        init(_ convolution: String, _ norm: String) { (self.convolution, self.norm) = (convolution, norm) }
    }

    /// The keys of one block, below the block's own.
    struct Block: Sendable {
        /// Absent where the expansion is 1.
        var expand: Convolution?
        var depthwise: Convolution
        var reduce: String
        var excite: String
        var project: Convolution
    }

    let stem: Convolution
    /// The key of a block: `{stage}` counts from 1, `{group}` from 0, `{index}` within the stage and `{block}` over all
    /// stages from 0.
    let block: String
    /// Blocks whose expansion is 1.
    let plain: Block
    /// All others.
    let expanding: Block
    let head: Convolution
    let classifier: String

    /// Where block `index` of a stage is, which is the network's `number`-th.
    func blockKey(stage: Int, index: Int, number: Int) -> String {
        var key = ""
        for part in block.split(separator: "{") {
            let halves = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else {
                key += part
                continue
            }
            switch halves[0] {
            case "stage": key += "\(stage)"
            case "group": key += "\(stage - 1)"
            case "index": key += "\(index)"
            default: key += "\(number)"
            }
            key += halves[1]
        }
        return key
    }

    /// torchvision, `models/efficientnet.py`.
    static let torchvision = EfficientNetKeys(
        stem: Convolution("features.0.0", "features.0.1"), block: "features.{stage}.{index}.block.",
        plain: Block(
            expand: nil, depthwise: Convolution("0.0", "0.1"), reduce: "1.fc1", excite: "1.fc2",
            project: Convolution("2.0", "2.1")),
        expanding: Block(
            expand: Convolution("0.0", "0.1"), depthwise: Convolution("1.0", "1.1"), reduce: "2.fc1", excite: "2.fc2",
            project: Convolution("3.0", "3.1")),
        head: Convolution("features.8.0", "features.8.1"), classifier: "classifier.1")

    /// timm, `models/efficientnet.py`; `conv_pw` is the projection where nothing is expanded.
    static let timm = EfficientNetKeys(
        stem: Convolution("conv_stem", "bn1"), block: "blocks.{group}.{index}.",
        plain: Block(
            expand: nil, depthwise: Convolution("conv_dw", "bn1"), reduce: "se.conv_reduce", excite: "se.conv_expand",
            project: Convolution("conv_pw", "bn2")),
        expanding: Block(
            expand: Convolution("conv_pw", "bn1"), depthwise: Convolution("conv_dw", "bn2"),
            reduce: "se.conv_reduce", excite: "se.conv_expand", project: Convolution("conv_pwl", "bn3")),
        head: Convolution("conv_head", "bn2"), classifier: "classifier")

    /// lukemelas/EfficientNet-PyTorch, and the port of the Lite networks that descends from it.
    static let lukemelas = EfficientNetKeys(
        stem: Convolution("_conv_stem", "_bn0"), block: "_blocks.{block}.",
        plain: Block(
            expand: nil, depthwise: Convolution("_depthwise_conv", "_bn1"), reduce: "_se_reduce",
            excite: "_se_expand", project: Convolution("_project_conv", "_bn2")),
        expanding: Block(
            expand: Convolution("_expand_conv", "_bn0"), depthwise: Convolution("_depthwise_conv", "_bn1"),
            reduce: "_se_reduce", excite: "_se_expand", project: Convolution("_project_conv", "_bn2")),
        head: Convolution("_conv_head", "_bn1"), classifier: "_fc")
}
