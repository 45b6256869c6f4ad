import FoveaJSON
import FoveaServing

extension SegmentPrompt {
    /// Reads `{"points": [[x, y], [x, y, label], …], "box": [x1, y1, x2, y2], "mask": "…"}`; each may be left out.
    ///
    /// - Parameter number: which of a request's prompts it is, from 0, to be named.
    init(_ value: JSONValue, number: Int) throws(APIError) {
        func invalid(_ problem: String) -> APIError { APIError(.invalidPrompt, "prompt \(number): \(problem)") }
        guard case .object(let fields) = value else { throw invalid("it must be an object with points, a box or both") }
        self.init()
        for field in fields {
            switch (field.name, field.value) {
            case ("points", .array(let values)):
                for value in values {
                    guard let numbers = value.numbers, (2...3).contains(numbers.count) else {
                        throw invalid("a point is [x, y] or [x, y, label]")
                    }
                    points.append(try Point(numbers))
                }
            case ("box", let value):
                guard let numbers = value.numbers, numbers.count == 4 else {
                    throw invalid("a box is [x1, y1, x2, y2]")
                }
                box = Box(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3])
            case ("mask", .string(let id)): mask = id
            case ("points", _): throw invalid("\"points\" must be a list of points")
            case ("mask", _): throw invalid("\"mask\" must be the mask_id of an earlier answer")
            default:
                throw invalid("there is no \"\(field.name.printable)\" in a prompt; it has points, box and mask")
            }
        }
    }
}

extension SegmentPrompt.Point {
    /// Of x, y and perhaps a label: 1 for foreground, which is meant without one, and 0 for background.
    init(_ numbers: [Double]) throws(APIError) {
        let label = numbers.count > 2 ? numbers[2] : 1
        guard label == 0 || label == 1 else {
            throw APIError(
                .invalidPrompt, "the label of a point is \(label); it must be 1, foreground, or 0, background")
        }
        self.init(x: numbers[0], y: numbers[1], isForeground: label == 1)
    }
}

extension JSONValue {
    /// The numbers of a list of nothing else.
    fileprivate var numbers: [Double]? {
        guard case .array(let values) = self else { return nil }
        let numbers = values.compactMap { value -> Double? in
            guard case .number(let number) = value else { return nil }
            return number
        }
        return numbers.count == values.count ? numbers : nil
    }
}
