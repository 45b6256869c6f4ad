import Dispatch
import Glibc
public import Logging
import Synchronization

/// Where and how a server serves.
public struct HTTPServerConfiguration: Sendable {
    /// An IPv4 or IPv6 address, or a name; `0.0.0.0` and `::` stand for all addresses.
    public var host = "127.0.0.1"
    /// 0 picks a free one.
    public var port = 8080
    public var limits = HTTPLimits()
    /// How long `drain` waits for requests that are being answered.
    public var drainLimit = Duration.seconds(30)

    public init(
        host: String = "127.0.0.1", port: Int = 8080, limits: HTTPLimits = HTTPLimits(),
        drainLimit: Duration = .seconds(30)
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.drainLimit = drainLimit
    }
}

/// An HTTP/1.1 server on POSIX sockets and Dispatch (RFC 9110, RFC 9112).
///
/// Connections live on a few serial queues; requests are answered in tasks of their own. Start it once, and end it with
/// `drain`, `shutdown` or both.
public final class HTTPServer: Sendable {
    private let configuration: HTTPServerConfiguration
    private let state: ServerState
    private let lanes: [Lane]
    private let accept: @Sendable (Int32) -> Socket.Acceptance
    private let listener = Mutex<Listener?>(nil)

    public convenience init(
        configuration: HTTPServerConfiguration, application: any Application, logger: Logger
    ) {
        self.init(configuration: configuration, application: application, logger: logger) { Socket.accept($0) }
    }

    /// - Parameter accept: takes the next client from a listening socket.
    init(
        configuration: HTTPServerConfiguration, application: any Application, logger: Logger,
        accept: @escaping @Sendable (Int32) -> Socket.Acceptance
    ) {
        self.configuration = configuration
        self.accept = accept
        state = ServerState(limits: configuration.limits, application: application, logger: logger)
        lanes = (0..<max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN))))).map(Lane.init)
    }

    deinit { shutdown() }

    /// Binds, listens and serves; returns the port.
    ///
    /// - Throws: `SocketError` with the address and the reason, such as a port that is taken.
    public func start() throws -> Int {
        try listener.withLock { listener in
            precondition(listener == nil, "a server is started once")
            let (socket, port) = try Socket.listen(host: configuration.host, port: configuration.port)
            let (state, lanes) = (state, lanes)
            let connectionIDs = Atomic(0)
            let started = Listener(
                socket: socket, accept: accept, pause: configuration.limits.acceptPause, logger: state.logger,
                onClient: { socket, address in
                    let id = connectionIDs.add(1, ordering: .relaxed).newValue
                    Self.open(socket, from: address, id: id, lane: lanes[id % lanes.count], state: state)
                },
                onPause: { state.acceptPaused() })
            started.start()
            listener = started
            return port
        }
    }

    private static func open(_ socket: Socket, from address: SocketAddress, id: Int, lane: Lane, state: ServerState) {
        let refusal: ProtocolFailure?
        switch state.admit(address.client, descriptor: socket.descriptor) {
        case .serve: refusal = nil
        case .refuse(let failure): refusal = failure
        case .drop: return socket.close()
        }
        lane.queue.async {
            Connection(id: id, socket: socket, address: address, lane: lane, server: state).start(refusing: refusal)
        }
    }

    // MARK: The end

    public var isDraining: Bool { state.isDraining }

    /// Stops accepting, closes idle connections, lets requests finish, each with `Connection: close`, and waits for that
    /// up to the drain limit; returns how many connections were not finished.
    public func drain() async -> Int {
        state.beginDraining()
        await stopAccepting()
        for lane in lanes {
            await withCheckedContinuation { continuation in
                lane.queue.async {
                    lane.forEachConnection { $0.drain() }
                    continuation.resume()
                }
            }
        }
        await withCheckedContinuation { continuation in
            let once = Mutex<CheckedContinuation<Void, Never>?>(continuation)
            let finish: @Sendable () -> Void = {
                let waiting = once.withLock { waiting in
                    defer { waiting = nil }
                    return waiting
                }
                waiting?.resume()
            }
            state.whenQuiet(finish)
            DispatchQueue.global().asyncAfter(
                deadline: .now() + configuration.drainLimit.dispatchInterval, execute: finish)
        }
        return state.busyConnections
    }

    /// Stops accepting and closes every connection at once; tasks that make answers are cancelled.
    public func shutdown() {
        state.beginDraining()
        listener.withLock { $0 }?.stop {}
        for lane in lanes {
            lane.queue.async { lane.forEachConnection { $0.close() } }
        }
    }

    private func stopAccepting() async {
        guard let listener = listener.withLock({ $0 }) else { return }
        await withCheckedContinuation { continuation in listener.stop { continuation.resume() } }
    }

    // MARK: Numbers

    /// Open connections, without those that are being refused.
    public var connections: Int { state.connections }

    /// Requests that the application is answering, or whose answer is on its way out.
    public var requestsInFlight: Int { state.requestsInFlight.load(ordering: .relaxed) }

    /// Connections that were not taken.
    public var refusedConnections: RefusedConnections { state.refused }
}
