/// The first line of a chunk: its size and what is said about it (RFC 9112 section 7.1).
struct ChunkHeader {
    let size: UInt64
    /// Octets of the line after the size.
    let extensionBytes: Int

    /// Parses `line`, which has no CRLF and no controls but HTAB.
    init(_ line: [UInt8], maxDigits: Int) throws(ProtocolFailure) {
        let digits = line.prefix { $0.hexadecimalDigit != nil }
        guard !digits.isEmpty, digits.count <= maxDigits else {
            throw .malformed("a chunk size must be 1 to \(maxDigits) hexadecimal digits")
        }
        var sum: UInt64 = 0
        for digit in digits {
            let (product, overflowed) = sum.multipliedReportingOverflow(by: 16)
            // Only with a limit of more than 16 digits; no limit of a body is as large.
            sum = overflowed ? .max : product | UInt64(digit.hexadecimalDigit ?? 0)
            if overflowed { break }
        }
        size = sum
        let rest = line[digits.endIndex...]
        extensionBytes = rest.count
        guard Self.areExtensions(rest) else {
            throw .malformed("a chunk size is followed by something that is no extension")
        }
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )` (RFC 9112 section 7.1.1).
    private static func areExtensions(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        while !rest.isEmpty {
            rest = rest.drop(while: \.isOptionalWhitespace)
            guard rest.popFirst() == Octet.semicolon, takeToken(&rest) else { return false }
            let afterName = rest.drop(while: \.isOptionalWhitespace)
            guard afterName.first == Octet.equals else { continue }
            rest = afterName.dropFirst().drop(while: \.isOptionalWhitespace)
            guard rest.first == Octet.quote ? takeQuotedString(&rest) : takeToken(&rest) else { return false }
        }
        return true
    }

    /// Takes whitespace and a token off the front.
    private static func takeToken(_ rest: inout ArraySlice<UInt8>) -> Bool {
        rest = rest.drop(while: \.isOptionalWhitespace)
        let token = rest.prefix { OctetSet.token.contains($0) }
        rest = rest[token.endIndex...]
        return !token.isEmpty
    }

    /// Takes a quoted string off the front (RFC 9110 section 5.6.4).
    private static func takeQuotedString(_ rest: inout ArraySlice<UInt8>) -> Bool {
        _ = rest.popFirst()
        while let octet = rest.popFirst() {
            if octet == Octet.quote { return true }
            if octet == Octet.backslash, rest.popFirst() == nil { return false }
        }
        return false
    }
}
