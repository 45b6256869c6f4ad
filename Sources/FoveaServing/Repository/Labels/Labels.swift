import FoveaCatalogue

/// Class names in the order of the classes.
public struct Labels: Sendable, Equatable {
    public let names: [String]
    /// What to call the list in messages: its file, or the name of a built-in one.
    public let origin: String

    /// No list of class names is larger.
    static let byteLimit = 4 << 20

    /// Reads one name a line; the last line may lack its end, lines may end in CR LF.
    public init(text: [UInt8], origin: String) throws(LabelsError) {
        guard text.count <= Labels.byteLimit else { throw .tooLarge(file: origin, limit: Labels.byteLimit) }
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var names: [String] = []
        names.reserveCapacity(lines.count)
        for (index, line) in lines.enumerated() {
            let name = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !name.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { throw .emptyLine(index + 1, file: origin) }
            guard let text = String(validating: name, as: UTF8.self) else { throw .notUTF8(file: origin) }
            names.append(text)
        }
        (self.names, self.origin) = (names, origin)
    }

    /// Reads the file at `path`; `origin` is its name in messages.
    init(contentsOf path: String, origin: String) throws(LabelsError) {
        let text: [UInt8]
        do { text = try FileSystem.contents(of: path, limit: Labels.byteLimit) } catch { throw .file(error) }
        try self.init(text: text, origin: origin)
    }

    /// A list that the program carries, by the name that cards have for it.
    public enum BuiltIn: String, Sendable, CaseIterable {
        /// The classes of ImageNet, in the order of their synsets.
        case imageNet1K = "imagenet-1k"
        /// The things of COCO, in the order of their category ids, whose gaps are left out.
        case coco80 = "coco-80"
        /// The classes of PASCAL VOC.
        case voc20 = "voc-20"
    }

    public init(_ list: BuiltIn) throws(LabelsError) {
        let text =
            switch list {
            case .imageNet1K: CatalogueFiles.imageNetLabels
            case .coco80: CatalogueFiles.cocoLabels
            case .voc20: CatalogueFiles.vocLabels
            }
        try self.init(text: text, origin: list.rawValue)
    }

    /// Throws unless there is one name for each of `classes` classes.
    ///
    /// - Parameter hasBackground: whether the model has a class beside them that means nothing, and has no name.
    public func check(classes: Int, hasBackground: Bool = false) throws(LabelsError) {
        guard names.count != classes else { return }
        throw .count(names.count, file: origin, classes: classes, hasBackground: hasBackground)
    }
}
