import Glibc

/// What changes in a file's metadata when its content does.
public struct FileStamp: Sendable, Equatable {
    let device: UInt
    let inode: UInt
    let size: Int
    /// Of the last change of the content, and of the metadata: copying a file with its times keeps only the first.
    let modified, changed: Nanoseconds
    private let mode: mode_t

    /// Seconds and nanoseconds since 1970.
    struct Nanoseconds: Sendable, Equatable {
        let seconds, nanoseconds: Int

        fileprivate init(_ time: timespec) { (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec) }
    }

    private init(_ status: stat) {
        (device, inode, size) = (UInt(status.st_dev), UInt(status.st_ino), Int(status.st_size))
        (modified, changed, mode) = (.init(status.st_mtim), .init(status.st_ctim), status.st_mode)
    }

    /// The file at `path` at this moment, links followed; nil if there is none that can be asked about.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// An open file; nil if the descriptor is none.
    public init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    public var isRegularFile: Bool { mode & S_IFMT == S_IFREG }
    public var isReadableByOthers: Bool { mode & (S_IRGRP | S_IROTH) != 0 }
    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
}
