import Dispatch
import Foundation
import FoundationNetworking
import Synchronization

/// One attempt at a download: one request with its redirects, whose body goes straight into the file.
final class HTTPTransfer: NSObject, Sendable {
    private struct State {
        var file: File?
        /// Bytes of the file that are there, those of earlier attempts included.
        var received = 0
        var total: Int?
        var redirects = 0
        /// The first thing that went wrong; everything later follows from it.
        var failure: DownloadError?
    }

    private let download: HTTPDownload
    private let address: DownloadAddress
    private let part: PartialFile
    private let progress: HTTPDownload.Progress
    private let resumption: PartialFile.Resumption?
    private let state = Mutex(State())
    private let finished = DispatchSemaphore(value: 0)

    init(
        download: HTTPDownload, address: DownloadAddress, part: PartialFile, progress: @escaping HTTPDownload.Progress
    ) {
        (self.download, self.address, self.part, self.progress) = (download, address, part, progress)
        resumption = part.resumption(of: address.text)
    }

    /// Makes the request and blocks until its body is in the file.
    func run() throws(DownloadError) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = download.idleTimeout
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: queue)
        session.dataTask(with: request(for: address.url)).resume()
        finished.wait()
        session.finishTasksAndInvalidate()
        let failure = state.withLock { state -> DownloadError? in
            state.file = nil
            return state.failure
        }
        if let failure { throw failure }
    }

    private func request(for url: URL) -> URLRequest {
        var request = URLRequest(url: url)
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        if let resumption {
            request.setValue("bytes=\(resumption.offset)-", forHTTPHeaderField: "Range")
            request.setValue(resumption.validator, forHTTPHeaderField: "If-Range")
        }
        return request
    }

    /// Decides by its head what to do with an answer, and opens the file for its body.
    private func open(_ response: HTTPURLResponse, _ state: inout State) throws(DownloadError) {
        let length = response.expectedContentLength < 0 ? nil : Int(response.expectedContentLength)
        do throws(FileError) {
            switch (response.statusCode, resumption) {
            case (200, _):
                state.received = 0
                state.file = try part.restart(address: address.text, validator: validator(of: response))
            case (206, let resumption?) where response.firstByte == resumption.offset:
                state.received = resumption.offset
                state.file = try part.append()
            case (206, _), (416, _):
                // The server has another file than the one that was begun: nothing of it can be kept.
                try part.remove()
            default: break
            }
        } catch { throw .file(error) }
        guard state.file != nil else { throw .status(response.statusCode, address: address.text) }
        let (total, overflow) = state.received.addingReportingOverflow(length ?? 0)
        guard !overflow, total <= download.byteLimit else { throw .tooLarge(got: total, limit: download.byteLimit) }
        state.total = length == nil ? nil : total
    }

    /// A strong entity tag, or the date of the last change (RFC 9110 section 13.1.5).
    private func validator(of response: HTTPURLResponse) -> String? {
        if let tag = response.value(forHTTPHeaderField: "ETag"), !tag.utf8.starts(with: "W/".utf8) { return tag }
        return response.value(forHTTPHeaderField: "Last-Modified")
    }

    private func write(_ data: Data, _ state: inout State) throws(DownloadError) {
        guard state.failure == nil, let file = state.file else { return }
        let (received, overflow) = state.received.addingReportingOverflow(data.count)
        guard !overflow, received <= download.byteLimit else {
            throw .tooLarge(got: received, limit: download.byteLimit)
        }
        do throws(FileError) { try file.write(data) } catch { throw .file(error) }
        state.received = received
    }
}

extension HTTPTransfer: URLSessionDataDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        let target = state.withLock { state -> URL? in
            do throws(DownloadError) {
                state.redirects += 1
                guard state.redirects <= download.redirectLimit else {
                    throw .tooManyRedirects(limit: download.redirectLimit)
                }
                guard let url = newRequest.url else { throw .status(response.statusCode, address: address.text) }
                return try address.redirected(to: url).url
            } catch {
                state.failure = state.failure ?? error
                return nil
            }
        }
        completionHandler(target.map(request))
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let goesOn = state.withLock { state in
            guard state.failure == nil, let response = response as? HTTPURLResponse else { return false }
            do throws(DownloadError) { try open(response, &state) } catch { state.failure = error }
            return state.failure == nil
        }
        completionHandler(goesOn ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let counts = state.withLock { state -> (received: Int, total: Int?)? in
            do throws(DownloadError) { try write(data, &state) } catch { state.failure = state.failure ?? error }
            return state.failure == nil ? (state.received, state.total) : nil
        }
        guard let counts else { return dataTask.cancel() }
        progress(counts.received, counts.total)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        state.withLock { state in
            guard state.failure == nil else { return }
            if let total = state.total, state.received != total {
                state.failure = .cut(got: state.received, expected: total)
            } else if let error {
                state.failure = .connection(error.localizedDescription, address: address.text)
            }
        }
        finished.signal()
    }
}

extension HTTPURLResponse {
    /// Where the part of a 206 answer begins: `a` of `Content-Range: bytes a-b/n`.
    fileprivate var firstByte: Int? {
        guard let range = value(forHTTPHeaderField: "Content-Range")?.utf8, range.starts(with: "bytes ".utf8) else {
            return nil
        }
        let digits = range.dropFirst(6).prefix { $0 != UInt8(ascii: "-") }
        guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
