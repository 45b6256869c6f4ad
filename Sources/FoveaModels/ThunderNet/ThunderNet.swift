import FoveaNN
public import FoveaTensor

/// ThunderNet (https://arxiv.org/abs/1903.11752): finds where objects may be, then says of each place what is there.
///
/// The keys are those of the authors' release (qinzheng93/ThunderNet); `Checkpoint.withThunderNetKeys` maps others to them.
///
/// | Key                         | Content |
/// | --------------------------- | ------- |
/// | `backbone.*`                | see `SNet` |
/// | `neck.*`                    | see `ContextEnhancement` |
/// | `rpn_head.*`                | see `RegionProposal` |
/// | `rpn_head.sam_convs.0, 1`   | see `SpatialAttention` |
/// | `roi_head.bbox_head.*`      | see `DetectionHead` |
public struct ThunderNet: Detector {
    let backbone: SNet
    let context: ContextEnhancement
    let regions: RegionProposal
    let proposals: ProposalSelection
    let attention: SpatialAttention
    let head: DetectionHead
    let pooling: PositionSensitivePooling

    public var classes: Int { head.classes }

    /// The rows and columns that an object is divided into, and the channels for each place of them (α of the paper).
    static let (bins, depth) = (7, 5)
    /// Pixels of the input for each of the feature map.
    static let stride = 16

    init(_ weights: Weights, _ size: SNet.Size, _ style: ThunderNetStyle) throws(CheckpointError) {
        let width = Self.depth * Self.bins * Self.bins
        backbone = try SNet(weights["backbone"], size, isBGR: style.isBGR, mixing: style.channelMixing)
        context = try ContextEnhancement(
            weights["neck"], c4: size.stages[1], c5: size.outputs, output: width)
        let anchors = AnchorGrid(style: style.anchors)
        regions = try RegionProposal(weights["rpn_head"], input: width, anchors: anchors.perCell)
        proposals = ProposalSelection(
            anchors: anchors,
            coder: BoxCoder(pixelOffset: style.pixelOffset, sizeLimit: style.sizeLimit),
            pixelOffset: style.pixelOffset, candidates: style.candidates)
        attention = try SpatialAttention(weights.at("rpn_head.sam_convs"), input: RegionProposal.width, output: width)
        head = try DetectionHead(weights.at("roi_head.bbox_head"), input: width, style)
        pooling = style.pooling == .maximum ? .maximum : .average(samplingRatio: 2)
    }

    public func objects(in x: Tensor, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        var objects: [[DetectedObject]] = []
        for image in 0..<x.shape[0] {
            let features = try backbone(x.sliced(0, image..<image + 1))
            objects.append(try self.objects(features, height: x.shape[1], width: x.shape[2], options))
        }
        return objects
    }

    public func objects(in pixels: PixelBatch, _ options: DetectionOptions) throws(Cancelled) -> [[DetectedObject]] {
        guard pixels.count == 1 else { return try objects(in: pixels.normalised(), options) }
        return [try objects(backbone(pixels), height: pixels.height, width: pixels.width, options)]
    }

    /// The objects in one image of `width` × `height` pixels.
    private func objects(
        _ features: SNet.Features, height: Int, width: Int, _ options: DetectionOptions
    ) throws(Cancelled) -> [DetectedObject] {
        try Cancellation.check()
        let context = context(features)
        let regional = regions.features(context)
        let (objectness, borders) = regions(regional)
        let places = proposals(objectness, borders, width: width, height: height)
        guard !places.isEmpty else { return [] }
        try Cancellation.check()
        let pooled = pooled(attention(context, regional), places)
        return head(pooled, places, width: width, height: height, options)
    }

    /// What the second stage sees of each of some places in one image, `[places, 245]`.
    func pooled(_ features: Tensor, _ places: [Box]) -> Tensor {
        features.positionSensitiveRoIAligned(
            places, pooled: Self.bins, scale: 1 / Float(Self.stride), style: pooling)
    }
}
