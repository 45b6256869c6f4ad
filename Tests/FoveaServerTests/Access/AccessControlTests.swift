import HTTPTypes
import Logging
import Testing

@testable import FoveaHTTP
@testable import FoveaServer

/// Which key opens which route.
@Suite struct AccessControlTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The outcome for each access: `ok`, or the error's code and challenge.
    private func outcomes(_ configuration: Configuration, _ fields: HTTPFields) throws -> [String] {
        let control = try AccessControl(configuration, logger: RecordedLog().logger)
        return [Access.public, Access.user, Access.management].map { (access: Access) -> String in
            do throws(APIError) {
                try control.authorize(fields, for: access)
                return "ok"
            } catch {
                let challenge = (error.fields[.wwwAuthenticate] ?? "").split(separator: "\"").map(String.init)
                return ([error.code.rawValue] + challenge.dropFirst(3)).joined(separator: " ")
            }
        }
    }

    private func configuration(user: String?, admin: String?) throws -> Configuration {
        var configuration = Configuration()
        if let user {
            try folder.write(Array(user.utf8), to: "user")
            configuration.apiKeyFile = folder.path + "/user"
        }
        if let admin {
            try folder.write(Array(admin.utf8), to: "admin")
            configuration.adminKeyFile = folder.path + "/admin"
        }
        return configuration
    }

    @Test("With both files, a key opens ordinary routes, an admin key all")
    func both() throws {
        let configuration = try configuration(user: "u", admin: "a")
        #expect(try outcomes(configuration, [:]) == ["ok", "unauthorized", "unauthorized"])
        let wrong = "unauthorized invalid_token"
        #expect(try outcomes(configuration, [.apiKey: "x"]) == ["ok", wrong, wrong])
        #expect(try outcomes(configuration, [.apiKey: "ключ"]) == ["ok", wrong, wrong])
        #expect(try outcomes(configuration, [.apiKey: "u"]) == ["ok", "ok", "forbidden insufficient_scope"])
        #expect(try outcomes(configuration, [.authorization: "Bearer a"]) == ["ok", "ok", "ok"])
        let several = "malformed_request invalid_request"
        #expect(try outcomes(configuration, [.authorization: "Bearer a", .apiKey: "u"]) == ["ok", several, several])
    }

    @Test("With an API key file alone, a key opens all")
    func userOnly() throws {
        let configuration = try configuration(user: "u", admin: nil)
        #expect(try outcomes(configuration, [:]) == ["ok", "unauthorized", "unauthorized"])
        #expect(try outcomes(configuration, [.apiKey: "u"]) == ["ok", "ok", "ok"])
    }

    @Test("With an admin key file alone, ordinary routes are open, and management is not")
    func adminOnly() throws {
        let configuration = try configuration(user: nil, admin: "a")
        #expect(try outcomes(configuration, [:]) == ["ok", "ok", "unauthorized"])
        #expect(try outcomes(configuration, [.apiKey: "x"]) == ["ok", "ok", "unauthorized invalid_token"])
        #expect(try outcomes(configuration, [.apiKey: "a"]) == ["ok", "ok", "ok"])
    }

    @Test("Without files everything is open, whatever is sent")
    func open() throws {
        #expect(try outcomes(Configuration(), [:]) == ["ok", "ok", "ok"])
        #expect(try outcomes(Configuration(), [.apiKey: "x", .authorization: "Bearer y"]) == ["ok", "ok", "ok"])
    }

    @Test("A file without keys opens nothing")
    func empty() throws {
        let configuration = try configuration(user: "", admin: "#")
        #expect(try outcomes(configuration, [.apiKey: ""]) == ["ok", "unauthorized", "unauthorized"])
    }

    @Test("Changes of either file count from the next look at them")
    func reload() throws {
        let configuration = try configuration(user: "u", admin: "a")
        let control = try AccessControl(configuration, logger: RecordedLog().logger)
        try folder.write(Array("u2".utf8), to: "user")
        try folder.write(Array("a2".utf8), to: "admin")
        control.reloadIfChanged()
        #expect(throws: APIError.self) { try control.authorize([.apiKey: "u"], for: .user) }
        #expect(throws: APIError.self) { try control.authorize([.apiKey: "a"], for: .management) }
        try control.authorize([.apiKey: "u2"], for: .user)
        try control.authorize([.apiKey: "a2"], for: .management)
    }

    @Test("A daemon that listens beyond this machine and asks for no key says so once")
    func openToAll() async throws {
        try folder.write([UInt8("k".utf8.first ?? 0)], to: "keys")
        for (host, keys, count) in [("0.0.0.0", "", 1), ("127.0.0.1", "", 0), ("0.0.0.0", folder.path + "/keys", 0)] {
            let log = RecordedLog()
            var configuration = Configuration()
            (configuration.host, configuration.port, configuration.threads) = (host, 0, 1)
            (configuration.models, configuration.data) = (folder.path, folder.path + "/data")
            configuration.apiKeyFile = keys
            let daemon = try Daemon(configuration: configuration, logger: log.logger)
            _ = try daemon.start()
            _ = await daemon.stop()
            #expect(log.take().count { $0.contains("anybody who reaches this address") } == count)
        }
    }
}
