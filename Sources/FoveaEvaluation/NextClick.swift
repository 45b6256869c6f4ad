public import FoveaImage
public import FoveaServing

extension SegmentPrompt.Point {
    /// Where somebody would click who wants `truth` and sees `found`: in the middle of the largest error, the pixel that is
    /// farthest from where the error ends; nil where nothing is wrong.
    ///
    /// - Parameter found: nil at first, when nothing is shown yet.
    public static func next(wanting truth: RunLengthMask, seeing found: RunLengthMask?) -> Self? {
        let (height, width) = (truth.height, truth.width)
        let wanted = truth.pixels
        let shown = found?.pixels ?? [UInt8](repeating: 0, count: wanted.count)
        func deepest(_ isError: (UInt8, UInt8) -> Bool) -> InteriorDistance.Deepest? {
            InteriorDistance.deepest(zip(wanted, shown).map(isError), height: height, width: width)
        }
        let missing = deepest { wanted, shown in wanted != 0 && shown == 0 }
        let surplus = deepest { wanted, shown in wanted == 0 && shown != 0 }
        let isForeground = (missing?.squared ?? 0) >= (surplus?.squared ?? 0)
        return (isForeground ? missing : surplus).map {
            Self(x: Double($0.x), y: Double($0.y), isForeground: isForeground)
        }
    }
}
