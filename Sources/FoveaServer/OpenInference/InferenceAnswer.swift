import FoveaJSON

/// The answer to a request for inference.
struct InferenceAnswer: Sendable, Equatable {
    struct Output: Sendable, Equatable {
        enum Contents: Sendable, Equatable {
            /// FP32, row-major.
            case floats([Float])
            /// INT64, row-major.
            case integers([Int64])
            /// BYTES, in UTF-8.
            case strings([String])
        }

        let name: String
        let shape: [Int]
        let contents: Contents
        /// Whether it follows the JSON as bytes.
        let isBinary: Bool
    }

    let model: String
    let version: String
    /// The request's own.
    let id: String?
    let outputs: [Output]

    /// The answer as a body, and how much of it is JSON; nil where that is all.
    func encoded() -> (body: [UInt8], headerLength: Int?) {
        var (json, tensors) = ([UInt8](), [UInt8]())
        json += "{\"model_name\":".utf8
        json += JSONValue.string(model).bytes
        json += ",\"model_version\":".utf8
        json += JSONValue.string(version).bytes
        if let id {
            json += ",\"id\":".utf8
            json += JSONValue.string(id).bytes
        }
        json += ",\"outputs\":[".utf8
        for (index, output) in outputs.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            let description: [(String, JSONValue)] = [
                ("name", .string(output.name)), ("datatype", .string(output.datatype.rawValue)),
                ("shape", .array(output.shape.map(JSONValue.integer))),
            ]
            if output.isBinary {
                let start = tensors.count
                output.append(to: &tensors)
                let parameters: JSONValue = ["binary_data_size": .integer(tensors.count - start)]
                json += JSONValue.members(description + [("parameters", parameters)]).bytes
            } else {
                json += JSONValue.members(description).bytes.dropLast()
                json += ",\"data\":[".utf8
                output.appendJSON(to: &json)
                json += "]}".utf8
            }
        }
        json += "]}".utf8
        guard outputs.contains(where: \.isBinary) else { return (json + [UInt8(ascii: "\n")], nil) }
        return (json + tensors, json.count)
    }
}

extension InferenceAnswer.Output {
    fileprivate var datatype: Datatype {
        switch contents {
        case .floats: .fp32
        case .integers: .int64
        case .strings: .bytes
        }
    }

    fileprivate func append(to bytes: inout [UInt8]) {
        switch contents {
        case .floats(let values): LittleEndian.append(values, to: &bytes)
        case .integers(let values): LittleEndian.append(values, to: &bytes)
        case .strings(let strings): LittleEndian.append(strings, to: &bytes)
        }
    }

    /// The elements without brackets; a number that is not finite, which JSON has no form for, as `null`.
    fileprivate func appendJSON(to json: inout [UInt8]) {
        let elements: [String] =
            switch contents {
            case .floats(let values): values.map { $0.isFinite ? $0.description : "null" }
            case .integers(let values): values.map(\.description)
            case .strings(let strings): strings.map { String(decoding: JSONValue.string($0).bytes, as: UTF8.self) }
            }
        json += elements.joined(separator: ",").utf8
    }
}
