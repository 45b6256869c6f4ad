/// The value of a Content-Type field (RFC 9110 section 8.3.1).
public struct MediaType: Sendable, Equatable {
    /// In lower case, such as `multipart`.
    public let type: String
    /// In lower case, such as `form-data`.
    public let subtype: String
    public let parameters: [HeaderParameter]

    /// Parses a field value; nil if it is no media type, or if a parameter is given twice.
    public init?(_ value: ArraySlice<UInt8>) {
        var reader = FieldValueReader(value)
        guard let type = reader.token(), reader.take(UInt8(ascii: "/")), let subtype = reader.token(),
            let parameters = reader.parameters()
        else { return nil }
        self.type = type.lowercasedASCII
        self.subtype = subtype.lowercasedASCII
        self.parameters = parameters
    }

    /// Both names, without parameters: `multipart/form-data`.
    public var essence: String { "\(type)/\(subtype)" }

    /// The value of the parameter `name`, in lower case.
    public subscript(name: String) -> [UInt8]? { parameters.first { $0.name == name }?.value }
}
