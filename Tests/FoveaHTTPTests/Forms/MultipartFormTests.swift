import FoveaHTTP
import Testing

@Suite struct MultipartFormTests {
    static let head =
        "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
    static let data = "\u{89}PNG\r\n\u{1A}\n\0data\r\n--Xb\r\n--XbXY\r\n- -"
    static let whole =
        "--XbX\r\n\(head)\(data)\r\n--XbX\r\nContent-Disposition: form-data; name=top_k\r\n\r\n3\r\n--XbX--\r\n"

    static func parse(
        _ text: String, boundary: String = "XbX", limits: MultipartLimits = .default
    ) throws(MultipartError) -> [MultipartForm.Part] {
        try MultipartForm.parse(Array(text.utf8)[...], boundary: Array(boundary.utf8), limits: limits)
    }

    static func error(
        _ text: String, boundary: String = "XbX", limits: MultipartLimits = .default
    ) -> MultipartError? {
        do throws(MultipartError) {
            _ = try parse(text, boundary: boundary, limits: limits)
            return nil
        } catch { return error }
    }

    /// A form of one part whose head is `head`.
    static func form(head: String, data: String = "data") -> String { "--XbX\r\n\(head)\r\n\(data)\r\n--XbX--\r\n" }

    @Test("Names, file names, types and data are taken apart")
    func parses() throws {
        let parts = try Self.parse(Self.whole)
        #expect(parts.map(\.name) == ["image", "top_k"])
        #expect(parts.map(\.filename) == ["a.png", nil])
        #expect(parts.map(\.contentType?.essence) == ["image/png", nil])
        #expect(parts.map { Array($0.body) } == [Array(Self.data.utf8), Array("3".utf8)])
    }

    @Test("A body that is a slice of something larger is read inside its bounds")
    func slice() throws {
        let bytes = Array("junk\(Self.whole)junk".utf8)
        let parts = try MultipartForm.parse(bytes[4..<bytes.count - 4], boundary: Array("XbX".utf8))
        #expect(parts.map { Array($0.body) } == [Array(Self.data.utf8), Array("3".utf8)])
    }

    @Test("A form cut off at any byte before its end is refused", arguments: 0..<whole.utf8.count - 2)
    func cutOff(at end: Int) {
        #expect(throws: MultipartError.self) {
            try MultipartForm.parse(Array(Self.whole.utf8).prefix(end), boundary: Array("XbX".utf8))
        }
    }

    @Test("Preamble, epilogue, padding and a missing last line end are allowed")
    func allowed() throws {
        let part = "\(Self.head)x"
        for form in [
            "This is a preamble.\r\n\r\n--XbX\r\n\(part)\r\n--XbX--\r\nepilogue\r\n--XbX\r\n",
            "--XbX \t\r\n\(part)\r\n--XbX-- \t\r\n", "--XbX\r\n\(part)\r\n--XbX--", "\r\n--XbX\r\n\(part)\r\n--XbX-- ",
        ] {
            #expect(try Self.parse(form).map { Array($0.body) } == [Array("x".utf8)])
        }
    }

    @Test("A part may be empty, with and without a line end of its own")
    func empty() throws {
        for end in ["\r\n\r\n", "\r\n"] {
            let form = "--XbX\r\nContent-Disposition: form-data; name=a\r\n\(end)--XbX--"
            #expect(try Self.parse(form).map(\.body.count) == [0])
        }
    }

    @Test("Every character that a boundary may have is accepted, up to 70")
    func boundaries() throws {
        for boundary in ["a b=c?'()+_,-./:", String(repeating: "b", count: 70), "-", "--"] {
            let form = "--\(boundary)\r\n\(Self.head)x\r\n--\(boundary)--\r\n"
            #expect(try Self.parse(form, boundary: boundary).count == 1)
        }
        for boundary in ["", "a ", String(repeating: "b", count: 71), "a\r\n", "a\"b", "\u{E4}"] {
            #expect(Self.error(Self.whole, boundary: boundary) == .boundary)
        }
    }

    @Test(
        "Heads that break a rule are refused",
        arguments: [
            ("Content-Type: image/png\r\n", MultipartError.noName), ("", .noName),
            ("Content-Disposition: form-data; filename=a\r\n", .noName),
            ("Content-Disposition: form-data\r\n", .noName),
            ("Content-Disposition: form-data; name=\"\"\r\n", .noName),
            ("Content-Disposition: attachment; name=a\r\n", .noName),
            ("Content-Disposition: form-data; name=a; name=b\r\n", .malformedHead),
            ("Content-Disposition: form-data; name=\"a\r\n", .malformedHead),
            ("Content-Disposition: form-data; name=\"a\u{0}\"\r\n", .malformedHead),
            ("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=a\r\n", .malformedHead),
            ("Content-Disposition : form-data; name=a\r\n", .malformedHead), ("no colon\r\n", .malformedHead),
            (": empty\r\n", .malformedHead), ("Content-Disposition: form-data;\r\n name=a\r\n", .malformedHead),
            ("Content-Disposition: form-data; name=a\n", .malformedHead), ("A: b\rC: d\r\n", .malformedHead),
            ("Content-Disposition: form-data; name=a\r\nContent-Type: image\r\n", .malformedHead),
            ("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n", .encodedPart),
            ("Content-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=b\r\n", .encodedPart),
        ])
    func refusedHeads(head: String, error: MultipartError) {
        #expect(Self.error(Self.form(head: head)) == error)
    }

    @Test("A name that is not UTF-8 is refused, a file name is repaired")
    func encodings() throws {
        func parse(_ parameter: String) throws -> [MultipartForm.Part] {
            let text = Self.form(head: "Content-Disposition: form-data; name=a; \(parameter)=\"?\"\r\n")
            let bytes = Array(text.utf8).map { $0 == UInt8(ascii: "?") ? 0xE4 : $0 }
            return try MultipartForm.parse(bytes[...], boundary: Array("XbX".utf8))
        }
        #expect(try parse("filename").first?.filename == "\u{FFFD}")
        #expect(try parse("filename*").first?.filename == nil)
        let head = Array("--XbX\r\nContent-Disposition: form-data; name=\"".utf8) + [0xE4]
        let bytes = head + Array("\"\r\n\r\nx\r\n--XbX--".utf8)
        #expect(throws: MultipartError.malformedHead) {
            try MultipartForm.parse(bytes[...], boundary: Array("XbX".utf8))
        }
    }

    @Test("File names are only data")
    func filenames() throws {
        for name in ["../../../../etc/cron.d/x", "a%0d%0aX: y.png", ""] {
            let head = "Content-Disposition: form-data; name=\"image\"; filename=\"\(name)\"\r\n"
            #expect(try Self.parse(Self.form(head: head)).map(\.filename) == [name])
        }
    }

    @Test("Without a part or an end there is no form")
    func incomplete() {
        #expect(Self.error("") == .noParts)
        #expect(Self.error("--XbX--\r\n") == .noParts)
        #expect(Self.error("--other\r\n\(Self.head)x\r\n--other--\r\n") == .noParts)
        #expect(Self.error("--XbX\n\(Self.head)x\r\n--XbX--\r\n") == .noParts)
        #expect(Self.error("x--XbX\r\n\(Self.head)x\r\n--XbX--\r\n") == .noParts)
        #expect(Self.error("--XbX\r\n\(Self.head)x\r\n--XbX--x") == .unterminated)
        #expect(Self.error("--XbX\r\n\(Self.head)x\n--XbX--\r\n") == .unterminated)
    }

    @Test("Parts, fields and bytes are accepted up to their limits")
    func limits() {
        let part = "--XbX\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
        #expect(Self.error(String(repeating: part, count: 16) + "--XbX--") == nil)
        #expect(Self.error(String(repeating: part, count: 17) + "--XbX--") == .tooManyParts(limit: 16))

        let name = "Content-Disposition: form-data; name=a\r\n"
        let fields = { count in Self.form(head: name + String(repeating: "X: v\r\n", count: count)) }
        #expect(Self.error(fields(15)) == nil)
        #expect(Self.error(fields(16)) == .tooManyFields(limit: 16))
        #expect(Self.error(fields(1000)) == .tooManyFields(limit: 16))

        // The head counts with the empty line that ends it.
        let field = { size in Self.form(head: name + "X: " + String(repeating: "v", count: size - 47) + "\r\n") }
        #expect(Self.error(field(8192)) == nil)
        #expect(Self.error(field(8193)) == .headTooLong(limit: 8192))
        #expect(Self.error(field(20_000)) == .headTooLong(limit: 8192))

        let around = { before, after in
            String(repeating: "p", count: before) + "\r\n\(part)--XbX--\r\n" + String(repeating: "e", count: after)
        }
        #expect(Self.error(around(2048, 2048)) == nil)
        #expect(Self.error(around(2048, 2049)) == .outsideTooLong(limit: 4096))
        #expect(Self.error(around(4097, 0)) == .outsideTooLong(limit: 4096))
    }

    @Test("Errors say their status")
    func status() {
        #expect(MultipartError.unterminated.status == 400)
        #expect(MultipartError.tooManyParts(limit: 1).status == 413)
        #expect(MultipartError.headTooLong(limit: 1).status == 431)
        #expect(MultipartError.tooManyFields(limit: 1).status == 431)
    }

    @Test(
        "Floods of what looks like a delimiter take linear time",
        arguments: ["\r", "\r\n", "\r\n--XbW", "\r\n--XbX_", "\r\n--XbX  _", "\r\n--XbX--x", "-", "\r\n--Xb"])
    func floods(unit: String) throws {
        func seconds(_ count: Int) throws -> Double {
            let flood = String(repeating: unit, count: count / unit.utf8.count)
            let form = Array("--XbX\r\n\(Self.head)\(flood)x\r\n--XbX--".utf8)
            let duration = try ContinuousClock().measure {
                let parts = try MultipartForm.parse(form[...], boundary: Array("XbX".utf8))
                #expect(parts.map(\.body.count) == [flood.utf8.count + 1])
            }
            return duration / .seconds(1)
        }
        // Quadratic time would be minutes.
        #expect(try seconds(4_000_000) < 2)
    }
}
