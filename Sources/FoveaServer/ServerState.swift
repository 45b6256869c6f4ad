import FoveaHTTP
import Synchronization

/// What the routes may ask of the HTTP server that carries them.
final class ServerState: Sendable {
    private let server = Mutex<HTTPServer?>(nil)

    func attach(_ server: HTTPServer) { self.server.withLock { $0 = server } }

    var connections: Int { server.withLock { $0?.connections ?? 0 } }
    var isDraining: Bool { server.withLock { $0?.isDraining ?? false } }
}
