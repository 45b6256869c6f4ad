import Glibc

/// What tells whether the files of a folder have changed: names, sizes and times, nothing of their content.
struct FolderStamp: Sendable, Equatable {
    private struct File: Sendable, Equatable {
        let name: String
        let size: Int
        let inode: UInt
        let modified: Int
        let modifiedNanoseconds: Int
    }

    private let files: [File]

    /// Looks at the files of `directory` and, where `depth` is over 0, at those of its folders. Hidden ones don't count.
    init(of directory: String, depth: Int = 0) {
        var files: [File] = []
        Self.collect(directory, prefix: "", depth: depth, into: &files)
        self.files = files
    }

    private static func collect(_ directory: String, prefix: String, depth: Int, into files: inout [File]) {
        for name in (try? FileSystem.names(in: directory)) ?? [] where !name.utf8.starts(with: ".".utf8) {
            let path = directory + "/" + name
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            files.append(
                File(
                    name: prefix + name, size: isFolder ? 0 : status.st_size, inode: status.st_ino,
                    modified: isFolder ? 0 : status.st_mtim.tv_sec,
                    modifiedNanoseconds: isFolder ? 0 : status.st_mtim.tv_nsec))
            if isFolder, depth > 0 { collect(path, prefix: prefix + name + "/", depth: depth - 1, into: &files) }
        }
    }
}
