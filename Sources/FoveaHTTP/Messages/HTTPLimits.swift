/// Every limit and deadline of a server, each with its default.
public struct HTTPLimits: Sendable {
    public init() {}

    // MARK: The head

    /// Octets of the request line without its CRLF; more is answered 414.
    public var requestLineBytes = 8192
    /// Octets of one field line without its CRLF; more is answered 431.
    public var fieldLineBytes = 8192
    /// Octets of all field lines with their ends; more is answered 431.
    public var fieldSectionBytes = 64 * 1024
    /// Fields of a head and of the trailer section after it; more are answered 431.
    public var fieldCount = 100
    /// Empty lines skipped before a request line (RFC 9112 section 2.2); more are answered 400.
    public var leadingEmptyLines = 8

    // MARK: The body

    /// The largest body any route may accept, whatever the application admits; more is answered 413.
    public var bodyBytes = 16 * 1024 * 1024
    /// Octets of bodies that all connections together may be receiving or answering, announced ones counted in full and a
    /// chunked body as the most it may have; one more is answered 503.
    public var bufferedBodyBytes = 256 * 1024 * 1024
    /// Hexadecimal digits of a chunk size; more are answered 400.
    public var chunkSizeDigits = 16
    /// Octets of a chunk's first line without its CRLF; more are answered 400.
    public var chunkLineBytes = 4096
    /// Octets of all chunk extensions of one body; more are answered 413.
    public var chunkExtensionBytes = 16 * 1024
    /// Chunks of one body; more are answered 413.
    public var chunkCount = 65536
    /// Octets of a trailer section; more are answered 431.
    public var trailerBytes = 16 * 1024
    /// Octets of a body dropped after an early answer to keep the connection; for more it is closed.
    public var discardedBodyBytes = 64 * 1024

    // MARK: Deadlines

    /// From the first octet of a head to its last; answered 408.
    public var headTimeout = Duration.seconds(10)
    /// What a body may take in any case, on top of what `bodyBytesPerSecond` gives it; answered 408.
    public var bodyGrace = Duration.seconds(20)
    /// The slowest body: each so many octets extend the deadline by a second.
    public var bodyBytesPerSecond = 500
    /// The longest any body may take; answered 408.
    public var bodyTimeout = Duration.seconds(300)
    /// How long queued output may make no progress before the connection is reset.
    public var sendTimeout = Duration.seconds(30)
    /// How long a connection may wait for a request before it is closed.
    public var keepAliveIdle = Duration.seconds(75)
    /// As `keepAliveIdle`, while more than three quarters of `connections` are open.
    public var keepAliveIdleUnderPressure = Duration.seconds(5)
    /// How long a client that sent its end of stream waits for the answer before an interim response finds out whether
    /// it is still there.
    public var halfCloseProbe = Duration.milliseconds(100)
    /// After a `Connection: close`, how long what the client still sends is read and dropped.
    public var lingerTimeout = Duration.seconds(2)
    /// After a `Connection: close`, how many octets are read and dropped.
    public var lingerBytes = 1024 * 1024

    // MARK: Connections

    /// Requests on one connection; the last is answered with `Connection: close`.
    public var requestsPerConnection = 1000
    /// A connection older than this is closed after the next answer.
    public var connectionAge = Duration.seconds(3600)
    /// Octets of output, or of unparsed input, queued on a connection before reading stops.
    public var queuedBytes = 64 * 1024
    /// Answers queued on a connection before the next request is looked at.
    public var queuedAnswers = 16
    /// Open connections; one more is answered 503 and closed.
    public var connections = 1024
    /// Open connections of one address (of one /64 with IPv6); one more is answered 429 and closed.
    public var connectionsPerAddress = 128
    /// Descriptors below the process's limit that connections leave to files; a connection that would take one is
    /// answered 503 and closed.
    public var reservedDescriptors = 32
    /// How long accepting pauses when the process or the system has no descriptor left.
    public var acceptPause = Duration.milliseconds(500)
}
