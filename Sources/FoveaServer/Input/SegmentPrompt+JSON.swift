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
                    guard let point = Point(numbers: value.numbers) else {
                        throw invalid("a point is [x, y] or [x, y, label], label 1 on the thing, 0 beside it")
                    }
                    points.append(point)
                }
            case ("box", let value):
                guard let found = Box(numbers: value.numbers) else { throw invalid("a box is [x1, y1, x2, y2]") }
                box = found
            case ("mask", .string(let id)): mask = id
            case ("points", _): throw invalid("\"points\" must be a list of points")
            case ("mask", _): throw invalid("\"mask\" must be the mask_id of an earlier answer")
            default:
                throw invalid("there is no \"\(field.name.printable)\" in a prompt; it has points, box and mask")
            }
        }
    }
}

extension JSONValue {
    /// The numbers of a list of nothing else; none if this is no such list.
    fileprivate var numbers: [Double] {
        guard case .array(let values) = self else { return [] }
        let numbers = values.compactMap { value -> Double? in
            guard case .number(let number) = value else { return nil }
            return number
        }
        return numbers.count == values.count ? numbers : []
    }
}
