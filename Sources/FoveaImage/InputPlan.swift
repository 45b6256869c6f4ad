/// Which stored samples of a picture make which pixels of a network's input.
struct InputPlan {
    let resampler: Resampler
    /// Where stored rows go in the input.
    let place: Placement
    /// Part of the input lies outside of the picture.
    let hasBorder: Bool

    /// - Parameter denominator: the picture is decoded at 1/`denominator` of its stored size, rounded up.
    init(
        _ preprocessing: Preprocessing, storedWidth: Int, storedHeight: Int, orientation: Orientation,
        denominator: Int
    ) {
        let swaps = orientation.swapsAxes
        let size = Self.resizedSize(
            preprocessing, width: swaps ? storedHeight : storedWidth, height: swaps ? storedWidth : storedHeight)
        let x = CenterCrop(of: size.width, to: preprocessing.width)
        let y = CenterCrop(of: size.height, to: preprocessing.height)

        func axis(_ stored: Int, target: Int, outputs: Range<Int>, isReversed: Bool) -> AxisWeights {
            AxisWeightsCache.weights(
                of: Axis(
                    count: (stored + denominator - 1) / denominator, extent: Double(stored) / Double(denominator),
                    target: target, outputs: outputs, filter: preprocessing.filter, isReversed: isReversed))
        }
        resampler = Resampler(
            columns: axis(
                storedWidth, target: swaps ? size.height : size.width, outputs: swaps ? y.kept : x.kept,
                isReversed: orientation.reversesColumns),
            rows: axis(
                storedHeight, target: swaps ? size.width : size.height, outputs: swaps ? x.kept : y.kept,
                isReversed: orientation.reversesRows),
            isRowsFirst: swaps)
        place = Placement(
            width: x.kept.count, height: y.kept.count, left: x.border, top: y.border,
            canvasWidth: preprocessing.width, orientation: orientation)
        hasBorder = x.kept.count < preprocessing.width || y.kept.count < preprocessing.height
    }

    /// The size of the whole upright picture after resizing, before cropping.
    static func resizedSize(_ preprocessing: Preprocessing, width: Int, height: Int) -> (width: Int, height: Int) {
        switch preprocessing.resize {
        case .stretch: (preprocessing.width, preprocessing.height)
        case .shorterSide(let side):
            width <= height
                ? (side, Int(Double(side * height) / Double(width)))
                : (Int(Double(side * width) / Double(height)), side)
        }
    }
}

/// A centre crop of one axis as torchvision does it: the middle rounds half to even, what is missing becomes border.
struct CenterCrop {
    /// The resized samples that are kept.
    let kept: Range<Int>
    /// Samples of border before them.
    let border: Int

    init(of length: Int, to size: Int) {
        guard length >= size else {
            (kept, border) = (0..<length, (size - length) / 2)
            return
        }
        let half = (length - size) / 2
        let isOdd = (length - size) % 2 == 1
        let first = isOdd && half % 2 == 1 ? half + 1 : half
        (kept, border) = (first..<first + size, 0)
    }
}
