import Foundation

/// An address that may be fetched from: `https` anywhere, `http` on this machine only.
struct DownloadAddress: Sendable, Equatable {
    let url: URL
    var text: String { url.absoluteString }

    init(_ text: String) throws(DownloadError) {
        guard let url = URL(string: text), let address = DownloadAddress(url) else { throw .insecureAddress(text) }
        self = address
    }

    init?(_ url: URL) {
        guard let host = url.host(percentEncoded: false), !host.isEmpty else { return nil }
        switch url.scheme?.lowercased() {
        case "https": break
        case "http" where DownloadAddress.isLoopback(host): break
        default: return nil
        }
        self.url = url
    }

    /// The address to which a redirect leads; never from `https` to `http`.
    func redirected(to target: URL) throws(DownloadError) -> DownloadAddress {
        guard let address = DownloadAddress(target), address.isEncrypted || !isEncrypted else {
            throw .insecureAddress(target.absoluteString)
        }
        return address
    }

    private var isEncrypted: Bool { url.scheme?.lowercased() == "https" }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let numbers = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0].elementsEqual("127".utf8)
            && numbers.allSatisfy { UInt8(String(decoding: $0, as: UTF8.self)) != nil }
    }
}
