import HTTPTypes

extension HTTPField.Name {
    static let apiKey = literal("X-API-Key")
    static let requestID = literal("X-Request-Id")
    static let serverTiming = literal("Server-Timing")
    static let imageSHA256 = literal("X-Image-SHA256")

    static func literal(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
        return name
    }
}

/// The id of a request: the client's own where it is sane, else a new random one.
enum RequestID {
    /// - Parameter offered: the value of `X-Request-Id`; kept if it is 1 to 64 letters, digits and hyphens.
    static func make(offered: String?) -> String {
        if let offered, (1...64).contains(offered.utf8.count), offered.utf8.allSatisfy(isAllowed) { return offered }
        let random = UInt64.random(in: .min ... .max)
        let digits = String(random, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
