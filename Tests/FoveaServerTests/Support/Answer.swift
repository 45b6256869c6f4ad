import FoveaHTTP
import FoveaJSON
import HTTPTypes
import Synchronization
import Testing

@testable import FoveaServer

/// What a client gets.
struct Answer {
    let status: Int
    let fields: HTTPFields
    let body: [UInt8]
    /// Whether it was given from the head alone.
    let isRefusal: Bool
    /// Whether a streamed answer ended with the connection's reset.
    let isCut: Bool

    /// Reads the whole answer, also one that is streamed.
    init(_ response: Response, isRefusal: Bool) async {
        (status, fields, self.isRefusal) = (response.status.code, response.fields, isRefusal)
        switch response.body {
        case .bytes(let bytes): (body, isCut) = (bytes, false)
        case .stream(let produce):
            let written = Mutex<[UInt8]>([])
            do {
                try await produce(BodyWriter { bytes in written.withLock { $0 += bytes } })
                isCut = false
            } catch { isCut = true }
            body = written.withLock { $0 }
        }
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue {
        get throws { try JSONParser.parse(body, limits: .init(bytes: body.count, depth: 16)) }
    }

    /// Checks that this is an error as every route gives it, and returns its JSON.
    @discardableResult
    func requireError(
        _ status: Int, _ code: String, location: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        let json = try json
        #expect(self.status == status, sourceLocation: location)
        #expect(json["code"]?.string == code, sourceLocation: location)
        #expect(json["error"]?.string?.isEmpty == false, sourceLocation: location)
        #expect(json["request_id"]?.string == fields[.requestID], sourceLocation: location)
        #expect(
            Set(json.names).subtracting(["error", "code", "request_id", "limit", "got"]) == [],
            sourceLocation: location)
        #expect(fields[.contentType] == "application/json", sourceLocation: location)
        #expect((fields[.retryAfter] != nil) == [429, 503].contains(status), sourceLocation: location)
        return json
    }
}

extension JSONValue {
    subscript(name: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }

    subscript(index: Int) -> JSONValue? { array.indices.contains(index) ? array[index] : nil }

    var names: [String] { if case .object(let fields) = self { fields.map(\.name) } else { [] } }
    var array: [JSONValue] { if case .array(let values) = self { values } else { [] } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }

    /// The value with the type in place of each plain value, and lists cut to their first element:
    /// `{"a":{"b":[number]}}`.
    var shape: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array(let values): "[\(values.first?.shape ?? "")]"
        case .object(let fields): "{" + fields.map { "\($0.name):\($0.value.shape)" }.joined(separator: ",") + "}"
        }
    }
}
