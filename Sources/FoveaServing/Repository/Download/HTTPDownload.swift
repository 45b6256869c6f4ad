import Foundation

/// Fetches a file over HTTPS into a partial file: resumes, retries, and checks what came.
struct HTTPDownload: Sendable {
    /// Told of the bytes that are there, and of all there will be if that is known.
    typealias Progress = @Sendable (_ received: Int, _ total: Int?) -> Void

    /// A larger file is refused.
    var byteLimit: Int
    var redirectLimit = 5
    var attempts = 4
    /// Seconds without a byte after which an attempt has failed.
    var idleTimeout: Double = 60
    /// Seconds before the second attempt; twice as long before each further one.
    var retryDelay: Double = 1

    /// Completes `part` with the file at `address` and returns its digest, which `expected` accepts.
    ///
    /// Blocks the thread. A cut download stays for the next call; one with a wrong digest is removed.
    func fetch(
        _ address: String, into part: PartialFile, expected: ExpectedDigest, progress: @escaping Progress
    ) throws(DownloadError) -> SHA256Digest {
        let address = try DownloadAddress(address)
        // An earlier call may have been stopped after the last byte: look before asking for more.
        var isComplete = false
        if part.resumption(of: address.text) != nil { isComplete = expected.accepts(try digest(of: part)) }
        if !isComplete { try complete(part, from: address, progress: progress) }
        let got = try digest(of: part)
        let isRight = expected.accepts(got)
        do { if isRight { try part.removeNote() } else { try part.remove() } } catch { throw .file(error) }
        guard isRight else { throw .wrongDigest(expected: expected.text, got: got.description) }
        return got
    }

    private func digest(of part: PartialFile) throws(DownloadError) -> SHA256Digest {
        do { return try FileSystem.digest(of: part.path) } catch { throw .file(error) }
    }

    private func complete(
        _ part: PartialFile, from address: DownloadAddress, progress: @escaping Progress
    ) throws(DownloadError) {
        var delay = retryDelay
        for attempt in 1... {
            do throws(DownloadError) {
                return try HTTPTransfer(download: self, address: address, part: part, progress: progress).run()
            } catch {
                guard error.isPassing, attempt < attempts else { throw error }
            }
            Thread.sleep(forTimeInterval: delay)
            delay *= 2
        }
    }
}
