import Glibc
import Logging
import Synchronization

/// What all connections of a server share: settings, application, and the numbers that limits are about.
final class ServerState: Sendable {
    /// What becomes of a client that was just accepted.
    enum Admission {
        case serve
        case refuse(ProtocolFailure)
        /// Closed without a word: too many refusals are being said already.
        case drop
    }

    private struct Table {
        var open = 0
        var openPerClient: [ClientKey: Int] = [:]
        /// Refused connections that are still there to read why.
        var refusing = 0
        var refused = RefusedConnections()
    }

    let limits: HTTPLimits
    let application: any Application
    let logger: Logger
    private let table = Mutex(Table())
    private let open = Atomic(0)
    /// Connections with a request that isn't answered.
    private let busy = Atomic(0)
    /// Requests that the application has, or whose answer isn't sent.
    let requestsInFlight = Atomic(0)
    /// Octets of bodies that connections have reserved.
    private let reservedBodyBytes = Atomic(0)
    private let draining = Atomic(false)
    private let becameQuiet: Mutex<(@Sendable () -> Void)?> = Mutex(nil)

    init(limits: HTTPLimits, application: any Application, logger: Logger) {
        self.limits = limits
        self.application = application
        self.logger = logger
    }

    var connections: Int { open.load(ordering: .relaxed) }
    var refused: RefusedConnections { table.withLock { $0.refused } }
    var isUnderPressure: Bool { connections > limits.connections / 4 * 3 }

    // MARK: Admission

    func admit(_ client: ClientKey, descriptor: Int32) -> Admission {
        table.withLock { table in
            let ofClient = table.openPerClient[client, default: 0]
            let failure: ProtocolFailure
            if table.open >= limits.connections || Int(descriptor) >= Self.descriptorLimit - limits.reservedDescriptors
            {
                table.refused.overall += 1
                failure = .tooManyConnections(limit: limits.connections)
            } else if ofClient >= limits.connectionsPerAddress {
                table.refused.perAddress += 1
                failure = .tooManyConnectionsOfAddress(limit: limits.connectionsPerAddress)
            } else {
                table.open += 1
                table.openPerClient[client] = ofClient + 1
                open.store(table.open, ordering: .relaxed)
                return .serve
            }
            // Refusals take descriptors too, from those kept back.
            guard table.refusing < max(1, limits.reservedDescriptors / 2) else { return .drop }
            table.refusing += 1
            return .refuse(failure)
        }
    }

    /// Reserves memory for a body; false if there is none left. What is reserved must be given back.
    func reserveBody(_ bytes: Int) -> Bool {
        let reserved = reservedBodyBytes.add(bytes, ordering: .relaxed).newValue
        if reserved <= limits.bufferedBodyBytes { return true }
        giveBackBody(bytes)
        return false
    }

    func giveBackBody(_ bytes: Int) { reservedBodyBytes.subtract(bytes, ordering: .relaxed) }

    func connectionClosed(_ client: ClientKey, wasRefused: Bool) {
        table.withLock { table in
            if wasRefused {
                table.refusing -= 1
                return
            }
            table.open -= 1
            open.store(table.open, ordering: .relaxed)
            let left = table.openPerClient[client, default: 1] - 1
            table.openPerClient[client] = left > 0 ? left : nil
        }
    }

    func acceptPaused() {
        table.withLock { $0.refused.acceptPauses += 1 }
    }

    /// RLIMIT_NOFILE, asked for each time because it can be changed from outside.
    private static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int.max }
        return Int(clamping: limit.rlim_cur)
    }

    // MARK: Draining

    var isDraining: Bool { draining.load(ordering: .acquiring) }
    var busyConnections: Int { busy.load(ordering: .acquiring) }

    func beginDraining() { draining.store(true, ordering: .releasing) }

    func connectionBecame(busy isBusy: Bool) {
        if isBusy {
            busy.add(1, ordering: .acquiringAndReleasing)
        } else if busy.subtract(1, ordering: .acquiringAndReleasing).newValue == 0, isDraining {
            becameQuiet.withLock { $0 }?()
        }
    }

    /// Calls `action` when no connection is busy any more, at once if that is so; it may be called more than once.
    func whenQuiet(_ action: @escaping @Sendable () -> Void) {
        becameQuiet.withLock { $0 = action }
        if busyConnections == 0 { action() }
    }
}

/// How often connections were not taken, by reason, since the server was made.
public struct RefusedConnections: Sendable, Equatable {
    /// Over `HTTPLimits.connections`, or into `HTTPLimits.reservedDescriptors`.
    public var overall = 0
    /// Over `HTTPLimits.connectionsPerAddress`.
    public var perAddress = 0
    /// Pauses of accepting because there was no descriptor.
    public var acceptPauses = 0

    public init() {}
}
