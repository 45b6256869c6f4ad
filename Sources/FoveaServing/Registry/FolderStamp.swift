/// What tells whether the files of a folder have changed: their names and what is known of them, nothing of their content.
struct FolderStamp: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        let name: String
        /// nil for a folder, whose own times change with everything that comes and goes in it, hidden files too.
        let file: FileStamp?
    }

    private let entries: [Entry]

    /// Looks at the files of `directory` and, where `depth` is over 0, at those of its folders. Hidden ones don't count.
    init(of directory: String, depth: Int = 0) {
        var entries: [Entry] = []
        Self.collect(directory, prefix: "", depth: depth, into: &entries)
        self.entries = entries
    }

    private static func collect(_ directory: String, prefix: String, depth: Int, into entries: inout [Entry]) {
        for name in (try? FileSystem.names(in: directory)) ?? [] where !name.utf8.starts(with: ".".utf8) {
            let path = directory + "/" + name
            guard let file = FileStamp(path: path) else { continue }
            entries.append(Entry(name: prefix + name, file: file.isFolder ? nil : file))
            if file.isFolder, depth > 0 { collect(path, prefix: prefix + name + "/", depth: depth - 1, into: &entries) }
        }
    }
}
