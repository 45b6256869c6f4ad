/// Why a file of access keys can't be used. No case holds anything of the file's content.
enum AccessKeyError: Error, Equatable {
    case unreadable(file: String, reason: String)
    case notAFile(String)
    case tooLong(file: String, limit: Int)
    case tooManyKeys(file: String, limit: Int)
    case malformedKey(file: String, line: Int, limit: Int)
}

extension AccessKeyError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unreadable(let file, let reason): "can't read the key file \(file): \(reason)"
        case .notAFile(let file): "the key file \(file) is no regular file"
        case .tooLong(let file, let limit): "the key file \(file) is too long; \(limit) bytes are allowed"
        case .tooManyKeys(let file, let limit): "the key file \(file) has too many keys; \(limit) are allowed"
        case .malformedKey(let file, let line, let limit):
            "the key file \(file), line \(line): a key is 1 to \(limit) visible ASCII characters, without spaces"
        }
    }
}
