/// Why numbers or text can't become a mask.
public enum MaskError: Error, Equatable {
    /// A side is zero or negative, or there are more pixels than `Int32.max`.
    case impossibleSize(height: Int, width: Int)
    case negativeRun(length: Int)
    /// The runs don't add up to the pixels of the mask; `got` is their sum as far as it was followed.
    case wrongTotal(got: Int, expected: Int)
    /// A byte of the compressed text that is not in "0"…"o".
    case badCharacter(byte: UInt8, offset: Int)
    /// The compressed text ends within a number.
    case cutOff
    /// A number of the compressed text, starting at `offset`, has more digits than any run needs.
    case numberTooLong(offset: Int)
    /// A polygon of so many numbers is no polygon, or leaves the picture far behind.
    case malformedPolygon(numbers: Int)
}

extension MaskError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .impossibleSize(let height, let width):
            "a mask can't have \(height) rows of \(width): both are at least 1, with at most 2147483647 pixels in all"
        case .negativeRun(let length): "a run of the mask has length \(length); lengths are 0 or more"
        case .wrongTotal(let got, let expected): "the runs of the mask add up to \(got) pixels, not to its \(expected)"
        case .badCharacter(let byte, let offset):
            "byte \(byte) at offset \(offset) of the mask's counts is none of \"0\" to \"o\""
        case .cutOff: "the mask's counts end within a number"
        case .malformedPolygon(let numbers):
            "a polygon of \(numbers) numbers; it takes three or more pairs x, y of less than a million"
        case .numberTooLong(let offset): "the number at offset \(offset) of the mask's counts is too long for a run"
        }
    }
}
