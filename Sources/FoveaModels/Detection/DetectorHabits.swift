/// What implementations of one detector do differently and its tensors don't tell; nil is what the authors of the
/// checkpoint's layout do.
public struct DetectorHabits: Sendable, Equatable {
    /// How channels get from one half of a unit of the backbone to the other.
    public enum ChannelMixing: String, Sendable, CaseIterable {
        /// A unit filters every second channel; nothing is shuffled.
        case evenOdd = "even_odd"
        /// The halves are interleaved at the input of a unit.
        case interleavedInput = "interleaved_input"
        /// The halves are interleaved at the output of every unit, of the last one, too.
        case shuffledOutput = "shuffled_output"
    }

    /// Where the anchors lie and how they are rounded.
    public enum Anchors: String, Sendable, CaseIterable {
        /// Centred at the corner of a cell, not rounded: mmdetection 2.
        case mmdetection
        /// Centred at the corner of a cell, corners rounded to whole pixels: torchvision.
        case torchvision
        /// Centred 7.5 pixels into the cell, sides rounded: the Caffe release of Faster R-CNN.
        case classic
    }

    /// Where the class that means nothing is.
    public enum Background: String, Sendable, CaseIterable { case first, last }

    /// What a bin makes of its four samples.
    public enum Pooling: String, Sendable, CaseIterable {
        /// Their mean, half a pixel shifted: torchvision's operator.
        case average
        /// The largest: the operator of the authors' release.
        case maximum
    }

    /// What happens to the worse of two boxes of one class that overlap.
    public enum Suppression: String, Sendable, CaseIterable {
        /// It is dropped.
        case hard
        /// Its score shrinks in proportion to the overlap (Soft-NMS, https://arxiv.org/abs/1704.04503).
        case softLinear = "soft_linear"
        /// Its score shrinks with a Gaussian of the overlap.
        case softGaussian = "soft_gaussian"
    }

    public var channelMixing: ChannelMixing?
    public var anchors: Anchors?
    /// 1 where a box from 3 to 5 is 3 pixels wide, 0 where it is 2.
    public var pixelOffset: Int?
    public var background: Background?
    public var pooling: Pooling?
    public var suppression: Suppression?

    public init(
        channelMixing: ChannelMixing? = nil, anchors: Anchors? = nil, pixelOffset: Int? = nil,
        background: Background? = nil, pooling: Pooling? = nil, suppression: Suppression? = nil
    ) {
        (self.channelMixing, self.anchors, self.pixelOffset) = (channelMixing, anchors, pixelOffset)
        (self.background, self.pooling, self.suppression) = (background, pooling, suppression)
    }
}
