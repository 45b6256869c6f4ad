import FoveaHTTP
import HTTPTypes
import Testing

@Suite struct RouterTests {
    private let router: Router<Int>

    init() {
        var router = Router<Int>()
        router.add("GET /models/{name}", 1)
        router.add("GET /models/index", 2)
        router.add("POST /classify", 3)
        router.add("DELETE /models/{name}", 4)
        router.add("GET /", 5)
        router.add("POST /v2/models/{m}/versions/{v}/infer", 6)
        self.router = router
    }

    /// A match in one line: the handler and its parameters, or what else it is.
    private func match(_ method: HTTPRequest.Method, _ path: String) -> String {
        switch router.match(method, path: path) {
        case .found(let handler, let pattern, let parameters):
            ["\(handler)", pattern, parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "&")]
                .joined(separator: " ")
        case .options(let pattern, let allow): "options \(pattern) \(allow.allowValue)"
        case .methodNotAllowed(let pattern, let allow): "405 \(pattern) \(allow.allowValue)"
        case .notFound: "404"
        case .unknownMethod: "501"
        }
    }

    @Test(
        "Methods and paths find their routes",
        arguments: [
            ("GET", "/models/a", "1 /models/{name} name=a"), ("GET", "/models/index", "2 /models/index "),
            ("HEAD", "/models/a", "1 /models/{name} name=a"), ("GET", "/", "5 / "),
            ("GET", "/%6dodels/a%2Fb%20c", "1 /models/{name} name=a/b c"),
            ("POST", "/v2/models/x/versions/1/infer", "6 /v2/models/{m}/versions/{v}/infer m=x&v=1"),
            ("GET", "/models/", "404"), ("GET", "/models", "404"), ("GET", "/models/a/", "404"),
            ("GET", "//models/a", "404"), ("GET", "/models/%ff", "404"), ("GET", "/models/../classify", "404"),
            ("GET", "/Models/a", "404"), ("GET", "/models/%2e%2e", "1 /models/{name} name=.."),
            ("GET", "/classify", "405 /classify POST, OPTIONS"),
            ("PUT", "/models/a", "405 /models/{name} GET, HEAD, DELETE, OPTIONS"),
            ("OPTIONS", "/models/a", "options /models/{name} GET, HEAD, DELETE, OPTIONS"),
            ("OPTIONS", "*", "options * GET, HEAD, POST, DELETE, OPTIONS"), ("OPTIONS", "/no", "404"),
            ("MKCOLA", "/models/a", "501"), ("get", "/", "501"), ("TRACE", "/", "405 / GET, HEAD, OPTIONS"),
        ])
    func find(method: String, path: String, expected: String) throws {
        #expect(match(try #require(HTTPRequest.Method(method)), path) == expected)
    }

    @Test("The routes can be listed")
    func list() {
        let listed = router.routes.map { "\($0.method.rawValue) \($0.pattern)" }
        #expect(listed.count == 6)
        #expect(listed.contains("DELETE /models/{name}"))
    }
}
