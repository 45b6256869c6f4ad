import FoveaJSON

/// An input as its JSON describes it, before it is known where its bytes stand.
struct InputDescription {
    let name: String
    private let datatype: Datatype
    private let shape: [Int]
    /// Where its JSON data stand.
    let data: Range<Int>?
    let binarySize: Int?

    /// - Parameter index: its place in the list, for messages until it has a name.
    init(_ parser: inout JSONParser, index: Int) throws {
        guard var members = try parser.openObject() else {
            throw APIError(.malformedRequest, "\"inputs\" must be a list of objects")
        }
        var (name, datatype, shape): (JSONValue?, JSONValue?, JSONValue?)
        var data: Range<Int>?
        var parameters = Fields([])
        while let member = try parser.nextName(&members) {
            switch member {
            case "name": name = try parser.value()
            case "datatype": datatype = try parser.value()
            case "shape": shape = try parser.value()
            case "parameters": parameters = try Fields(parser.value(), "an input's parameters")
            case "data":
                if parser.isAtArray() {
                    data = try parser.skip()
                } else if try parser.value() != .null {
                    throw APIError(.invalidTensor, "an input's \"data\" must be a list, nested or flat")
                }
            default: _ = try parser.skip()
            }
        }
        self.name = try InferenceRequest.text(name, "the name of input \(index)")
        let typeName = try InferenceRequest.text(datatype, "the datatype of input \"\(self.name.printable)\"")
        guard let datatype = Datatype(rawValue: typeName) else {
            throw APIError(
                .invalidTensor,
                "the input \"\(self.name.printable)\" has the unknown datatype \"\(typeName.printable)\"; there are "
                    + Datatype.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try parameters.refuseSharedMemory()
        (self.datatype, self.shape, self.data) = (datatype, try Self.lengths(shape, of: self.name), data)
        binarySize = try parameters.integer("binary_data_size", in: 0...Int(Int32.max))
    }

    private static func lengths(_ shape: JSONValue?, of name: String) throws(APIError) -> [Int] {
        guard case .array(let axes) = shape else {
            throw APIError(
                .invalidTensor, "the shape of the input \"\(name.printable)\" must be a list of whole numbers")
        }
        var lengths: [Int] = []
        for axis in axes {
            guard case .number(let number) = axis, let length = Int(exactly: number), length >= 0 else {
                throw APIError(
                    .invalidTensor,
                    "the shape of the input \"\(name.printable)\" has the length \(axis.summary); each must be a whole "
                        + "number, 0 or more")
            }
            lengths.append(length)
        }
        return lengths
    }

    func placed(_ contents: InferenceRequest.Input.Contents) -> InferenceRequest.Input {
        .init(name: name, datatype: datatype, shape: shape, contents: contents)
    }

    func invalid(_ problem: String) -> APIError {
        APIError(.invalidTensor, "the input \"\(name.printable)\": \(problem)")
    }
}
