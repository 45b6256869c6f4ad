public import FoveaJSON

/// Photographs and what is on them, as COCO's annotation files say it (https://cocodataset.org/#format-data).
public struct CocoDataset: Sendable {
    /// A photograph.
    public struct Photograph: Sendable, Equatable {
        public let id: Int
        /// Relative to where the photographs are.
        public let fileName: String
    }

    /// One thing on a photograph, or a crowd of such.
    public struct Annotation: Sendable, Equatable {
        public let image: Int
        public let category: Int
        public let box: PixelBox
        public let isCrowd: Bool
        /// `segmentation` as the file has it; it is read where masks are wanted.
        public let segmentation: JSONValue?
    }

    /// In the order of their numbers.
    public let photographs: [Photograph]
    public let annotations: [Annotation]
    /// Names by number.
    public let categories: [Int: String]

    /// Why a file is no dataset.
    public enum Failure: Error, Equatable {
        case json(JSONError)
        /// `entry` is where: `annotations[17].bbox`.
        case invalid(entry: String, expected: String)
        case unknownImage(entry: String, Int)
        case unknownCategory(entry: String, Int)
        case duplicate(entry: String, Int)
    }

    /// The largest file: COCO's own training set has 450 MB.
    private static let limits = JSONParser.Limits(bytes: 1 << 30, values: 1 << 28)

    public init(_ text: [UInt8]) throws(Failure) {
        var (photographs, categories, annotations): ([Int: Photograph], [Int: String], [(String, Annotation)]) = (
            [:], [:], []
        )
        try Self.forEachEntry(of: text) { array, entry throws(Failure) in
            switch array {
            case "images":
                let photograph = Photograph(id: try entry.integer("id"), fileName: try entry.string("file_name"))
                guard photographs.updateValue(photograph, forKey: photograph.id) == nil else {
                    throw .duplicate(entry: entry.path, photograph.id)
                }
            case "categories":
                let (id, name) = (try entry.integer("id"), try entry.string("name"))
                guard categories.updateValue(name, forKey: id) == nil else { throw .duplicate(entry: entry.path, id) }
            default:
                let isCrowd = entry["iscrowd"] == .number(1) || entry["iscrowd"] == .bool(true)
                annotations.append(
                    (
                        entry.path,
                        Annotation(
                            image: try entry.integer("image_id"), category: try entry.integer("category_id"),
                            box: try entry.box("bbox"), isCrowd: isCrowd, segmentation: entry["segmentation"])
                    ))
            }
        }
        for (path, annotation) in annotations {
            guard photographs[annotation.image] != nil else { throw .unknownImage(entry: path, annotation.image) }
            guard categories[annotation.category] != nil else {
                throw .unknownCategory(entry: path, annotation.category)
            }
        }
        self.photographs = photographs.values.sorted { $0.id < $1.id }
        (self.categories, self.annotations) = (categories, annotations.map(\.1))
    }

    /// Calls `body` with each element of the arrays that count, and with the array's name.
    private static func forEachEntry(
        of text: [UInt8], _ body: (String, DatasetEntry) throws(Failure) -> Void
    ) throws(Failure) {
        func json<Value>(_ read: () throws(JSONError) -> Value) throws(Failure) -> Value {
            do throws(JSONError) { return try read() } catch { throw .json(error) }
        }
        var parser = try json { () throws(JSONError) in try JSONParser(text, limits: limits) }
        guard var members = try json({ () throws(JSONError) in try parser.openObject() }) else {
            throw .invalid(entry: "the file", expected: "an object with images, categories and annotations")
        }
        while let name = try json({ () throws(JSONError) in try parser.nextName(&members) }) {
            guard ["images", "categories", "annotations"].contains(name) else {
                _ = try json { () throws(JSONError) in try parser.skip() }
                continue
            }
            guard var elements = try json({ () throws(JSONError) in try parser.openArray() }) else {
                throw .invalid(entry: name, expected: "an array")
            }
            var index = 0
            while try json({ () throws(JSONError) in try parser.hasNext(&elements) }) {
                let value = try json { () throws(JSONError) in try parser.value() }
                try body(name, DatasetEntry(value, path: "\(name)[\(index)]"))
                index += 1
            }
        }
        try json { () throws(JSONError) in try parser.finish() }
    }
}

extension CocoDataset.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .json(let error): "not an annotation file: \(error)"
        case .invalid(let entry, let expected): "\(entry) must be \(expected)"
        case .unknownImage(let entry, let id): "\(entry) is on image \(id), which is not among 'images'"
        case .unknownCategory(let entry, let id): "\(entry) is of category \(id), which is not among 'categories'"
        case .duplicate(let entry, let id): "\(entry) has the id \(id) again"
        }
    }
}
