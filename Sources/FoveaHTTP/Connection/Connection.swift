/// One client's connection: a state machine that is fed by its socket, by the application's answers and by deadlines.
///
/// Requests are answered one at a time and in order (RFC 9112 section 9.3.2). The parts of the machine are in files of
/// their own: what comes in, what goes out, and what happens when nothing does.
/// `@unchecked Sendable`: all mutable state is touched on the lane's queue alone.
final class Connection: @unchecked Sendable {
    enum Phase {
        /// Between requests, or inside one that is still arriving.
        case receiving
        /// The application has the request, or is streaming the answer.
        case responding
        /// The last answer is queued; when it is out, the end of stream follows (RFC 9112 section 9.6).
        case closing
        /// The end of stream is sent; what the client still sends is dropped, so that no reset destroys the answer.
        case lingering
        case closed
    }

    /// An answer whose body is still being made.
    struct Stream {
        let framing: ResponseHead.Framing
        let closes: Bool
        var bytes: Int
        let onSent: (@Sendable (SendOutcome) -> Void)?
        /// The writer that waits for the queue to shrink.
        var waiting: CheckedContinuation<Void, any Error>?
    }

    let id: Int
    let lane: Lane
    let server: ServerState
    let socket: Socket
    var limits: HTTPLimits { server.limits }
    private let client: ClientKey
    private var isRefused = false
    private let openedAt = ContinuousClock.now

    var phase = Phase.receiving
    var parser: RequestParser
    /// Octets that were received but not yet parsed: those from `inputOffset` on.
    var input: [UInt8] = []
    var inputOffset = 0
    /// Whether the client has sent its end of stream; it may still wait for answers.
    var inputEnded = false
    /// The head of the request that is arriving or being answered.
    var current: ParsedHead?
    /// The answer to a request whose body is being skipped, until it is sent.
    var refusal: Response?
    /// Whether the body that is being skipped belongs to a request that is answered.
    var isAnsweredEarly = false
    var requests = 0
    /// Octets of `HTTPLimits.bufferedBodyBytes` that the current request's body has.
    var reservedBodyBytes = 0
    var task: Task<Void, Never>?

    var output = OutputQueue()
    var stream: Stream?
    /// Whether the kernel's send buffer was full.
    var needsRoom = false
    /// What the lane's poller waits for.
    private(set) var interest: Poller.Interest = .input
    private var isBusy = false

    // When things last happened; which of them count depends on the phase.
    var idleSince: ContinuousClock.Instant
    var idleCheckedAt: ContinuousClock.Instant
    var receivedAt: ContinuousClock.Instant
    var headStartedAt: ContinuousClock.Instant
    var bodyStartedAt: ContinuousClock.Instant
    var sendProgressAt: ContinuousClock.Instant
    var probeAt: ContinuousClock.Instant
    var hasProbed = false
    var lingeringSince: ContinuousClock.Instant
    var lingeredBytes = 0
    /// When the lane will wake this connection; the lane's own note.
    var enrolledDeadline: ContinuousClock.Instant?

    init(id: Int, socket: Socket, address: SocketAddress, lane: Lane, server: ServerState) {
        self.id = id
        self.socket = socket
        self.lane = lane
        self.server = server
        client = address.client
        parser = RequestParser(limits: server.limits, remoteAddress: address.host)
        idleSince = openedAt
        idleCheckedAt = openedAt
        receivedAt = openedAt
        headStartedAt = openedAt
        bodyStartedAt = openedAt
        sendProgressAt = openedAt
        probeAt = openedAt
        lingeringSince = openedAt
    }

    /// Starts to serve, or to say `refusal` and go.
    func start(refusing refusal: ProtocolFailure? = nil) {
        socket.configure()
        isRefused = refusal != nil
        guard lane.insert(self) else { return close() }
        if let refusal { fail(refusal) }
        settle()
    }

    /// The socket is ready for something.
    func handle(_ event: Poller.Event) {
        if event.isOver { return close() }
        if event.isWritable { writable() }
        if event.isReadable { readable() }
    }

    /// Ends the connection if nothing is going on, after a last look for a request that is already here.
    func drain() {
        guard phase == .receiving, isIdle else { return }
        readable()
    }

    /// Brings everything that follows from the state in line with it; every event ends here.
    func settle() {
        if phase == .receiving, unparsedBytes == 0 {
            if inputEnded, !isBackedUp {
                finishInput()
            } else if server.isDraining, isIdle, output.isEmpty {
                close()
            }
        }
        guard phase != .closed else { return }
        updateInterest()
        note(busy: !(isIdle && output.isEmpty) && phase != .lingering)
        if let deadline { lane.wake(self, at: deadline) }
    }

    /// Between requests, with no octet of the next one here.
    var isIdle: Bool {
        phase == .receiving && current == nil && !isAnsweredEarly && parser.isBetweenRequests && unparsedBytes == 0
    }

    /// Whether this connection has had its share and ends with the next answer.
    var isSpent: Bool {
        requests >= limits.requestsPerConnection || server.isDraining
            || ContinuousClock.now - openedAt >= limits.connectionAge
    }

    /// Closes now; `reset` drops what the kernel has not sent and lets the client see an error.
    ///
    /// The application's task is cancelled and its late answer dropped.
    func close(reset: Bool = false) {
        guard phase != .closed else { return }
        phase = .closed
        if reset { socket.resetOnClose() }
        task?.cancel()
        task = nil
        stream?.waiting?.resume(throwing: CancellationError())
        stream?.onSent?(.clientGone)
        stream = nil
        output.abandon()
        refusal?.onSent?(.clientGone)
        refusal = nil
        input = []
        inputOffset = 0
        giveBackBody()
        note(busy: false)
        lane.remove(self)
        server.connectionClosed(client, wasRefused: isRefused)
        socket.close()
    }

    func giveBackBody() {
        server.giveBackBody(reservedBodyBytes)
        reservedBodyBytes = 0
    }

    private func updateInterest() {
        var wanted: Poller.Interest = []
        if wantsInput { wanted.insert(.input) }
        if needsRoom { wanted.insert(.room) }
        guard wanted != interest else { return }
        interest = wanted
        lane.changeInterest(of: self)
    }

    private func note(busy: Bool) {
        guard busy != isBusy, !isRefused else { return }
        isBusy = busy
        server.connectionBecame(busy: busy)
    }
}
