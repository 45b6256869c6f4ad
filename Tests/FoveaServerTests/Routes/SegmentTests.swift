import Foundation
import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaImage
@testable import FoveaServer
@testable import FoveaServing

@Suite struct SegmentTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon([.segmenter()]) }

    /// The masks of the first prompt.
    private func masks(_ answer: Answer) throws -> [JSONValue] {
        #expect(answer.status == 200, "\(answer.text.prefix(300))")
        return try answer.json["results"]?[0]?["masks"]?.array ?? []
    }

    @Test("A click is answered with three masks, best first, and all that is said of an answer")
    func click() async throws {
        let answer = await daemon.segment()
        #expect(
            try answer.json.shape
                == "{results:[{masks:[{segmentation:{size:[number],counts:string},area:number,bbox:[number],"
                + "predicted_iou:number,stability_score:number,mask_id:string}]}],embedding:string,request_id:string,"
                + "model:{name:string,version:string},image:{width:number,height:number,sha256:string},"
                + "timings_ms:{decode:number,queue:number,encoder:number,decoder:number,total:number}}")
        let masks = try masks(answer)
        #expect(masks.count == 3)
        let overlaps = masks.compactMap { $0["predicted_iou"]?.number }
        #expect(overlaps == overlaps.sorted(by: >))
        #expect(try answer.json["embedding"]?.string == "miss")
        #expect(try answer.json["image"]?["sha256"]?.string == Pictures.id(Pictures.jpeg))
        #expect(answer.fields[.serverTiming]?.contains("decoder;dur=") == true)
        for mask in masks {
            let counts = try #require(mask["segmentation"]?["counts"]?.string)
            let decoded = try RunLengthMask(height: 75, width: 97, compressedCounts: counts)
            #expect(Double(decoded.area) == mask["area"]?.number)
            #expect(mask["segmentation"]?["size"] == [75, 97])
        }
    }

    @Test("An embedding is computed once: for every further click, under another name, and after a restart")
    func embeddings() async throws {
        let first = try masks(await daemon.segment())
        let second = await daemon.segment()
        #expect(try second.json["embedding"]?.string == "memory")
        #expect(try masks(second).map { $0["segmentation"] } == first.map { $0["segmentation"] })
        let byName = await daemon.send(
            .post, "/segment?point=48,37", fields: [.imageSHA256: Pictures.id(Pictures.jpeg)])
        #expect(try byName.json["embedding"]?.string == "memory")
        daemon.close()
        let next = try TestDaemon([], folder: daemon.folder)
        let third = await next.send(.post, "/images/\(Pictures.id(Pictures.jpeg))/segment?point=48,37")
        #expect(try third.json["embedding"]?.string == "disk")
        #expect(try masks(third).map { $0["segmentation"] } == first.map { $0["segmentation"] })
        let exposition = try Exposition(await next.send(.get, "/metrics").text)
        #expect(exposition.values("fovea_embedding_cache_requests_total")["result=disk"] == 1)
        #expect(exposition.values("fovea_embedding_cache_requests_total")["result=miss"] == 0)
        #expect((exposition.values("fovea_embedding_cache_bytes")["tier=disk"] ?? 0) > 2e6)
        #expect((exposition.values("fovea_embedding_cache_bytes")["tier=memory"] ?? 0) > 2e6)
    }

    @Test("A photograph that was deleted is encoded again")
    func deleted() async throws {
        _ = await daemon.send(.put, "/images", body: Pictures.jpeg)
        let path = "/images/\(Pictures.id(Pictures.jpeg))"
        #expect(try await daemon.send(.post, path + "/segment?point=1,1").json["embedding"]?.string == "miss")
        #expect(await daemon.send(.delete, path).status == 204)
        try await daemon.send(.post, path + "/segment?point=1,1").requireError(404, "image_not_found")
        #expect(try await daemon.segment().json["embedding"]?.string == "miss")
    }

    @Test("Fifty clients who click on ten photographs at once have each encoded once")
    func manyClients() async throws {
        let pictures = (0..<10).map { number in
            // Pictures of one colour each.
            Image(
                width: 40 + number, height: 30,
                pixels: [UInt8](repeating: UInt8(20 * number), count: (40 + number) * 90)
            )
            .pngData()
        }
        let origins = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let answer = await daemon.segment(pictures[number % 10], "?point=\(number % 40),7")
                    return try answer.json["embedding"]?.string ?? answer.text
                }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(origins.count { $0 == "miss" } == 10)
        #expect(origins.allSatisfy { ["miss", "joined", "memory"].contains($0) })
    }

    @Test("Several prompts have a result each, the same as by themselves, however many points the others have")
    func prompts() async throws {
        let base64 = Data(Pictures.jpeg).base64EncodedString()
        let several = await daemon.segment(
            json: """
                {"image": "\(base64)", "multimask": false, "prompts": [
                    {"points": [[48, 37]]}, {"points": [[10, 10, 1], [80, 70, 0], [1, 2, 1]]},
                    {"box": [5, 5, 60.5, 50]}, {"points": [[20, 20]], "box": [5, 5, 60.5, 50]}]}
                """)
        let results = try #require(try several.json["results"]?.array)
        #expect(results.map { $0["masks"]?.array.count } == [1, 1, 1, 1])
        for (number, query) in [
            "point=48,37", "point=10,10,1&point=80,70,0&point=1,2", "box=5,5,60.5,50", "point=20,20&box=5,5,60.5,50",
        ].enumerated() {
            let single = try masks(await daemon.segment(Pictures.jpeg, "?multimask=false&" + query))
            #expect(single[0]["segmentation"] == results[number]["masks"]?[0]?["segmentation"], "\(query)")
            #expect(single[0]["predicted_iou"] == results[number]["masks"]?[0]?["predicted_iou"], "\(query)")
        }
    }

    @Test("A mask is refined by its name, on its own photograph alone")
    func refinement() async throws {
        let first = try masks(await daemon.segment())
        let id = try #require(first.first?["mask_id"]?.string)
        let refined = await daemon.segment(Pictures.jpeg, "?point=48,37&point=10,10,0&mask=\(id)")
        #expect(try masks(refined).count == 1)
        let without = await daemon.segment(Pictures.jpeg, "?point=48,37&point=10,10,0")
        #expect(try masks(refined)[0]["predicted_iou"] != masks(without)[0]["predicted_iou"])
        try await daemon.segment(Pictures.png, "?point=1,1&mask=\(id)").requireError(400, "invalid_prompt")
        try await daemon.segment(Pictures.jpeg, "?point=1,1&mask=nosuch").requireError(400, "invalid_prompt")
    }

    @Test("Masks come as polygons, pictures and logits, too, and all of them are the same mask")
    func formats() async throws {
        let query = "?point=48,37&multimask=false"
        let mask = try masks(await daemon.segment(Pictures.jpeg, query))[0]
        let area = try #require(mask["area"]?.number)
        let polygons = try masks(await daemon.segment(Pictures.jpeg, query + "&format=polygon"))[0]
        let rings = try #require(polygons["segmentation"]?.array)
        func shoelace(_ ring: JSONValue?) -> Double {
            let numbers = (ring?.array ?? []).compactMap(\.number)
            return stride(from: 0, to: numbers.count, by: 2).reduce(0) { sum, index in
                let next = (index + 2) % numbers.count
                return sum + (numbers[index] * numbers[next + 1] - numbers[next] * numbers[index + 1]) / 2
            }
        }
        let enclosed = rings.reduce(0) { sum, polygon in
            sum + abs(shoelace(polygon["outer"]))
                - (polygon["holes"]?.array ?? []).reduce(0) { $0 + abs(shoelace($1)) }
        }
        #expect(enclosed == area)
        let simple = try masks(await daemon.segment(Pictures.jpeg, query + "&format=polygon&simplify=1.5"))[0]
        #expect((simple["simplified_iou"]?.number ?? 0) > 0.5)

        let picture = try masks(await daemon.segment(Pictures.jpeg, query + "&format=png"))[0]
        let png = try #require(picture["segmentation"]?["png"]?.string.flatMap { Data(base64Encoded: $0) })
        let decoded = try Image(decoding: [UInt8](png)[...])
        #expect(decoded.pixels.count { $0 == 255 } == 3 * Int(area))

        let logits = try masks(await daemon.segment(Pictures.jpeg, query + "&format=logits"))[0]
        #expect(logits["segmentation"]?["size"] == [256, 256])
        let bytes = logits["segmentation"]?["float32"]?.string.flatMap { Data(base64Encoded: $0) }
        #expect(bytes?.count == 4 * 256 * 256)
    }

    @Test("Accept: image/png gets the best mask, or the photograph with it")
    func pictures() async throws {
        let fields: HTTPFields = [.accept: "image/png"]
        let mask = await daemon.segment(Pictures.turned, "?point=100,100", fields: fields)
        #expect(mask.fields[.contentType] == "image/png")
        let plain = try Image(decoding: mask.body[...])
        #expect((plain.width, plain.height) == (331, 217))
        #expect(Set(plain.pixels).isSubset(of: [0, 255]))
        let overlay = await daemon.segment(Pictures.turned, "?point=100,100&render=overlay", fields: fields)
        let drawn = try Image(decoding: overlay.body[...])
        #expect((drawn.width, drawn.height) == (331, 217))
        #expect(Set(drawn.pixels).count > 2)
    }

    @Test(
        "A prompt that can't be meant is refused with what is wrong",
        arguments: [
            ("point=98,1", "outside"), ("point=-1,1", "outside"), ("point=1,76", "outside"), ("point=1", "x,y"),
            ("point=1,1,2", "label"), ("point=nan,1", "x,y"), ("box=5,5,5,9", "empty"), ("box=1,1,200,9", "beyond"),
            ("box=1,2,3", "x1,y1,x2,y2"), ("box=1,1,9,9&box=1,1,8,8", "one box"),
        ])
    func refusals(query: String, word: String) async throws {
        let json = try await daemon.segment(Pictures.jpeg, "?" + query).requireError(400, "invalid_prompt")
        #expect(json["error"]?.string?.contains(word) == true, "\(json)")
    }

    @Test("Too many prompts or points, prompts of the wrong type and wrong options are refused")
    func limits() async throws {
        _ = await daemon.send(.put, "/images", body: Pictures.jpeg)
        let image = #""image": {"sha256": "\#(Pictures.id(Pictures.jpeg))"}"#
        let points = [String](repeating: "[1, 1]", count: 257).joined(separator: ",")
        let prompts = [String](repeating: #"{"points": [[1, 1]]}"#, count: 257).joined(separator: ",")
        for json in [
            #"{\#(image), "prompts": [{"points": [\#(points)]}]}"#, #"{\#(image), "prompts": [\#(prompts)]}"#,
            #"{\#(image), "prompts": 1}"#, #"{\#(image), "prompts": [1]}"#, #"{\#(image), "prompts": [{}]}"#,
            #"{\#(image), "prompts": [{"points": [[1, 1, 1, 1]]}]}"#, #"{\#(image), "prompts": [{"pionts": []}]}"#,
            #"{\#(image), "prompts": [{"mask": 1}]}"#,
        ] {
            try await daemon.segment(json: json).requireError(400, "invalid_prompt")
        }
        for query in ["format=bmp", "multimask=1", "simplify=-1", "simplify=nan", "render=x"] {
            try await daemon.segment(Pictures.jpeg, "?point=1,1&" + query).requireError(400, "invalid_parameter")
        }
        try await daemon.segment(Pictures.broken).requireError(422, "undecodable_image")
        try await daemon.segment(Pictures.gif).requireError(415, "unsupported_media_type")
        try await daemon.send(.post, "/segment?point=1,1").requireError(415, "unsupported_media_type")
        #expect(await daemon.segment().status == 200)
    }

    @Test("A model that does something else is refused, and no model that segments is said so")
    func otherModels() async throws {
        let daemon = try TestDaemon()
        try await daemon.segment().requireError(503, "model_not_ready")
        try await daemon.segment(Pictures.jpeg, "?point=1,1&model=toy").requireError(400, "invalid_parameter")
        try await self.daemon.classify().requireError(503, "model_not_ready")
    }

    @Test("A segmentation is logged and counted as any request")
    func counted() async throws {
        _ = await daemon.segment()
        let row = try #require(try await daemon.rows.last)
        #expect(row.route == "/segment")
        #expect(row.model == "sam")
        #expect(row.imageSHA256 == Pictures.id(Pictures.jpeg))
        #expect((row.width, row.height) == (97, 75))
        #expect((row.timings.inference ?? 0) > 0)
    }
}
