import Foundation
import Testing

@Suite(.enabled(if: DaemonProcess.isAvailable), .serialized)
struct ClassifyEndToEndTests {
    @Test("Probabilities are the reference's: within 2e-3 on PNG, 1e-2 on JPEG")
    func matchesReference() throws {
        let daemon = try DaemonProcess()
        let client = try Client(port: daemon.port)
        let reference = try Photographs.reference()
        #expect(reference.count == 4)
        for (name, expected) in reference {
            let answer = try client.request("POST", "/classify?top_k=1000", body: Photographs.bytes(name))
            #expect(answer.status == 200)
            let scores = Dictionary(
                uniqueKeysWithValues: try Photographs.predictions(answer).map { ($0.class_id, $0.score) })
            for prediction in expected {
                let difference = abs((scores[prediction.class_id] ?? 0) - prediction.score)
                #expect(difference < (name.hasSuffix("png") ? 2e-3 : 1e-2), "\(name), class \(prediction.class_id)")
            }
        }
    }

    @Test("All four ways of giving an image get the same answer")
    func fourWays() throws {
        let daemon = try DaemonProcess()
        let client = try Client(port: daemon.port)
        let bytes = try Photographs.bytes("chelsea.jpg")
        let raw = try client.request("POST", "/classify?top_k=3", body: bytes)
        let form =
            Array(
                "--b\r\nContent-Disposition: form-data; name=\"top_k\"\r\n\r\n3\r\n--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"cat.jpg\"\r\n\r\n"
                    .utf8) + bytes + Array("\r\n--b--\r\n".utf8)
        let json = Array("{\"image\":\"\(Data(bytes).base64EncodedString())\",\"top_k\":3}".utf8)
        let upload = try client.request("PUT", "/images", body: bytes)
        #expect(upload.status == 201)
        let id = try #require(upload.text.split(separator: "\"sha256\":\"").last?.prefix(64))
        let answers = [
            raw,
            try client.request(
                "POST", "/classify", fields: [("Content-Type", "multipart/form-data; boundary=b")], body: form),
            try client.request("POST", "/classify", fields: [("Content-Type", "application/json")], body: json),
            try client.request(
                "POST", "/classify", fields: [("Content-Type", "application/json")],
                body: Array("{\"image\":{\"sha256\":\"\(id)\"},\"top_k\":3}".utf8)),
            try client.request("POST", "/classify?top_k=3", fields: [("X-Image-SHA256", String(id))]),
            try client.request("POST", "/images/\(id)/classify?top_k=3"),
        ]
        let expected = try Photographs.predictions(raw)
        #expect(expected.count == 3)
        for answer in answers {
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try Photographs.predictions(answer).map(\.class_id) == expected.map(\.class_id))
            #expect(try Photographs.predictions(answer).map(\.score) == expected.map(\.score))
        }
        #expect(try client.request("DELETE", "/images/\(id)").status == 204)
        #expect(try client.request("POST", "/images/\(id)/classify").status == 404)
    }

    @Test("A photograph cut at any hundredth, or with a flipped bit, gets a 4xx or an answer, and the daemon lives")
    func hostileFiles() throws {
        let daemon = try DaemonProcess()
        let client = try Client(port: daemon.port)
        var generator = SplitMix(state: 7)
        for name in ["chelsea.jpg", "chelsea-grey.png"] {
            let bytes = try Photographs.bytes(name)
            for percent in 0..<100 {
                let status = try client.request(
                    "POST", "/classify", body: Array(bytes.prefix(bytes.count * percent / 100))
                ).status
                #expect((400..<500).contains(status), "\(name) cut at \(percent) %")
            }
            for _ in 0..<100 {
                var damaged = bytes
                let bit = Int(generator.next() % UInt64(damaged.count * 8))
                damaged[bit / 8] ^= 1 << (bit % 8)
                let status = try client.request("POST", "/classify", body: damaged).status
                #expect(status == 200 || (400..<500).contains(status), "\(name) with bit \(bit) flipped")
            }
        }
        #expect(try client.request("GET", "/healthz").status == 200)
    }
}

/// A small random generator with a fixed seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
