import FoveaJSON
import Glibc

/// A download that isn't complete: the bytes so far, and beside them what is needed to ask for the rest.
///
/// One process at a time: the caller holds the model's lock.
struct PartialFile: Sendable {
    let path: String
    private var notePath: String { path + ".json" }

    /// How many bytes are there already, and the validator that makes sure that the rest is of the same file.
    struct Resumption: Equatable {
        let offset: Int
        let validator: String
    }

    /// Where the download from `address` may go on; `nil` when it must start over.
    func resumption(of address: String) -> Resumption? {
        guard let size = try? FileSystem.size(of: path), size > 0,
            let text = try? FileSystem.contents(of: notePath, limit: 1 << 16),
            let note = try? JSONParser.parse(text, limits: .init(bytes: 1 << 16)), case .object(let fields) = note,
            fields.first(where: { $0.name == "address" })?.value == .string(address),
            let validator = fields.first(where: { $0.name == "validator" })?.value.string
        else { return nil }
        return Resumption(offset: size, validator: validator)
    }

    /// Opens the file to append at its end.
    func append() throws(FileError) -> File { try File(path, O_WRONLY | O_APPEND) }

    /// Starts over, with what the server said of the file at `address`: without a validator it can't be resumed.
    func restart(address: String, validator: String?) throws(FileError) -> File {
        try remove()
        if let validator {
            let note = JSONValue.object([
                .init("address", .string(address)), .init("validator", .string(validator)),
            ])
            try FileSystem.write(Array(note.prettyText.utf8), toNewFile: notePath)
        }
        return try File(path, O_WRONLY | O_CREAT | O_EXCL)
    }

    func remove() throws(FileError) {
        try FileSystem.removeTree(path)
        try removeNote()
    }

    /// Forgets how to resume, when the file is complete.
    func removeNote() throws(FileError) { try FileSystem.removeTree(notePath) }
}
