import Testing

@testable import FoveaServer

@Suite struct AccessKeysTests {
    private func keys(_ text: String) throws -> AccessKeys { try AccessKeys(Array(text.utf8), file: "f") }

    @Test("One key a line; white space around it, empty lines and comments don't count")
    func lines() throws {
        let keys = try keys("# mine\n one\t\r\n\n  # two\nthr#ee\n \t\r\nfour")
        #expect(keys.count == 3)
        for key in ["one", "thr#ee", "four"] { #expect(keys.contains(key)) }
        for key in ["", "# mine", "two", " one", "one\r", "thr"] { #expect(!keys.contains(key), "\(key)") }
        #expect(try self.keys("").count == 0)
        #expect(try !self.keys("").contains(""))
    }

    @Test("Only the very key is found, wherever it stands, whatever the lengths")
    func equality() throws {
        let (first, last) = ("key-" + String(repeating: "a", count: 60), String(repeating: "z", count: 511) + "y")
        let keys = try keys(([first] + (100..<200).map { "\($0)-middle" } + [last]).joined(separator: "\n"))
        for key in [first, "150-middle", last] {
            let isFound = keys.contains(key)
            #expect(isFound)
            for other in [
                key + "a", "a" + key, String(key.dropLast()), String(key.dropFirst()), String(key.reversed()),
            ] {
                let isFound = keys.contains(other)
                #expect(!isFound, "\(other)")
            }
        }
    }

    @Test(
        "A key that can't stand in a header is refused with its line, and never shown",
        arguments: [
            [UInt8]("two words".utf8), Array("tab\there".utf8), Array("schlüssel".utf8), [0], [0x7F], [0xFF],
            [0xEF, 0xBB, 0xBF, 0x61], [UInt8](repeating: 0x61, count: 513),
        ])
    func malformed(key: [UInt8]) {
        let error = AccessKeyError.malformedKey(file: "f", line: 3, limit: 512)
        #expect(throws: error) { try AccessKeys(Array("good\n\n".utf8) + key + Array("\nmore".utf8), file: "f") }
        #expect(
            "\(error)" == "the key file f, line 3: a key is 1 to 512 visible ASCII characters, without spaces")
    }

    @Test("The most keys and the longest file are allowed, one more is not")
    func limits() throws {
        let most = String(repeating: "k\n", count: 10_000)
        #expect(try keys(most + "\n#").count == 10_000)
        #expect(throws: AccessKeyError.tooManyKeys(file: "f", limit: 10_000)) { try keys(most + "k") }
        let longest = String(repeating: "#", count: 1 << 20)
        #expect(try keys(longest).count == 0)
        #expect(throws: AccessKeyError.tooLong(file: "f", limit: 1 << 20)) { try keys(longest + "\n") }
    }

    @Test("A file cut at any byte has the keys before the cut")
    func cut() throws {
        let text = Array("# c\r\nkey1\r\n\r\n key2\n#key3\nkey4".utf8)
        for end in 0...text.count {
            let whole = try AccessKeys(Array(text[..<end]), file: "f")
            #expect(whole.contains("key1") == (end >= 9))
            #expect(whole.contains("key2") == (end >= 18))
            #expect(whole.contains("key4") == (end == text.count))
            #expect(!whole.contains("key3"))
        }
    }
}
