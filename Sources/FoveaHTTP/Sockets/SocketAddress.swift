import Glibc

/// An IPv4 or IPv6 address with its port, as the kernel has it.
struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// The first address of `host`: an IPv4 or IPv6 address, in brackets or not, or a name.
    init(host: String, port: Int) throws(SocketError) {
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0, let found = list?.pointee, let address = found.ai_addr else {
            throw .unknownHost(host, reason: String(cString: gai_strerror(code)))
        }
        length = found.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(found.ai_addrlen)))
        }
    }

    /// The address that `call`, such as `accept4` or `getsockname`, fills in, and what it returned.
    static func filled(
        by call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> (address: SocketAddress, result: Int32) {
        var address = SocketAddress()
        let result = withUnsafeMutablePointer(to: &address.storage) { storage in
            withUnsafeMutablePointer(to: &address.length) { length in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, length) }
            }
        }
        return (address, result)
    }

    private init() {}

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    var family: Int32 { Int32(storage.ss_family) }

    var port: Int {
        withUnsafeBytes(of: storage) { bytes in
            // sin_port and sin6_port lie at the same place.
            Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }

    /// The octets of the address: 4, or 16 with IPv6 that is no mapped IPv4 address.
    private var octets: [UInt8] {
        withUnsafeBytes(of: storage) { bytes in
            guard family == AF_INET6 else { return Array(bytes[4..<8]) }
            let address = bytes[8..<24]
            // ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
            let isMapped = bytes[8..<18].allSatisfy { $0 == 0 } && bytes[18..<20].allSatisfy { $0 == 0xFF }
            return Array(isMapped ? address.suffix(4) : address)
        }
    }

    /// The address without the port, such as `127.0.0.1` or `::1`; a mapped IPv4 address is shown as what it is.
    var host: String {
        let octets = octets
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(octets.count == 4 ? AF_INET : AF_INET6, octets, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// What one client can't change at will: its IPv4 address, or the /64 that its network gave it.
    var client: ClientKey {
        let octets = octets
        return ClientKey(prefix: octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, isIPv6: octets.count > 4)
    }
}

/// Identifies a client for limits per address.
struct ClientKey: Hashable, Sendable {
    var prefix: UInt64
    var isIPv6: Bool
}
