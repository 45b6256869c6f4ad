public import FoveaJSON
import FoveaModels

/// What `fovea models list` says of a repository.
public struct ModelList: Sendable {
    private struct Row {
        var name: String
        var version: Int?
        var model: Result<InstalledModel, RepositoryError>
    }

    private let rows: [Row]

    public init(_ entries: [ModelEntry]) {
        rows = entries.flatMap { entry -> [Row] in
            if let problem = entry.problem { return [Row(name: entry.name, version: nil, model: .failure(problem))] }
            return entry.versions.map { Row(name: entry.name, version: $0.number, model: $0.model) }
        }
    }

    public var isEmpty: Bool { rows.isEmpty }

    /// A table for people: a row a version, the reason in the last column where one is wrong.
    public var text: String {
        var table = TextTable(
            ["NAME", "VERSION", "TASK", "ARCHITECTURE", "SIZE", "STATE"], right: ["VERSION", "SIZE"])
        for row in rows {
            let start = [row.name.printable, row.version.map(String.init) ?? "-"]
            switch row.model {
            case .success(let model):
                table.add(
                    start + [
                        model.card.task.rawValue, model.architecture.name, ByteCount(model.weightsBytes).description,
                        "good",
                    ])
            case .failure(let error): table.add(start + ["-", "-", "-", "wrong: \(error)"])
            }
        }
        return table.text
    }

    /// An array for programs: `name`, `version`, `state` (`good`, `wrong`) and `task`, `architecture`, `bytes` or `reason`.
    public var json: JSONValue {
        .array(
            rows.map { row in
                var fields = [JSONValue.Field("name", .string(row.name))]
                if let version = row.version { fields.append(.init("version", .integer(version))) }
                switch row.model {
                case .success(let model):
                    fields += [
                        .init("state", .string("good")),
                        .init("task", .string(model.card.task.rawValue)),
                        .init("architecture", .string(model.architecture.name)),
                        .init("bytes", .integer(model.weightsBytes)),
                    ]
                case .failure(let error):
                    fields += [.init("state", .string("wrong")), .init("reason", .string("\(error)"))]
                }
                return .object(fields)
            })
    }
}
