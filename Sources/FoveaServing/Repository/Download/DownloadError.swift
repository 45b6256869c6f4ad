import FoveaJSON

/// Why a file could not be fetched.
public enum DownloadError: Error, Equatable {
    /// Not an address, or neither `https` nor `http` to this machine itself.
    case insecureAddress(String)
    case tooManyRedirects(limit: Int)
    case status(Int, address: String)
    /// `got` is what the server announced or what had arrived.
    case tooLarge(got: Int, limit: Int)
    /// The connection ended before all the bytes had come.
    case cut(got: Int, expected: Int)
    /// The network's own words.
    case connection(String, address: String)
    case wrongDigest(expected: String, got: String)
    case file(FileError)

    /// Whether another attempt may succeed.
    var isPassing: Bool {
        switch self {
        case .cut, .connection: true
        // 206 and 416 answer a wrong resumption, which the next attempt no longer tries.
        case .status(let status, _):
            status == 206 || status == 416 || status == 408 || status == 429 || (500..<600).contains(status)
        default: false
        }
    }
}

extension DownloadError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .insecureAddress(let address): "\(address.printable) is no https address"
        case .tooManyRedirects(let limit): "the server redirects more than \(limit) times"
        case .status(let status, let address): "\(address.printable) answers \(status)"
        case .tooLarge(let got, let limit): "the server sends \(got) bytes, the file has at most \(limit)"
        case .cut(let got, let expected): "the connection ended after \(got) of \(expected) bytes"
        case .connection(let text, let address): "\(address.printable): \(text.printable)"
        case .wrongDigest(let expected, let got):
            "the downloaded file has sha256 \(got), expected \(expected); it was thrown away"
        case .file(let error): error.description
        }
    }
}
