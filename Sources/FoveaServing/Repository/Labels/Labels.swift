import FoveaCatalogue

/// Class names in the order of the classes.
public struct Labels: Sendable, Equatable {
    public let names: [String]
    /// What to call the list in messages: its file, or `imagenet-1k`.
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

    /// The 1000 classes of ImageNet that the program carries.
    public static func imageNet1K() throws(LabelsError) -> Labels {
        try Labels(text: CatalogueFiles.imageNetLabels, origin: ModelCard.Labels.imageNet1K.text)
    }

    /// Throws unless there is one name for each of `classes` classes.
    public func check(classes: Int) throws(LabelsError) {
        guard names.count == classes else { throw .count(names.count, file: origin, classes: classes) }
    }
}
