import FoveaJSON

extension InferenceRequest {
    /// Reads a request's JSON and finds its tensors.
    ///
    /// - Parameter headerLength: the value of `Inference-Header-Content-Length`, which says how much of the body is JSON;
    ///   nil for all of it.
    init(body: [UInt8], headerLength: Int?) throws(APIError) {
        self.body = body
        let end = headerLength ?? body.count
        guard (0...body.count).contains(end) else {
            throw APIError(
                .malformedRequest, "Inference-Header-Content-Length is \(end), but the body has \(body.count) bytes")
        }
        var found: [InputDescription] = []
        do {
            // Without the tensors, which are passed over, a request is a few dozen values.
            var parser = try JSONParser(body, in: 0..<end, limits: .init(bytes: end, depth: 32, values: 10_000))
            guard var members = try parser.openObject() else {
                throw APIError(.malformedRequest, "the request must be a JSON object with the member \"inputs\"")
            }
            while let name = try parser.nextName(&members) {
                switch name {
                case "id": id = try Self.text(parser.value(), "id")
                case "parameters": parameters = try InferenceParameters(Fields(parser.value(), "parameters"))
                case "inputs":
                    try Self.list(&parser, name) { parser in
                        found.append(try InputDescription(&parser, index: found.count))
                    }
                case "outputs":
                    try Self.list(&parser, name) { parser in outputs.append(try Output(Fields(parser.value(), name))) }
                default: _ = try parser.skip()
                }
            }
            try parser.finish()
        } catch let error as APIError { throw error } catch {
            throw APIError(.malformedRequest, "the request is not the JSON expected: \(error)")
        }
        inputs = try Self.place(found, after: headerLength, in: body.count)
    }

    /// Reads the list that comes next, element by element; `null` is an empty one.
    private static func list(
        _ parser: inout JSONParser, _ name: String, _ element: (inout JSONParser) throws -> Void
    ) throws {
        guard var elements = try parser.openArray() else {
            if try parser.value() == .null { return }
            throw APIError(.malformedRequest, "\"\(name)\" must be a list of objects")
        }
        while try parser.hasNext(&elements) { try element(&parser) }
    }

    static func text(_ value: JSONValue?, _ what: String) throws(APIError) -> String {
        guard case .string(let text) = value else {
            throw APIError(.malformedRequest, "\(what) must be a string")
        }
        return text
    }

    /// Gives every input without JSON data its part of the bytes that follow the JSON, in their order.
    private static func place(
        _ found: [InputDescription], after headerLength: Int?, in length: Int
    ) throws(APIError) -> [Input] {
        var position = headerLength ?? length
        let areWithout = found.count { $0.data == nil }
        var inputs: [Input] = []
        for input in found {
            if let data = input.data {
                guard input.binarySize == nil else {
                    throw input.invalid("it has both \"data\" and \"binary_data_size\"; give one of them")
                }
                inputs.append(input.placed(.json(data)))
                continue
            }
            guard headerLength != nil else {
                throw input.invalid(
                    "it has no \"data\"; give it as a list, or as bytes after the JSON, whose length then stands in "
                        + "the header Inference-Header-Content-Length")
            }
            // As the only one it has whatever is there.
            guard let size = input.binarySize ?? (areWithout == 1 ? length - position : nil) else {
                throw input.invalid("it needs \"data\" or the parameter \"binary_data_size\"")
            }
            guard size <= length - position else {
                throw input.invalid("binary_data_size is \(size), but \(length - position) bytes are left in the body")
            }
            inputs.append(input.placed(.binary(position..<position + size)))
            position += size
        }
        guard position == length else {
            throw APIError(
                .invalidTensor, "\(length - position) bytes follow the last tensor; binary_data_size is wrong")
        }
        return inputs
    }
}
