extension JSONValue {
    /// The value as indented JSON text for people and programs; what holds only a few plain values stays on one line.
    public var prettyText: String {
        var text = ""
        JSONWriter.write(self, indent: 0, into: &text)
        return text + "\n"
    }
}

/// Writes JSON in the order of the fields, two spaces a level.
enum JSONWriter {
    static func write(_ value: JSONValue, indent: Int, into text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .number(let number): text += self.text(of: number)
        case .string(let string): text += quoted(string)
        case .array(let values) where values.allSatisfy(\.isPlain):
            text += "["
            for (index, element) in values.enumerated() {
                text += index > 0 ? ", " : ""
                write(element, indent: indent, into: &text)
            }
            text += "]"
        case .array(let values):
            block("[", "]", values, indent: indent, into: &text) { element, text in
                write(element, indent: indent + 1, into: &text)
            }
        case .object(let fields) where fields.isEmpty: text += "{}"
        case .object(let fields) where indent > 0 && fields.count <= 2 && fields.allSatisfy(\.value.isPlain):
            text += "{ "
            for (index, field) in fields.enumerated() {
                text += (index > 0 ? ", " : "") + quoted(field.name) + ": "
                write(field.value, indent: indent, into: &text)
            }
            text += " }"
        case .object(let fields):
            block("{", "}", fields, indent: indent, into: &text) { field, text in
                text += quoted(field.name) + ": "
                write(field.value, indent: indent + 1, into: &text)
            }
        }
    }

    private static func block<Element>(
        _ open: String, _ close: String, _ elements: [Element], indent: Int, into text: inout String,
        each body: (Element, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            text += (index > 0 ? "," : "") + "\n" + String(repeating: "  ", count: indent + 1)
            body(element, &text)
        }
        text += "\n" + String(repeating: "  ", count: indent) + close
    }

    /// A number, whole ones without a fraction; `null` if it is not finite.
    static func text(of number: Double) -> String {
        Int(exactly: number).map(String.init) ?? (number.isFinite ? number.description : "null")
    }

    static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\u{0}"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

extension JSONValue {
    fileprivate var isPlain: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
