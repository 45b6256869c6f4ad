import CSockets
import Glibc

/// One non-blocking stream socket of a client.
///
/// A plain descriptor: who makes it closes it, once.
struct Socket: Sendable {
    enum Transfer: Equatable {
        case bytes(Int)
        case endOfStream
        case wouldBlock
        case failed(errno: Int32)
    }

    let descriptor: Int32

    /// Small answers leave at once, and peers that vanished are found out in about two minutes.
    func configure() {
        setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        setOption(SOL_SOCKET, SO_KEEPALIVE, 1)
        setOption(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        setOption(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15)
        setOption(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }

    func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Receives into the front of `buffer`, again if a signal interrupts.
    func receive(into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .endOfStream }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(errno: errno)
        }
    }

    /// Sends as much as the kernel takes; `moreFollows` lets it fill up its last segment.
    func send(_ bytes: ArraySlice<UInt8>, moreFollows: Bool) -> Transfer {
        let flags = Int32(MSG_NOSIGNAL) | (moreFollows ? Int32(MSG_MORE) : 0)
        while true {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(errno: errno)
        }
    }

    /// Tells the peer that no more will be sent.
    func shutdownSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Makes the close a reset: queued output is dropped, and the peer sees an error instead of an end.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func close() {
        Glibc.close(descriptor)
    }
}

extension Socket {
    enum Acceptance {
        case client(Socket, SocketAddress)
        /// Nobody waits.
        case none
        /// The client left before it was accepted, or a signal came: try the next one.
        case retry
        /// The process or the system has no descriptor or no memory for another socket, or fails otherwise.
        case unavailable(errno: Int32)
    }

    /// Takes the next client off the queue of the listening socket `listener`.
    static func accept(_ listener: Int32) -> Acceptance {
        let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let (address, descriptor) = SocketAddress.filled { accept4(listener, $0, $1, flags) }
        if descriptor >= 0 { return .client(Socket(descriptor: descriptor), address) }
        switch errno {
        case EAGAIN, EWOULDBLOCK: return .none
        // accept(2): errors of the network that are already pending on the new socket are the client's.
        case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH,
            EOPNOTSUPP, EPERM:
            return .retry
        default: return .unavailable(errno: errno)
        }
    }

    /// Opens a listening socket, and says on which port it listens.
    static func listen(host: String, port: Int) throws(SocketError) -> (socket: Socket, port: Int) {
        let address = try SocketAddress(host: host, port: port)
        let name = "\(host) port \(port)"
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, flags, 0)
        guard descriptor >= 0 else { throw .failed(call: "socket", address: name, errno: errno) }
        let listener = Socket(descriptor: descriptor)
        listener.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
        if address.family == AF_INET6 { listener.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
            defer { listener.close() }
            throw .failed(call: "bind", address: name, errno: errno)
        }
        guard Glibc.listen(descriptor, SOMAXCONN) == 0 else {
            defer { listener.close() }
            throw .failed(call: "listen", address: name, errno: errno)
        }
        return (listener, SocketAddress.filled { getsockname(descriptor, $0, $1) }.address.port)
    }
}
