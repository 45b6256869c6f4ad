import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct CredentialsTests {
    private static let apiKey = HTTPField.Name.apiKey

    @Test(
        "The key follows the scheme, whose case and spaces don't matter",
        arguments: ["Bearer k", "bearer k", "BEARER    k", "bEaReR k"])
    func bearer(value: String) throws {
        #expect(try Credentials([.authorization: value]).key == "k")
    }

    @Test(
        "No key and another scheme are no key",
        arguments: ["", "Bearer", "Bearer  ", "Basic k", "Bearerk", "Bearer\tk"])
    func none(value: String) throws {
        #expect(try Credentials([.authorization: value]).key == nil)
        #expect(try Credentials([.authorization: value, Self.apiKey: ""]).key == nil)
        #expect(try Credentials([.authorization: value, Self.apiKey: "k"]).key == "k")
        #expect(try Credentials([:]).key == nil)
    }

    @Test("What follows is taken as it is, ASCII or not", arguments: ["a b", "a,b", "ключ", "\u{301}", "a=\"b\""])
    func anything(key: String) throws {
        #expect(try Credentials([.authorization: "Bearer " + key]).key == key)
        #expect(try Credentials([Self.apiKey: key]).key == key)
    }

    @Test("Several keys are refused unless they are the same")
    func several() throws {
        for fields: HTTPFields in [
            [.authorization: "Bearer a", .authorization: "Bearer b"], [Self.apiKey: "a", Self.apiKey: "b"],
            [.authorization: "Bearer a", Self.apiKey: "b"],
        ] {
            let error = #expect(throws: APIError.self) { try Credentials(fields) }
            #expect(error?.code == .malformedRequest)
            #expect(error?.fields[.wwwAuthenticate] == "Bearer realm=\"fovea\", error=\"invalid_request\"")
        }
        #expect(try Credentials([.authorization: "Bearer a", Self.apiKey: "a"]).key == "a")
        #expect(try Credentials([.authorization: "Basic a", .authorization: "Bearer b"]).key == "b")
    }
}
