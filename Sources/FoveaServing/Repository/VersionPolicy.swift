import FoveaJSON

/// Which of a model's numbered versions serve: what `versions.json` in its folder says.
///
/// `{"policy": "all"}`, which is also meant where there is no such file, `{"policy": "latest"}`, `{"policy": {"latest": 2}}`
/// or `{"policy": [1, 3]}`.
public enum VersionPolicy: Sendable, Equatable {
    case all
    /// The highest ones that are good.
    case latest(Int)
    /// These and no others.
    case given(Set<Int>)

    static let fileName = "versions.json"
    private static let byteLimit = 64 << 10

    /// The policy of the model in `directory`.
    init(in directory: String) throws(RepositoryError) {
        let path = directory + "/" + Self.fileName
        guard FileSystem.kind(of: path) != nil else {
            self = .all
            return
        }
        let text: [UInt8]
        do { text = try FileSystem.contents(of: path, limit: Self.byteLimit) } catch { throw .file(error) }
        do { try self.init(json: text) } catch { throw .policy(error) }
    }

    /// Reads the text of `versions.json`.
    init(json bytes: [UInt8]) throws(CardError) {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes, limits: .init(bytes: Self.byteLimit)) } catch { throw .json(error) }
        var reader = try FieldReader(value, at: "")
        let expected = "\"all\", \"latest\", {\"latest\": 2} or a list of version numbers"
        let policy = try reader.required("policy", expected) { $0 }
        try reader.finish()
        switch policy {
        case "all": self = .all
        case "latest": self = .latest(1)
        case .object:
            var inner = try FieldReader(policy, at: "policy")
            self = .latest(try inner.required("latest", "how many, 1…1000") { $0.integer(in: 1...1000) })
            try inner.finish()
        case .array(let values):
            let numbers = values.compactMap { $0.integer(in: 1...999_999_999) }
            guard !numbers.isEmpty, numbers.count == values.count else { fallthrough }
            self = .given(Set(numbers))
        default: throw .invalid(field: "policy", got: policy.summary, expected: expected)
        }
    }

    /// The policy as `GET /v2/models/…/config` shows it.
    public var description: String {
        switch self {
        case .all: "all"
        case .latest(let count): "the latest \(count)"
        case .given(let numbers): "versions " + numbers.sorted().map(String.init).joined(separator: ", ")
        }
    }
}
