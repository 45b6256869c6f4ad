import FoveaJSON

/// Reads a tensor's elements out of a JSON array: nested as its shape says, or flat from any axis on, row-major.
struct JSONTensor<Element> {
    private var parser: JSONParser
    private let shape: [Int]
    private let element: (inout JSONParser) throws(JSONError) -> Element
    private var elements: [Element] = []

    /// The elements of the array at `range` of `bytes`.
    ///
    /// - Parameters:
    ///   - shape: its lengths are from 1 on, and their product is known to be bearable.
    ///   - element: reads one element.
    /// - Throws: `JSONError`, or `JSONTensorError` for too few, too many, or in lists that don't fit the shape.
    static func read(
        _ bytes: [UInt8], in range: Range<Int>, shape: [Int], _ element: (inout JSONParser) throws(JSONError) -> Element
    ) throws -> [Element] {
        try withoutActuallyEscaping(element) { element in
            // Every list within has an element, and every element may be an object of one member.
            let values = (shape.reduce(1, *) + 1) * (shape.count + 2)
            let parser = try JSONParser(bytes, in: range, limits: .init(bytes: range.count, depth: 16, values: values))
            var tensor = JSONTensor(parser: parser, shape: shape, element: element)
            tensor.elements.reserveCapacity(shape.reduce(1, *))
            guard var list = try tensor.parser.openArray() else { throw JSONTensorError.noList }
            try tensor.read(&list, axis: 0)
            try tensor.parser.finish()
            return tensor.elements
        }
    }

    private init(
        parser: JSONParser, shape: [Int], element: @escaping (inout JSONParser) throws(JSONError) -> Element
    ) {
        (self.parser, self.shape, self.element) = (parser, shape, element)
    }

    /// Reads a list that was opened: the lists along `axis`, or all elements from there on.
    private mutating func read(_ list: inout JSONParser.Elements, axis: Int) throws {
        let expected = shape[axis...].reduce(1, *)
        let start = elements.count
        var lists = 0
        while try parser.hasNext(&list) {
            if parser.isAtArray(), axis + 1 < shape.count, elements.count == start || lists > 0,
                var inner = try parser.openArray()
            {
                guard lists < shape[axis] else { throw JSONTensorError.tooMany(expected: shape[axis], axis: axis) }
                lists += 1
                try read(&inner, axis: axis + 1)
            } else {
                guard lists == 0 else { throw JSONTensorError.mixed }
                guard elements.count - start < expected else {
                    throw JSONTensorError.tooMany(expected: expected, axis: axis)
                }
                elements.append(try element(&parser))
            }
        }
        guard elements.count - start == expected else {
            throw lists > 0
                ? JSONTensorError.tooFew(lists, expected: shape[axis], axis: axis)
                : .tooFew(elements.count - start, expected: expected, axis: axis)
        }
    }
}

/// Why a JSON array is not the tensor that its shape says.
enum JSONTensorError: Error, Equatable, CustomStringConvertible {
    case noList
    case mixed
    case tooMany(expected: Int, axis: Int)
    case tooFew(Int, expected: Int, axis: Int)

    var description: String {
        switch self {
        case .noList: "its data must be a list"
        case .mixed: "its data has elements beside lists"
        case .tooMany(let expected, let axis):
            "its shape needs \(expected) entries in a list along axis \(axis), but there are more"
        case .tooFew(let count, let expected, let axis):
            "its shape needs \(expected) entries in a list along axis \(axis), but one has \(count)"
        }
    }
}
