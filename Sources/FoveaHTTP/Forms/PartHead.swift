/// The fields before a part's data.
struct PartHead {
    let name: String
    let filename: String?
    let contentType: MediaType?
    /// The first byte of the data.
    let end: Int

    /// Reads lines from the start of `rest` to the empty one.
    init(_ rest: ArraySlice<UInt8>, limits: MultipartLimits) throws(MultipartError) {
        var (disposition, contentType): (ArraySlice<UInt8>?, MediaType?) = (nil, nil)
        var lines = HeadLines(rest: rest, limits: limits)
        while let line = try lines.next() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy(\.isTokenByte)
            else { throw .malformedHead }
            let value = line[(colon + 1)...].drop(while: \.isFieldWhitespace)
            guard value.allSatisfy(\.isFieldByte) else { throw .malformedHead }
            switch line[..<colon].lowercasedASCII {
            case "content-disposition":
                guard disposition == nil else { throw .malformedHead }
                disposition = value
            case "content-type":
                guard contentType == nil, let type = MediaType(value) else { throw .malformedHead }
                guard type.type != "multipart" else { throw .encodedPart }
                contentType = type
            case "content-transfer-encoding": throw .encodedPart
            default: break
            }
        }
        guard let disposition else { throw .noName }
        (name, filename) = try Self.names(in: disposition)
        self.contentType = contentType
        end = lines.position
    }

    /// Reads `form-data; name="…"; filename="…"`. Other parameters are ignored, `filename*` too (RFC 7578 section 4.2).
    private static func names(in disposition: ArraySlice<UInt8>) throws(MultipartError) -> (String, String?) {
        var reader = FieldValueReader(disposition)
        guard let kind = reader.token(), let parameters = reader.parameters() else { throw .malformedHead }
        guard kind.lowercasedASCII == "form-data",
            let name = parameters.first(where: { $0.name == "name" }), !name.value.isEmpty
        else { throw .noName }
        guard let text = String(validating: name.value, as: UTF8.self) else { throw .malformedHead }
        let filename = parameters.first { $0.name == "filename" }
        return (text, filename.map { String(decoding: $0.value, as: UTF8.self) })
    }
}

/// The lines of a part's head, within limits.
private struct HeadLines {
    /// What is left of the body.
    private(set) var rest: ArraySlice<UInt8>
    private let start: Int
    private let limits: MultipartLimits
    private var count = 0

    /// The first byte that has not been read.
    var position: Int { rest.startIndex }

    init(rest: ArraySlice<UInt8>, limits: MultipartLimits) {
        (self.rest, start, self.limits) = (rest, rest.startIndex, limits)
    }

    /// The next line without its end; nil after the empty one.
    mutating func next() throws(MultipartError) -> ArraySlice<UInt8>? {
        let allowed = limits.headBytes - (rest.startIndex - start)
        let window = rest.prefix(allowed)
        guard let end = window.firstIndex(of: 0x0D), end + 1 < window.endIndex else {
            throw rest.count > window.count ? .headTooLong(limit: limits.headBytes) : .unterminated
        }
        guard window[end + 1] == 0x0A else { throw .malformedHead }
        let line = rest[..<end]
        rest = rest[(end + 2)...]
        guard !line.isEmpty else { return nil }
        count += 1
        guard count <= limits.headFields else { throw .tooManyFields(limit: limits.headFields) }
        return line
    }
}
