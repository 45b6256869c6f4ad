/// Host and port, as `Host` and an absolute-form target have them (RFC 9110 section 7.2, RFC 3986 section 3.2).
struct Authority: Sendable, Equatable {
    /// As it was sent.
    let text: String
    /// Whether there is a port with at least one digit.
    let hasPort: Bool

    /// - Returns: `nil` unless `octets` are a host that isn't empty and a port of at most 65535 if any, without a user
    ///   (RFC 9110 section 4.2).
    init?(_ octets: ArraySlice<UInt8>) {
        var host = octets
        var port: ArraySlice<UInt8> = []
        if octets.first == UInt8(ascii: "[") {
            guard let end = octets.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = octets[...end]
            let rest = octets[(end + 1)...]
            guard rest.isEmpty || rest.first == Octet.colon else { return nil }
            port = rest.dropFirst()
            let literal = host.dropFirst().dropLast()
            guard literal.contains(Octet.colon), literal.consists(of: .addressLiteral) else { return nil }
        } else {
            if let colon = octets.firstIndex(of: Octet.colon) {
                host = octets[..<colon]
                port = octets[(colon + 1)...]
            }
            guard !host.isEmpty, host.consists(of: .registeredName, percentEscapes: true) else { return nil }
        }
        guard Self.isPort(port) else { return nil }
        text = String(decoding: octets, as: UTF8.self)
        hasPort = !port.isEmpty
    }

    /// `*DIGIT`: empty is valid.
    private static func isPort(_ octets: ArraySlice<UInt8>) -> Bool {
        var value = 0
        for octet in octets {
            guard let digit = octet.decimalDigit else { return false }
            value = value * 10 + Int(digit)
            guard value <= 65535 else { return false }
        }
        return true
    }
}
