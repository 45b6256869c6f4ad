import FoveaJSON

extension ModelRepository {
    /// Makes a version of a model out of what `build` puts into the empty folder that it is given.
    ///
    /// The folder stands beside the models under a hidden name, `.NAME.partial-…`; it takes its place in one step,
    /// when all of it is on the disk, or is removed. The caller holds the lock of `name`.
    /// Throws `RepositoryError.exists` if the version is there already.
    func install(_ name: ModelName, version: Int?, build: (_ folder: String) throws -> Void) throws {
        try removeLeftovers(of: name)
        try requireVacant(name, version: version)
        let staging = path(of: ".\(name).partial-" + ModelRepository.randomDigits())
        do {
            try FileSystem.makeDirectories(staging)
            let folder = version.map { "\(staging)/\($0)" } ?? staging
            if version != nil { try FileSystem.makeDirectory(folder, existing: false) }
            try build(folder)
            try FileSystem.synchronize(tree: staging)
            try publish(staging, as: name, version: version)
        } catch {
            try? FileSystem.removeTree(staging)
            throw error
        }
    }

    /// Throws unless `version` of `name` (all of `name` when `nil`) can be added.
    func requireVacant(_ name: ModelName, version: Int?) throws(RepositoryError) {
        let folder = path(of: name.description)
        guard FileSystem.kind(of: folder) != nil else { return }
        guard let version else { throw .exists(name.description) }
        guard FileSystem.kind(of: folder + "/" + ModelCard.fileName) == nil else { throw .unnumbered(name.description) }
        guard FileSystem.kind(of: "\(folder)/\(version)") == nil else {
            throw .exists("\(name) version \(version)")
        }
    }

    private func publish(_ staging: String, as name: ModelName, version: Int?) throws(FileError) {
        let folder = path(of: name.description)
        if let version, FileSystem.kind(of: folder) == .directory {
            try FileSystem.move("\(staging)/\(version)", to: "\(folder)/\(version)")
            try FileSystem.synchronize(directory: folder)
            try FileSystem.removeTree(staging)
        } else {
            try FileSystem.move(staging, to: folder)
        }
        try FileSystem.synchronize(directory: directory)
    }

    /// Removes what an interrupted change of `name` left behind; the caller holds the lock of `name`.
    func removeLeftovers(of name: ModelName) throws(FileError) {
        guard FileSystem.kind(of: directory) == .directory else { return }
        let prefix = ".\(name).partial-"
        for folder in try FileSystem.names(in: directory) where folder.utf8.starts(with: prefix.utf8) {
            // Another model may be called NAME.partial-x: only what randomDigits() made belongs to this one.
            let digits = folder.utf8.dropFirst(prefix.utf8.count)
            guard digits.count == 8, digits.allSatisfy({ hexadecimalDigit($0) != nil }) else { continue }
            try FileSystem.removeTree(path(of: folder))
        }
    }

    /// Eight hexadecimal digits.
    static func randomDigits() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
