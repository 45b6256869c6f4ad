import Dispatch
import Logging

/// Accepts clients on one listening socket until it is told to stop.
///
/// `@unchecked Sendable`: all mutable state is touched on `queue` alone.
final class Listener: @unchecked Sendable {
    private let socket: Socket
    private let queue = DispatchQueue(label: "fovea.http.accept")
    private let accept: @Sendable (Int32) -> Socket.Acceptance
    private let pause: Duration
    private let logger: Logger
    private let onClient: @Sendable (Socket, SocketAddress) -> Void
    private let onPause: @Sendable () -> Void
    private var source: ReadinessSource?

    /// - Parameters:
    ///   - accept: takes the next client; a parameter so that tests can let it fail.
    ///   - pause: how long to wait when there is no descriptor left.
    init(
        socket: Socket, accept: @escaping @Sendable (Int32) -> Socket.Acceptance, pause: Duration, logger: Logger,
        onClient: @escaping @Sendable (Socket, SocketAddress) -> Void, onPause: @escaping @Sendable () -> Void
    ) {
        self.socket = socket
        self.accept = accept
        self.pause = pause
        self.logger = logger
        self.onClient = onClient
        self.onPause = onPause
    }

    func start() {
        // Dispatch makes its timer descriptor when the first timer is set, and none can be made when they have run out:
        // then the pause, and every deadline, would never end.
        queue.asyncAfter(deadline: .now() + .milliseconds(1)) {}
        queue.async { [self] in
            let source = DispatchSource.makeReadSource(fileDescriptor: socket.descriptor, queue: queue)
            let readiness = ReadinessSource(source) { [weak self] in self?.acceptClients() }
            readiness.turn(on: true)
            self.source = readiness
        }
    }

    /// Takes the clients that already wait, then closes the socket; `completion` is called when that is done.
    func stop(_ completion: @escaping @Sendable () -> Void) {
        queue.async { [self] in
            guard let source else { return completion() }
            acceptClients()
            self.source = nil
            source.cancel { [socket] in
                socket.close()
                completion()
            }
        }
    }

    private func acceptClients() {
        // A burst at a time, so that `stop` gets its turn.
        for _ in 0..<64 {
            switch accept(socket.descriptor) {
            case .client(let socket, let address): onClient(socket, address)
            case .retry: continue
            case .none: return
            case .unavailable(let errno): return pauseAccepting(errno: errno)
            }
        }
    }

    /// Waits instead of spinning on a socket that stays readable: clients keep their place in the kernel's queue.
    private func pauseAccepting(errno: Int32) {
        logger.debug("accepting pauses", metadata: ["errno": "\(errno)"])
        onPause()
        source?.turn(on: false)
        queue.asyncAfter(deadline: .now() + pause.dispatchInterval) { [weak self] in self?.source?.turn(on: true) }
    }
}
