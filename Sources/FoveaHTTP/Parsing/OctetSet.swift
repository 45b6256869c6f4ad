/// A set of ASCII octets, two machine words wide.
///
/// HTTP's grammar is over octets, so the parser asks about octets and never about characters: a `Character` may hold
/// CR LF at once, or a full-width digit (RFC 9112 section 2.2).
struct OctetSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ members: String) {
        for octet in members.utf8 where octet < 0x80 {
            if octet < 64 { low |= 1 << UInt64(octet) } else { high |= 1 << UInt64(octet - 64) }
        }
    }

    func contains(_ octet: UInt8) -> Bool {
        switch octet {
        case 0..<64: low >> UInt64(octet) & 1 == 1
        case 64..<128: high >> UInt64(octet - 64) & 1 == 1
        default: false
        }
    }

    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let subDelimiters = "!$&'()*+,;="

    /// `tchar` (RFC 9110 section 5.6.2).
    static let token = OctetSet(alphanumerics + "!#$%&'*+-.^_`|~")
    /// `pchar` and `/`, without the percent sign (RFC 3986 section 3.3).
    static let path = OctetSet(alphanumerics + "-._~:@/" + subDelimiters)
    /// As `path`, and `?` (RFC 3986 section 3.4).
    static let query = OctetSet(alphanumerics + "-._~:@/?" + subDelimiters)
    /// `reg-name` without the percent sign (RFC 3986 section 3.2.2).
    static let registeredName = OctetSet(alphanumerics + "-._~" + subDelimiters)
    /// Everything that may stand between the brackets of an `IP-literal` (RFC 3986 section 3.2.2).
    static let addressLiteral = OctetSet(alphanumerics + "-._~:" + subDelimiters)
}

/// The octets that the parser names.
enum Octet {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let percent = UInt8(ascii: "%")
    static let comma = UInt8(ascii: ",")
    static let slash = UInt8(ascii: "/")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")
    static let question = UInt8(ascii: "?")
    static let backslash = UInt8(ascii: "\\")
    static let delete: UInt8 = 0x7F
}

extension UInt8 {
    /// Whether this is a control other than HTAB: CR and LF end lines, no other may occur in a head
    /// (RFC 9110 section 5.5).
    var isForbiddenControl: Bool { (self < Octet.space && self != Octet.tab) || self == Octet.delete }

    /// SP or HTAB, the only optional whitespace (RFC 9110 section 5.6.3).
    var isOptionalWhitespace: Bool { self == Octet.space || self == Octet.tab }

    /// The value of an ASCII decimal digit.
    var decimalDigit: UInt8? { 0x30...0x39 ~= self ? self - 0x30 : nil }

    /// The value of an ASCII hexadecimal digit.
    var hexadecimalDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }

    /// ASCII letters in lower case, every other octet unchanged.
    var asciiLowercased: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }
}

extension Collection<UInt8> {
    /// Compares with `name`, which is lower-case ASCII, without regard to ASCII case.
    func equalsIgnoringASCIICase(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            zip(self, expected).allSatisfy { $0.asciiLowercased == $1 }
        }
    }
}

extension Collection<UInt8> where SubSequence: BidirectionalCollection<UInt8>, SubSequence.SubSequence == SubSequence {
    /// Without SP and HTAB at either end.
    var trimmingOptionalWhitespace: SubSequence {
        var rest = drop(while: \.isOptionalWhitespace)
        while let last = rest.last, last.isOptionalWhitespace { rest = rest.dropLast() }
        return rest
    }

    /// Calls `body` with every member of a comma-separated list, the empty ones too (RFC 9110 section 5.6.1).
    ///
    /// For values without quoted strings.
    func forEachListMember(_ body: (SubSequence) -> Void) {
        var rest = self[...]
        while let comma = rest.firstIndex(of: Octet.comma) {
            body(rest[..<comma].trimmingOptionalWhitespace)
            rest = rest[rest.index(after: comma)...]
        }
        body(rest.trimmingOptionalWhitespace)
    }
}

extension Collection<UInt8> {
    /// Whether every octet is in `set`, or starts a percent escape with two hexadecimal digits where those are allowed.
    func consists(of set: OctetSet, percentEscapes: Bool = false) -> Bool {
        var digitsDue = 0
        for octet in self {
            if digitsDue > 0 {
                guard octet.hexadecimalDigit != nil else { return false }
                digitsDue -= 1
            } else if percentEscapes && octet == Octet.percent {
                digitsDue = 2
            } else {
                guard set.contains(octet) else { return false }
            }
        }
        return digitsDue == 0
    }
}
