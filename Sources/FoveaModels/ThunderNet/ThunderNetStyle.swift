import FoveaNN
import FoveaTensor

/// What implementations of ThunderNet do differently.
struct ThunderNetStyle: Sendable, Equatable {
    /// Which of them named the tensors of a checkpoint.
    enum Layout: Sendable, CaseIterable {
        /// qinzheng93/ThunderNet: the authors'.
        case release
        /// DayBreak-u/Thundernet_Pytorch.
        case dayBreak
        /// liguiyuan/Thundernet-pytorch.
        case liguiyuan
    }

    var channelMixing: DetectorHabits.ChannelMixing
    var anchors: AnchorGrid.Style
    var pixelOffset: Float
    var background: DetectorHabits.Background
    var pooling: DetectorHabits.Pooling
    var suppression: DetectorHabits.Suppression
    /// Whether growth of boxes is bounded.
    let sizeLimit: BoxCoder.SizeLimit
    /// How many anchors are looked at for proposals.
    let candidates: Int
    /// Whether the images' channels are blue, green, red.
    let isBGR: Bool

    /// The style of a layout's authors, except for what `habits` says.
    init(_ layout: Layout, _ habits: DetectorHabits = DetectorHabits()) {
        self =
            switch layout {
            case .release:
                ThunderNetStyle(
                    channelMixing: .evenOdd, anchors: .mmdetection, pixelOffset: 0, background: .last,
                    pooling: .maximum,
                    suppression: .softLinear, sizeLimit: .both, candidates: 2000, isBGR: false)
            case .dayBreak:
                ThunderNetStyle(
                    channelMixing: .interleavedInput, anchors: .classic, pixelOffset: 1, background: .first,
                    pooling: .maximum, suppression: .hard, sizeLimit: .none, candidates: 6000, isBGR: true)
            case .liguiyuan:
                ThunderNetStyle(
                    channelMixing: .shuffledOutput, anchors: .torchvision, pixelOffset: 0, background: .first,
                    pooling: .average, suppression: .hard, sizeLimit: .upper, candidates: 2000, isBGR: false)
            }
        channelMixing = habits.channelMixing ?? channelMixing
        anchors = habits.anchors.map(AnchorGrid.Style.init) ?? anchors
        pixelOffset = habits.pixelOffset.map(Float.init) ?? pixelOffset
        background = habits.background ?? background
        pooling = habits.pooling ?? pooling
        suppression = habits.suppression ?? suppression
    }

    private init(
        channelMixing: DetectorHabits.ChannelMixing, anchors: AnchorGrid.Style, pixelOffset: Float,
        background: DetectorHabits.Background, pooling: DetectorHabits.Pooling,
        suppression: DetectorHabits.Suppression, sizeLimit: BoxCoder.SizeLimit, candidates: Int, isBGR: Bool
    ) {
        (self.channelMixing, self.anchors, self.pixelOffset) = (channelMixing, anchors, pixelOffset)
        (self.background, self.pooling, self.suppression) = (background, pooling, suppression)
        (self.sizeLimit, self.candidates, self.isBGR) = (sizeLimit, candidates, isBGR)
    }
}

extension AnchorGrid.Style {
    fileprivate init(_ habit: DetectorHabits.Anchors) {
        self =
            switch habit {
            case .mmdetection: .mmdetection
            case .torchvision: .torchvision
            case .classic: .classic
            }
    }
}
