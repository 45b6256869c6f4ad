import Foundation
import Glibc

/// A client on a blocking socket that sends exact bytes and reads whatever comes.
///
/// To be used on a thread of its own (`onThread`): the server's answers need the cooperative pool.
final class RawClient: @unchecked Sendable {
    enum ClientError: Error {
        case failed(String, errno: Int32)
        /// Nothing came for a minute.
        case timedOut
    }

    private let descriptor: Int32
    /// What was read but not used.
    private var buffer: [UInt8] = []

    init(port: Int, ipv6: Bool = false, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw ClientError.failed("socket", errno: errno) }
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
        let result: Int32
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = UInt16(port).bigEndian
            address.sin6_addr = in6addr_loopback
            result = Self.connect(descriptor, &address)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            result = Self.connect(descriptor, &address)
        }
        guard result == 0 else { throw ClientError.failed("connect", errno: errno) }
    }

    deinit { Glibc.close(descriptor) }

    private static func connect<Address>(_ descriptor: Int32, _ address: UnsafePointer<Address>) -> Int32 {
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw ClientError.failed("send", errno: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends until the peer takes no more for now; returns how many octets it took.
    func sendWhileTaken(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Resets the connection; nothing works after that.
    func reset() {
        // Connecting to no family dissolves the connection, and the descriptor stays this client's own.
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        _ = Self.connect(descriptor, &nowhere)
    }

    /// The next octets, or an empty array at the end of the stream.
    func receive(atMost limit: Int = 65536) throws -> [UInt8] {
        if !buffer.isEmpty {
            defer { buffer = [] }
            return buffer
        }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &bytes, limit, 0)
        if count < 0 { throw errno == EAGAIN ? ClientError.timedOut : ClientError.failed("recv", errno: errno) }
        return Array(bytes.prefix(count))
    }

    /// Everything up to the end of the stream.
    func receiveAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try receive()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    /// The next response, interim ones too; `nil` at the end of the stream.
    func receiveResponse(toHEAD: Bool = false) throws -> RawResponse? {
        var bytes: [UInt8] = []
        while true {
            if let (response, used) = try RawResponse.parse(bytes, toHEAD: toHEAD, isComplete: false) {
                buffer = Array(bytes[used...])
                return response
            }
            let more = try receive()
            if more.isEmpty {
                guard !bytes.isEmpty else { return nil }
                guard let (response, _) = try RawResponse.parse(bytes, toHEAD: toHEAD, isComplete: true) else {
                    throw RawResponse.ParseError.cut(String(decoding: bytes.prefix(200), as: UTF8.self))
                }
                return response
            }
            bytes += more
        }
    }
}

/// Runs blocking code on a thread of its own: neither the cooperative pool's nor Dispatch's, which share theirs.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
