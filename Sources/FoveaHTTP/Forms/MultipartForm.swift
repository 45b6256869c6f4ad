/// Bodies of type `multipart/form-data` (RFC 7578, RFC 2046 section 5.1).
public enum MultipartForm {
    /// One field of a form.
    public struct Part: Sendable, Equatable {
        public let name: String
        /// The file's name as the client gave it: never a path, never trusted.
        public let filename: String?
        public let contentType: MediaType?
        /// The data, a slice of the form's body.
        public let body: ArraySlice<UInt8>
    }

    /// Cuts `body` into its parts, in order, in time linear in its length.
    ///
    /// - Parameter boundary: the parameter of the body's Content-Type.
    public static func parse(
        _ body: ArraySlice<UInt8>, boundary: [UInt8], limits: MultipartLimits = .default
    ) throws(MultipartError) -> [Part] {
        let search = try DelimiterSearch(body: body, boundary: boundary)
        guard var delimiter = search.first() else { throw .noParts }
        let preamble = delimiter.range.lowerBound - body.startIndex
        var parts: [Part] = []
        while !delimiter.isClosing {
            guard parts.count < limits.parts else { throw .tooManyParts(limit: limits.parts) }
            let head = try PartHead(body[delimiter.range.upperBound...], limits: limits)
            // The empty line that ends the fields may already belong to the next delimiter: a part without data.
            guard let next = search.next(from: head.end - 2) else { throw .unterminated }
            let data = body[head.end..<max(head.end, next.range.lowerBound)]
            parts.append(Part(name: head.name, filename: head.filename, contentType: head.contentType, body: data))
            delimiter = next
        }
        guard !parts.isEmpty else { throw .noParts }
        let epilogue = body.endIndex - delimiter.range.upperBound
        guard preamble + epilogue <= limits.outsideBytes else { throw .outsideTooLong(limit: limits.outsideBytes) }
        return parts
    }
}
