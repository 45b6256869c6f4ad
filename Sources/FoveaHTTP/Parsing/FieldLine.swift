/// One `name: value` line of a head or a trailer section (RFC 9112 section 5).
struct FieldLine {
    let name: ArraySlice<UInt8>
    /// Without the whitespace around it; any octets but controls (RFC 9110 section 5.5).
    let value: ArraySlice<UInt8>

    /// Parses `line`, which has no CRLF and no controls.
    ///
    /// Whitespace before the colon and folded lines are refused, never repaired (RFC 9112 sections 5.1 and 5.2).
    init(_ line: [UInt8]) throws(ProtocolFailure) {
        guard let first = line.first, !first.isOptionalWhitespace else {
            throw .malformed("a field line starts with whitespace; folded lines are not read")
        }
        guard let colon = line.firstIndex(of: Octet.colon) else {
            throw .malformed("a field line has no colon")
        }
        name = line[..<colon]
        guard !name.isEmpty, name.consists(of: .token) else {
            throw .malformed("a field name is not a token directly followed by a colon")
        }
        value = line[(colon + 1)...].trimmingOptionalWhitespace
    }
}
