import FoveaImage
import FoveaTensor

/// How masks of one thing are told to be one, in the steps of the reference (`automatic_mask_generator.py`). Each returns what
/// stays, best first.
extension [AutomaticMask] {
    /// Of the masks of one crop that overlap the one with the highest predicted overlap stays.
    func bestOfCrop(_ options: AutomaticMaskOptions) -> [AutomaticMask] {
        suppressed(options.boxNMSThreshold, scores: map(\.predictedIoU))
    }

    /// Of masks of different crops that overlap the one of the smaller crop stays, where the thing is seen larger.
    func bestOfCrops(_ options: AutomaticMaskOptions) -> [AutomaticMask] {
        suppressed(options.cropNMSThreshold, scores: map { 1 / Float($0.crop.area) })
    }

    /// Without small holes and islands; of masks that overlap now one that had none stays.
    ///
    /// - Parameter cleaned: the masks without them; nil for those that had none.
    func bestOfCleaned(_ cleaned: [RunLengthMask?], _ options: AutomaticMaskOptions) -> [AutomaticMask] {
        let candidates = zip(self, cleaned).map { candidate, mask in
            guard let mask else { return candidate }
            var changed = candidate
            (changed.mask, changed.box) = (mask, Box(pixels: mask.bounds))
            return changed
        }
        return candidates.suppressed(
            Swift.max(options.boxNMSThreshold, options.cropNMSThreshold), scores: cleaned.map { $0 == nil ? 1 : 0 })
    }

    private func suppressed(_ threshold: Double, scores: [Float]) -> [AutomaticMask] {
        NonMaximumSuppression(threshold: threshold)(map(\.box), scores: scores).map { self[$0] }
    }
}

extension AutomaticMask {
    /// The mask without holes and islands of fewer than `area` pixels; nil if it has none.
    func cleaned(under area: Int) -> RunLengthMask? {
        let filled = mask.removingSmallRegions(.holes, under: area)
        return (filled ?? mask).removingSmallRegions(.islands, under: area) ?? filled
    }
}
