extension SegmentPrompt.Point {
    /// Reads `x,y` or `x,y,label`: label 1 is on the thing, 0 beside it, and 1 is meant where there is none. Nil if it is
    /// anything else.
    public init?(text: String) {
        guard let numbers = numbers(of: text), (2...3).contains(numbers.count) else { return nil }
        let label = numbers.count > 2 ? numbers[2] : 1
        guard label == 0 || label == 1 else { return nil }
        self.init(x: numbers[0], y: numbers[1], isForeground: label == 1)
    }
}

extension SegmentPrompt.Box {
    /// Reads `x1,y1,x2,y2`. Nil if it is anything else.
    public init?(text: String) {
        guard let numbers = numbers(of: text), numbers.count == 4 else { return nil }
        self.init(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3])
    }
}

/// The numbers of a list with commas, all finite; nil if one of them isn't.
private func numbers(of text: String) -> [Double]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    return numbers.count == parts.count ? numbers : nil
}
