import FoveaHTTP
import HTTPTypes

/// The smallest application that the conformance set can run against: a probe, and a route that takes images.
struct TestApplication: Application {
    enum Handler { case health, classify }

    static let router = {
        var router = Router<Handler>()
        router.add("GET /healthz", .health)
        router.add("POST /classify", .classify)
        return router
    }()

    func admit(_ head: RequestHead) -> BodyAdmission {
        let match = Self.router.match(head.method, path: head.path)
        if case .found = match { return .accept(maxBytes: 16 * 1024 * 1024) }
        return .refuse(Self.answer(to: match))
    }

    func respond(to request: Request) async -> Response {
        switch Self.router.match(request.head.method, path: request.head.path) {
        case .found(.health, _, _): Self.json(.ok, #"{"status":"ok"}"#)
        case .found(.classify, _, _):
            Self.isImage(request.body)
                ? Self.json(.ok, #"{"predictions":[]}"#) : Self.json(.unsupportedMediaType, #"{"error":"no image"}"#)
        case let other: Self.answer(to: other)
        }
    }

    func respond(to failure: ProtocolFailure, head: RequestHead?) -> Response {
        var response = Self.json(failure.status, #"{"error":"\#(failure.message)","code":"\#(failure.code)"}"#)
        for field in failure.fields { response.fields.append(field) }
        return response
    }

    private static func answer(to match: Router<Handler>.Match) -> Response {
        switch match {
        case .found, .notFound: return json(.notFound, #"{"error":"not found"}"#)
        case .unknownMethod: return json(.notImplemented, #"{"error":"unknown method"}"#)
        case .options(_, let allow): return Response(status: .noContent, fields: [.allow: allow.allowValue])
        case .methodNotAllowed(_, let allow):
            var response = json(.methodNotAllowed, #"{"error":"method not allowed"}"#)
            response.fields[.allow] = allow.allowValue
            return response
        }
    }

    static func json(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(status: status, fields: [.contentType: "application/json"], body: .bytes(Array(text.utf8)))
    }

    /// Whether `body` starts like a PNG or JPEG of a sane size.
    private static func isImage(_ body: [UInt8]) -> Bool {
        guard let (width, height) = pngSize(body) ?? jpegSize(body) else { return false }
        return width <= 16384 && height <= 16384
    }

    private static func pngSize(_ body: [UInt8]) -> (Int, Int)? {
        guard body.starts(with: [0x89, 0x50, 0x4E, 0x47]), body.count >= 24 else { return nil }
        let number = { (range: Range<Int>) in body[range].reduce(0) { $0 << 8 | Int($1) } }
        return (number(16..<20), number(20..<24))
    }

    private static func jpegSize(_ body: [UInt8]) -> (Int, Int)? {
        guard body.starts(with: [0xFF, 0xD8, 0xFF]) else { return nil }
        for start in body.indices.dropLast(9) where body[start] == 0xFF && body[start + 1] == 0xC0 {
            let number = { (index: Int) in Int(body[index]) << 8 | Int(body[index + 1]) }
            return (number(start + 7), number(start + 5))
        }
        return nil
    }
}
