import FoveaJSON

/// An element of one of a dataset's arrays, whose fields are asked for by name.
struct DatasetEntry {
    private let fields: [JSONValue.Field]
    /// Such as `annotations[17]`.
    let path: String

    init(_ value: JSONValue, path: String) throws(CocoDataset.Failure) {
        guard case .object(let fields) = value else { throw .invalid(entry: path, expected: "an object") }
        (self.fields, self.path) = (fields, path)
    }

    subscript(_ name: String) -> JSONValue? { fields.first { $0.name == name }?.value }

    func integer(_ name: String) throws(CocoDataset.Failure) -> Int {
        guard case .number(let number)? = self[name], let integer = Int(exactly: number) else {
            throw .invalid(entry: "\(path).\(name)", expected: "a whole number")
        }
        return integer
    }

    func string(_ name: String) throws(CocoDataset.Failure) -> String {
        guard case .string(let text)? = self[name] else {
            throw .invalid(entry: "\(path).\(name)", expected: "a text")
        }
        return text
    }

    func box(_ name: String) throws(CocoDataset.Failure) -> PixelBox {
        guard case .array(let values)? = self[name], values.count == 4 else {
            throw .invalid(entry: "\(path).\(name)", expected: "four numbers: x, y, width, height")
        }
        let numbers = values.compactMap { if case .number(let number) = $0 { number } else { nil } }
        guard numbers.count == 4, numbers[2] >= 0, numbers[3] >= 0 else {
            throw .invalid(entry: "\(path).\(name)", expected: "four numbers: x, y, width, height")
        }
        return PixelBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }
}
