import Dispatch
import Glibc
import Synchronization

/// An HTTP server on this machine that answers each request with the bytes that a test gives it, then closes.
final class LocalServer: Sendable {
    private let listener: Int32
    private let heads = Mutex<[String]>([])
    let port: Int

    /// The request heads so far, one text each, header names as they came.
    var requests: [String] { heads.withLock { $0 } }

    /// Starts to answer: `answer` gets the number of the request (from 0) and its head.
    init(_ answer: @escaping @Sendable (_ index: Int, _ head: String) -> [UInt8]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && listen(socket, 16) == 0
                    && getsockname(socket, pointer, &length) == 0
            }
        }
        guard status else { throw Failure(code: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        DispatchQueue(label: "local server").async { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                serve(connection, answer)
            }
        }
    }

    struct Failure: Error { let code: Int32 }

    /// Ends the server; connections in progress are served first.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    func address(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    private func serve(_ connection: Int32, _ answer: (Int, String) -> [UInt8]) {
        defer { close(connection) }
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            guard recv(connection, &byte, 1, 0) == 1 else { return }
            head.append(byte)
        }
        let text = String(decoding: head, as: UTF8.self)
        let index = heads.withLock { heads in
            heads.append(text)
            return heads.count - 1
        }
        let bytes = answer(index, text)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}

extension LocalServer {
    /// An answer with `fields` (a header line each) and `body`, of which only `count` bytes are sent.
    static func answer(_ status: String, _ fields: [String] = [], body: [UInt8] = [], first count: Int? = nil)
        -> [UInt8]
    {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)", "Connection: close"] + fields
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body.prefix(count ?? body.count)
    }
}
