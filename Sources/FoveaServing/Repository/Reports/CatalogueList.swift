public import FoveaJSON
import FoveaModels

/// What `fovea models list --available` says of the catalogue.
public struct CatalogueList: Sendable {
    private let catalogue: Catalogue

    public init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    /// A table for people: a row a model.
    public var text: String {
        var table = TextTable(["NAME", "TASK", "ARCHITECTURE", "SIZE", "LICENCE", "DESCRIPTION"], right: ["SIZE"])
        for entry in catalogue.entries {
            table.add([
                entry.name.description, entry.card.task.rawValue, entry.card.architecture,
                ByteCount(entry.size).description, entry.card.license ?? "-", entry.card.description ?? "",
            ])
        }
        return table.text
    }

    public var json: JSONValue { .array(catalogue.entries.map(\.json)) }
}

extension CatalogueEntry {
    /// What a pull of this model would fetch, as `fovea models show` says it.
    public var text: String {
        var text = "\(name) is not installed; fovea models pull \(name) would fetch\n"
        text += "  from      \(source)\n"
        text += "  size      \(sizeIsExact ? "" : "about ")\(ByteCount(size))\n"
        text += "  sha256    \(digest.text)\n"
        return text + "and write this card:\n" + card.json.prettyText
    }

    public var json: JSONValue {
        var fields: [JSONValue.Field] = [
            .init("name", .string(name.description)), .init("installed", .bool(false)),
            .init("source", .string(source)), .init(sizeIsExact ? "bytes" : "bytes_about", .integer(size)),
        ]
        switch digest {
        case .whole(let digest): fields.append(.init("sha256", .string(digest.description)))
        case .prefix(let start): fields.append(.init("sha256_prefix", .string(start)))
        }
        return .object(fields + [.init("card", card.json)])
    }
}
