import Glibc

/// The few operations on files and folders that the repository needs.
enum FileSystem {
    enum Kind { case file, directory, other }

    /// What stands at `path`, symbolic links followed; `nil` where nothing does.
    static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// Bytes of the file at `path`.
    static func size(of path: String) throws(FileError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .last("look at", path) }
        return status.st_size
    }

    /// The names in the folder `path`, sorted, without `.` and `..`.
    static func names(in path: String) throws(FileError) -> [String] {
        guard let directory = opendir(path) else { throw .last("list", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The path with every symbolic link resolved.
    static func realPath(_ path: String) throws(FileError) -> String {
        guard let resolved = realpath(path, nil) else { throw .last("find", path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Makes the folder `path`; one that is already there is fine if `isFine`.
    static func makeDirectory(_ path: String, existing isFine: Bool) throws(FileError) {
        guard mkdir(path, 0o777) == 0 || (isFine && errno == EEXIST) else { throw .last("make the folder", path) }
    }

    /// Makes the folder `path` and the ones above it that are missing.
    static func makeDirectories(_ path: String) throws(FileError) {
        var parent = path.hasPrefix("/") ? "/" : ""
        for component in path.utf8.split(separator: UInt8(ascii: "/")) {
            parent += String(decoding: component, as: UTF8.self)
            if kind(of: parent) != .directory { try makeDirectory(parent, existing: true) }
            parent += "/"
        }
    }

    /// Moves what stands at `source`; an empty folder at `target` is replaced, a full one refused (`EEXIST`, `ENOTEMPTY`).
    static func move(_ source: String, to target: String) throws(FileError) {
        guard rename(source, target) == 0 else { throw .last("move a folder to", target) }
    }

    /// Removes the folder or file at `path` with all it holds; links are removed, not followed. Nothing there is fine.
    static func removeTree(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .last("remove", path)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            // As deep as a path may be long: the recursion is bounded by PATH_MAX.
            for name in try names(in: path) { try removeTree(path + "/" + name) }
        }
        guard remove(path) == 0 else { throw .last("remove", path) }
    }

    /// Makes sure that the folder at `path` survives a power cut, with the files and folders in it.
    static func synchronize(tree path: String) throws(FileError) {
        for name in try names(in: path) {
            let inner = path + "/" + name
            if kind(of: inner) == .directory {
                try synchronize(tree: inner)
            } else {
                try File(inner, O_RDONLY).synchronize()
            }
        }
        try synchronize(directory: path)
    }

    /// Makes sure that the folder's own entries survive a power cut.
    static func synchronize(directory path: String) throws(FileError) {
        try File(path, O_RDONLY | O_DIRECTORY).synchronize()
    }
}

extension FileSystem {
    /// The last component of `path`.
    static func name(of path: String) -> String {
        String(decoding: path.utf8.split(separator: UInt8(ascii: "/")).last ?? ""[...].utf8, as: UTF8.self)
    }
}
