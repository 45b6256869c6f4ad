import Testing

@testable import FoveaServing

@Suite struct ModelNameTests {
    @Test(
        "Plain names are accepted",
        arguments: ["a", "7", "efficientnet-lite0", "A.b_c-1.", String(repeating: "x", count: 64)])
    func good(name: String) throws {
        #expect(try ModelName(name).description == name)
    }

    @Test(
        "Names that could lead out of the repository are refused",
        arguments: [
            "", ".", "..", "../etc", "a/../b", "model/..", "/etc/passwd", "model/subdir", "model/", " ..", ".. ", "...",
            "model..1", ".hidden", "-flag", "_x", "a b", "a\0b", "a\nb", "é", "e\u{301}", "\u{FF15}",
            String(repeating: "x", count: 65),
        ])
    func bad(name: String) {
        #expect(throws: RepositoryError.invalidName(name)) { try ModelName(name) }
    }

    @Test("A version is a plain number", arguments: ["0", "01", "+1", "-1", "", "1.0", "1234567890", "５", "1 "])
    func badVersion(text: String) {
        #expect(ModelRepository.versionNumber(text) == nil)
    }

    @Test func goodVersion() {
        #expect(ModelRepository.versionNumber("1") == 1)
        #expect(ModelRepository.versionNumber("999999999") == 999_999_999)
    }
}
