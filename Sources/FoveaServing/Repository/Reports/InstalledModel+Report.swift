public import FoveaJSON
import FoveaModels

extension InstalledModel {
    /// What `fovea models show` says: the card, and what it means.
    public var text: String {
        var text = "\(name) version \(version), in \(directory.printable)\n"
        text += "  weights   \(card.weights.printable), \(ByteCount(weightsBytes))\n"
        text += "  from      \(card.source?.printable ?? "unknown")\n"
        text += "model.json:\n" + card.json.prettyText
        return text + "input, with the defaults of \(architecture.name):\n" + input.json.prettyText
    }

    public var json: JSONValue {
        .object([
            .init("name", .string(name.description)), .init("version", .integer(version)),
            .init("installed", .bool(true)), .init("directory", .string(directory)),
            .init("bytes", .integer(weightsBytes)), .init("card", card.json), .init("input", input.json),
        ])
    }
}
