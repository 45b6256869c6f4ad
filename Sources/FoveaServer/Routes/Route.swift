import FoveaJSON
import FoveaHTTP
import HTTPTypes

/// Something the daemon answers: one file and one struct each.
protocol Route: Sendable {
    /// The methods and path patterns it answers, such as `GET /models/{name}`.
    static var patterns: [String] { get }

    /// Who may use it once there are key files.
    static var access: Access { get }

    init(context: ServerContext)

    /// The largest body it reads.
    var maxBodyBytes: Int { get }

    /// Refuses a request from its head alone, before the body is read, and notes in `exchange` what it is about.
    ///
    /// - Parameter parameters: the values of the pattern's `{…}` segments, percent-decoded.
    func admit(_ head: RequestHead, _ parameters: [String: String], _ exchange: inout Exchange) throws

    /// Answers, and notes in `call.exchange` what the log and the metrics should know.
    func respond(to call: inout Call) async throws -> Reply
}

extension Route {
    static var access: Access { .user }
    var maxBodyBytes: Int { 64 << 10 }
    func admit(_ head: RequestHead, _ parameters: [String: String], _ exchange: inout Exchange) throws {}
}

/// A request on its way through a route.
struct Call: Sendable {
    let request: Request
    /// The values of the pattern's `{…}` segments, percent-decoded.
    let parameters: [String: String]
    var exchange: Exchange

    /// The query's pairs, decoded; the last of a repeated name wins.
    func query() throws(APIError) -> [String: String] {
        guard let query = request.head.query, !query.isEmpty else { return [:] }
        do {
            return Dictionary(try QueryItems(Array(query.utf8)[...]).items.map { ($0.name, $0.value) }) { $1 }
        } catch { throw APIError(.malformedRequest, "the query is malformed: \(error)") }
    }
}

/// What a route answers.
struct Reply: Sendable {
    var status = HTTPResponse.Status.ok
    var fields = HTTPFields()
    var body: Body

    enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece as it is made; what comes to be known meanwhile is noted in the exchange.
        case stream(@Sendable (BodyWriter, inout Exchange) async throws -> Void)
    }

    /// - Parameter type: the media type; nil for an answer without content.
    init(status: HTTPResponse.Status = .ok, type: String?, body: [UInt8]) {
        (self.status, self.body) = (status, .bytes(body))
        fields[.contentType] = type
    }

    /// An answer that is sent while it is made.
    init(type: String, stream: @escaping @Sendable (BodyWriter, inout Exchange) async throws -> Void) {
        body = .stream(stream)
        fields[.contentType] = type
        fields[.cacheControl] = "no-store"
    }

    /// A JSON answer, ended by a line feed so that a terminal's prompt starts on its own line.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Reply {
        var reply = Reply(status: status, type: "application/json", body: value.bytes + [UInt8(ascii: "\n")])
        reply.fields[.cacheControl] = "no-store"
        return reply
    }
}
