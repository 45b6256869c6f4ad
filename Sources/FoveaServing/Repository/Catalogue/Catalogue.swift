import FoveaJSON
import FoveaCatalogue
public import FoveaModels

/// The published models that can be fetched by name.
public struct Catalogue: Sendable {
    public let entries: [CatalogueEntry]
    /// The model that a task takes when none is named.
    public let defaults: [ModelTask: ModelName]
    /// The model that a task takes where there is no other: those that come with this program.
    public let fallbacks: [ModelTask: ModelName]

    /// Reads the text of a `catalogue.json`.
    public init(json bytes: [UInt8]) throws(CatalogueError) {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes, limits: .init(bytes: 4 << 20)) } catch { throw .json(error) }
        do throws(CardError) {
            var reader = try FieldReader(value, at: "")
            _ = try reader.optional("notes", "a list of texts", \.array)
            defaults = try Catalogue.models(of: "defaults", &reader)
            fallbacks = try Catalogue.models(of: "fallbacks", &reader)
            let models = try reader.required("models", "a list of models", \.array)
            try reader.finish()
            var entries: [CatalogueEntry] = []
            for (index, model) in models.enumerated() {
                entries.append(try CatalogueEntry(model, at: "models[\(index)]"))
            }
            self.entries = entries
        } catch { throw .content(error) }
    }

    /// The catalogue that the program carries.
    public static func builtIn() throws(CatalogueError) -> Catalogue { try Catalogue(json: CatalogueFiles.models) }

    /// The entry called `name`.
    public func entry(named name: String) throws(CatalogueError) -> CatalogueEntry {
        guard let entry = entries.first(where: { $0.name.description == name }) else {
            throw .unknownModel(name)
        }
        return entry
    }

    /// The entry whose published weights have `digest`.
    func entry(withDigest digest: SHA256Digest) -> CatalogueEntry? {
        entries.first { $0.digest.accepts(digest) }
    }

    /// A model for each task, of a field of the catalogue.
    private static func models(
        of field: String, _ catalogue: inout FieldReader
    ) throws(CardError) -> [ModelTask: ModelName] {
        guard let value = catalogue.value(field) else { return [:] }
        var reader = try FieldReader(value, at: field)
        var models: [ModelTask: ModelName] = [:]
        for task in ModelTask.allCases {
            models[task] = try reader.optional(task.rawValue, "a model's name", \.modelName)
        }
        try reader.finish()
        return models
    }
}
