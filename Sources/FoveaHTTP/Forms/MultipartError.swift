/// Why a body is no form.
public enum MultipartError: Error, Equatable {
    /// The boundary has not 1…70 of the characters allowed, or ends in a space.
    case boundary
    /// No delimiter line with this boundary.
    case noParts
    /// The body ends before the closing delimiter.
    case unterminated
    /// More than `limit` bytes before the first and after the last part.
    case outsideTooLong(limit: Int)
    /// A line before a part's data is no `name: value`, or its value breaks the field's rules.
    case malformedHead
    /// A part without `Content-Disposition: form-data; name=…`.
    case noName
    /// A field that changes how the data are to be read: Content-Transfer-Encoding, or a multipart type.
    case encodedPart
    case tooManyParts(limit: Int)
    case headTooLong(limit: Int)
    case tooManyFields(limit: Int)

    /// The HTTP status that says it: 400, 413 or 431.
    public var status: Int {
        switch self {
        case .tooManyParts: 413
        case .headTooLong, .tooManyFields: 431
        default: 400
        }
    }
}

extension MultipartError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .boundary: "the boundary must be 1 to 70 of the characters that RFC 2046 allows"
        case .noParts: "the form has no part: no line is the boundary that Content-Type names"
        case .unterminated: "the form ends before its closing boundary"
        case .outsideTooLong(let limit): "more than \(limit) bytes lie outside of the form's parts"
        case .malformedHead: "a part's fields must be lines of \"name: value\", each ended by CR LF"
        case .noName: "every part needs Content-Disposition: form-data with a name"
        case .encodedPart: "parts must be sent as they are: without Content-Transfer-Encoding, not multipart themselves"
        case .tooManyParts(let limit): "a form may have at most \(limit) parts"
        case .headTooLong(let limit): "the fields of a part may have at most \(limit) bytes"
        case .tooManyFields(let limit): "a part may have at most \(limit) fields"
        }
    }
}
