import Glibc

/// A listening socket that could not be had.
public enum SocketError: Error, Equatable, CustomStringConvertible {
    /// The host is neither an address nor a name that resolves; `reason` is the resolver's.
    case unknownHost(String, reason: String)
    /// A system call failed with `errno`.
    case failed(call: String, address: String, errno: Int32)

    public var description: String {
        switch self {
        case .unknownHost(let host, let reason): "cannot find the host \(host): \(reason)"
        case .failed(_, let address, EADDRINUSE):
            "cannot listen on \(address): another program has that port; choose another one"
        case .failed(_, let address, EACCES):
            "cannot listen on \(address): ports below 1024 need a privilege; choose another one"
        case .failed(let call, let address, let errno):
            "cannot listen on \(address): \(call): \(String(cString: strerror(errno)))"
        }
    }
}
