import FoveaJSON
import FoveaModels

extension ModelCard {
    /// Reads the text of `model.json`.
    ///
    /// Throws what names the field, what it holds and what it should hold; unknown fields are refused.
    public init(json bytes: [UInt8]) throws(CardError) {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes, limits: .init(bytes: ModelCard.byteLimit)) } catch {
            throw .json(error)
        }
        try self.init(value, at: "", weights: nil)
    }

    /// Reads a card from `value`; `weights` stands in for the field where the file's name is known from elsewhere.
    init(_ value: JSONValue, at path: String, weights: String?) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        let tasks = ModelTask.allCases.map(\.rawValue).joined(separator: ", ")
        let task = try reader.required("task", "one of \(tasks)") { $0.string.flatMap(ModelTask.init) }
        let architecture = try reader.required("architecture", "a name such as efficientnet_lite0", \.line)
        let named = "the name of a file in the model's folder"
        let weights =
            if let weights { weights } else { try reader.required("weights", named, \.fileName) }
        self.init(task: task, architecture: architecture, weights: weights)
        let lists = FoveaServing.Labels.BuiltIn.allCases.map(\.rawValue).joined(separator: ", ")
        labels = try reader.optional("labels", "\(lists) or \(named)", Labels.init)
        sha256 = try reader.optional("sha256", "64 hexadecimal digits") { $0.string.flatMap(SHA256Digest.init) }
        license = try reader.optional("license", "one line of text", \.line)
        source = try reader.optional("source", "one line of text", \.line)
        if let input = reader.value("input") { self.input = try InputOverride(input, at: reader.name(of: "input")) }
        let habits = reader.value("detector")
        classifier = try reader.optional("classifier", "the name of a model that classifies") {
            $0.modelName?.description
        }
        if task != .detect, let got = habits?.summary ?? classifier {
            throw .invalid(
                field: reader.name(of: habits == nil ? "classifier" : "detector"), got: got,
                expected: "no such field where the task is \(task.rawValue)")
        }
        if let habits { detector = try DetectorHabits(habits, at: reader.name(of: "detector")) }
        let precisions = Precision.allCases.map(\.rawValue).joined(separator: ", ")
        precision = try reader.optional("precision", "one of \(precisions)") { $0.string.flatMap(Precision.init) }
        exactDecoding = try reader.optional("exact_decoding", "true or false", \.bool)
        version = try reader.optional("version", "one line of text", \.line)
        description = try reader.optional("description", "text") { $0.string }
        if let batching = reader.value("batching") {
            self.batching = try Batching(batching, at: reader.name(of: "batching"))
        }
        isPinned = try reader.optional("pinned", "true or false", \.bool)
        if let tests = try reader.optional("self_test", "a list of objects with image and label", \.array) {
            selfTests = []
            for (index, test) in tests.enumerated() {
                selfTests?.append(try SelfTest.Promise(test, at: "\(reader.name(of: "self_test"))[\(index)]"))
            }
        }
        try reader.finish()
    }
}

extension Batching {
    init(_ value: JSONValue, at path: String) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        let size = try reader.required("max_size", "2…64 images") { $0.integer(in: 2...64) }
        let delay = try reader.optional("max_delay_ms", "0…1000 milliseconds") { value in
            value.float.flatMap { (0...1000).contains($0) ? $0 : nil }
        }
        try reader.finish()
        self.init(maxSize: size, maxDelay: .microseconds(Int(1000 * (delay ?? 0))))
    }
}

extension SelfTest.Promise {
    init(_ value: JSONValue, at path: String) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        image = try reader.required("image", "the name of a file in the model's folder", \.fileName)
        label = try reader.required("label", "the label of the class that must win", \.line)
        score = try reader.optional("score", "a probability, 0…1") { value in
            value.float.flatMap { (0...1).contains($0) ? $0 : nil }
        }
        tolerance = try reader.optional("tolerance", "how far the probability may be off, 0…1") { value in
            value.float.flatMap { (0...1).contains($0) ? $0 : nil }
        }
        try reader.finish()
    }
}

extension InputOverride {
    init(_ value: JSONValue, at path: String) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        let sides = 1...InputOverride.sideLimit
        size = try reader.optional("size", "[height, width], each 1…\(InputOverride.sideLimit) pixels") { value in
            value.array.flatMap { $0.count == 2 ? $0.allConverted { $0.integer(in: sides) } : nil }
        }
        resize = try InputOverride.resize(&reader)
        mean = try reader.optional("mean", "three numbers on the scale 0…255 (red, green, blue)") { value in
            value.array.flatMap { $0.count == 3 ? $0.allConverted(\.float) : nil }
        }
        std = try reader.optional("std", "three positive numbers on the scale 0…255 (red, green, blue)") { value in
            value.array.flatMap { values in
                values.count == 3 ? values.allConverted { $0.float.flatMap { $0.isNormal && $0 > 0 ? $0 : nil } } : nil
            }
        }
        try reader.finish()
    }

    private static func resize(_ reader: inout FieldReader) throws(CardError) -> Resize? {
        guard let value = reader.value("resize") else { return nil }
        if value == .string("stretch") { return .stretch }
        if value == .string("letterbox") { return .letterbox }
        let path = reader.name(of: "resize")
        guard case .object(let fields) = value, !fields.isEmpty else {
            throw .invalid(
                field: path, got: value.summary,
                expected: "\"stretch\", \"letterbox\" or an object with shorter_side and filter")
        }
        var inner = try FieldReader(value, at: path)
        let side = try inner.optional("shorter_side", "1…\(2 * sideLimit) pixels") { $0.integer(in: 1...2 * sideLimit) }
        let filter = try inner.optional("filter", "bilinear or bicubic") {
            $0.string.flatMap(InputSpecification.Filter.init)
        }
        try inner.finish()
        return .crop(shorterSide: side, filter: filter)
    }
}

extension ModelCard.Labels {
    fileprivate init?(_ value: JSONValue) {
        guard let name = value.fileName else { return nil }
        self = FoveaServing.Labels.BuiltIn(rawValue: name).map(Self.builtIn) ?? .file(name)
    }
}

extension JSONValue {
    /// A text of one line that isn't empty.
    var line: String? {
        guard let string, !string.isEmpty, string.utf8.count <= 1024, !string.utf8.contains(where: { $0 < 0x20 }) else {
            return nil
        }
        return string
    }

    /// The name of a file, not a path: no separator, not hidden, no `..`.
    var fileName: String? {
        guard let line, line.utf8.count <= 255, line.utf8.first != UInt8(ascii: "."),
            !line.utf8.contains(UInt8(ascii: "/"))
        else { return nil }
        return line
    }
}

extension [JSONValue] {
    fileprivate func allConverted<Value>(_ convert: (JSONValue) -> Value?) -> [Value]? {
        let values = compactMap(convert)
        return values.count == count ? values : nil
    }
}
