extension HTTPServerConfiguration {
    /// Whether only this machine can connect to `host`; false for a name that leads nowhere.
    public var isLoopback: Bool { (try? SocketAddress(host: host, port: port))?.isLoopback ?? false }
}

extension SocketAddress {
    /// 127.0.0.0/8 (RFC 1122 section 3.2.1.3), mapped or not, or `::1` (RFC 4291 section 2.5.3).
    var isLoopback: Bool {
        let host = host
        return host == "::1" || host.hasPrefix("127.")
    }
}
