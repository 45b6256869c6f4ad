extension SegmentPrompt.Point {
    /// Of x, y and perhaps a label: 1 is on the thing, 0 beside it, and 1 is meant where there is none. Nil of anything else.
    public init?(numbers: [Double]) {
        guard (2...3).contains(numbers.count) else { return nil }
        let label = numbers.count > 2 ? numbers[2] : 1
        guard label == 0 || label == 1 else { return nil }
        self.init(x: numbers[0], y: numbers[1], isForeground: label == 1)
    }

    /// Reads `x,y` or `x,y,label`. Nil if it is anything else.
    public init?(text: String) { self.init(numbers: numbers(of: text)) }
}

extension SegmentPrompt.Box {
    /// Of x1, y1, x2 and y2. Nil of anything else.
    public init?(numbers: [Double]) {
        guard numbers.count == 4 else { return nil }
        self.init(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3])
    }

    /// Reads `x1,y1,x2,y2`. Nil if it is anything else.
    public init?(text: String) { self.init(numbers: numbers(of: text)) }
}

/// The numbers of a list with commas, all finite; none if one of them isn't.
private func numbers(of text: String) -> [Double] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    return numbers.count == parts.count ? numbers : []
}
