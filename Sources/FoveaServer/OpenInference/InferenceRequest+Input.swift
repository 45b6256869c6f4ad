import FoundationEssentials
import FoveaJSON
import FoveaModels

extension InferenceRequest {
    /// Takes out the one input that a model with `interface` reads.
    func modelInput(for interface: ModelInterface) throws(APIError) -> ModelInput {
        guard let input = inputs.first else {
            throw APIError(.invalidTensor, "the request has no input; \(interface.choice)")
        }
        guard inputs.count == 1 else {
            let names = Set(inputs.map(\.name))
            throw APIError(
                .invalidTensor,
                names.count < inputs.count
                    ? "an input is given twice; \(interface.choice)"
                    : "the request has \(inputs.count) inputs; \(interface.choice), one of them")
        }
        switch input.name {
        case ModelInterface.image: return .images(try images(input, interface))
        case ModelInterface.input: return try tensor(input, interface)
        default:
            throw APIError(.invalidTensor, "there is no input \"\(input.name.printable)\"; \(interface.choice)")
        }
    }

    /// Checks that every output is one that a model with `interface` gives, named once.
    func requireOutputs(of interface: ModelInterface) throws(APIError) {
        for (index, output) in outputs.enumerated() {
            guard interface.outputNames.contains(output.name) else {
                throw APIError(
                    .invalidTensor,
                    "there is no output \"\(output.name.printable)\"; the model gives "
                        + interface.outputNames.joined(separator: " and "))
            }
            guard !outputs[..<index].contains(where: { $0.name == output.name }) else {
                throw APIError(.invalidTensor, "the output \"\(output.name)\" is asked for twice")
            }
            guard output.topClasses == nil || interface.task == .classify else {
                throw APIError(.invalidTensor, "the output \"\(output.name)\" has no classes to be classified by")
            }
        }
    }

    private func images(_ input: Input, _ interface: ModelInterface) throws(APIError) -> [ArraySlice<UInt8>] {
        guard input.datatype == .bytes else { throw input.wrongType("BYTES") }
        guard let count = input.shape.first, input.shape.dropFirst().allSatisfy({ $0 == 1 }), input.shape.count <= 2
        else {
            throw input.wrongShape("[N] or [N, 1]")
        }
        try input.requireBatch(count, atMost: interface.maxBatch)
        switch input.contents {
        case .binary(let range):
            guard let images = LittleEndian.byteStrings(body[range], limit: count), images.count == count else {
                throw input.invalid(
                    "its \(range.count) bytes are not \(count) images, each after its length in four bytes, little-endian"
                )
            }
            return images
        case .json(let range):
            return try elements(input, range) { parser throws(JSONError) in try parser.value() }
                .map { value throws(APIError) in try Self.base64(value, input) }
        }
    }

    private func tensor(_ input: Input, _ interface: ModelInterface) throws(APIError) -> ModelInput {
        guard let size = LittleEndian.size(input.datatype) else { throw input.wrongType("FP32 (or FP16, FP64)") }
        let (height, width) = (interface.height, interface.width)
        guard let count = input.shape.first, input.shape.count == 4, input.shape[1...] == [3, height, width] else {
            throw input.wrongShape("[N, 3, \(height), \(width)]")
        }
        try input.requireBatch(count, atMost: interface.maxBatch)
        let elements = count * 3 * height * width
        switch input.contents {
        case .binary(let range):
            guard range.count == elements * size else {
                throw input.invalid(
                    "its shape needs \(elements * size) bytes of \(input.datatype.rawValue), but it has \(range.count)")
            }
            return .tensor(LittleEndian.floats(body[range], as: input.datatype), images: count)
        case .json(let range):
            guard input.datatype != .fp16 else {
                throw input.invalid("FP16 has no form in JSON; send it as bytes after the JSON, or send FP32")
            }
            return .tensor(
                try self.elements(input, range) { parser throws(JSONError) in try parser.float() }, images: count)
        }
    }

    /// Reads the elements of an input's JSON array.
    private func elements<Element>(
        _ input: Input, _ range: Range<Int>, _ element: (inout JSONParser) throws(JSONError) -> Element
    ) throws(APIError) -> [Element] {
        do { return try JSONTensor.read(body, in: range, shape: input.shape, element) } catch {
            throw input.invalid("\(error)")
        }
    }

    /// The bytes of an image in JSON: base64 text, alone or as `{"b64": "…"}`.
    private static func base64(_ value: JSONValue, _ input: Input) throws(APIError) -> ArraySlice<UInt8> {
        var text = value
        if case .object(let fields) = value { text = Fields(fields)["b64"] ?? .null }
        guard case .string(let base64) = text,
            let data = Data(base64Encoded: String(base64.filter { !$0.isNewline }))
        else {
            throw input.invalid("in JSON an image is base64 text, or {\"b64\": \"<base64>\"}")
        }
        return [UInt8](data)[...]
    }
}

extension InferenceRequest.Input {
    fileprivate func invalid(_ problem: String) -> APIError {
        APIError(.invalidTensor, "the input \"\(name)\": \(problem)")
    }

    fileprivate func wrongType(_ right: String) -> APIError {
        invalid("its datatype is \(datatype.rawValue); it must be \(right)")
    }

    fileprivate func wrongShape(_ right: String) -> APIError {
        invalid("its shape is [\(shape.prefix(8).map(String.init).joined(separator: ", "))]; it must be \(right)")
    }

    fileprivate func requireBatch(_ count: Int, atMost limit: Int) throws(APIError) {
        guard (1...max(limit, 1)).contains(count) else {
            throw APIError(
                .invalidTensor, "the input \"\(name)\" has a batch of \(count); 1 to \(limit) are allowed",
                numbers: ["limit": limit, "got": count])
        }
    }
}
