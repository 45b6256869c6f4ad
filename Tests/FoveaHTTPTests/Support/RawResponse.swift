/// A response as a client reads it, strictly.
struct RawResponse: Sendable {
    enum ParseError: Error { case malformed(String), cut(String) }

    var status: Int
    /// Lower-case names with their values, in order.
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    var saysClose: Bool { values("connection").contains("close") }

    /// The response at the start of `bytes` and its length, or `nil` while it is incomplete.
    ///
    /// - Parameter isComplete: whether the stream has ended, which ends a body without a length.
    static func parse(_ bytes: [UInt8], toHEAD: Bool, isComplete: Bool) throws -> (RawResponse, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = bytes[..<end.lowerBound].split(separator: Array("\r\n".utf8)).map {
            String(decoding: $0, as: UTF8.self)
        }
        let words = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw ParseError.malformed(lines[0])
        }
        let fields = try lines.dropFirst().map { line in
            guard let colon = line.firstRange(of: ": ") else { throw ParseError.malformed(line) }
            return (name: line[..<colon.lowerBound].lowercased(), value: String(line[colon.upperBound...]))
        }
        var response = RawResponse(status: status, fields: fields, body: [])
        let start = end.upperBound
        if toHEAD && status >= 200 || status < 200 || status == 204 || status == 304 { return (response, start) }
        if response.values("transfer-encoding") == ["chunked"] {
            guard let (body, used) = try chunked(bytes[start...]) else { return nil }
            response.body = body
            return (response, used)
        }
        if let length = response.values("content-length").first.flatMap({ Int($0) }) {
            guard bytes.count - start >= length else { return nil }
            response.body = Array(bytes[start..<(start + length)])
            return (response, start + length)
        }
        guard isComplete else { return nil }
        response.body = Array(bytes[start...])
        return (response, bytes.count)
    }

    private static func chunked(_ bytes: ArraySlice<UInt8>) throws -> (body: [UInt8], end: Int)? {
        var body: [UInt8] = []
        var rest = bytes
        while let line = rest.firstRange(of: Array("\r\n".utf8)) {
            guard let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16) else {
                throw ParseError.malformed("chunk size")
            }
            rest = rest[line.upperBound...]
            guard rest.count >= size + 2 else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
            if size == 0 { return (body, rest.startIndex) }
        }
        return nil
    }
}
