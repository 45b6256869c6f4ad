import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaImage
@testable import FoveaServer
@testable import FoveaServing

@Suite struct SegmentEverythingRouteTests {
    private let daemon: TestDaemon
    /// A coarse grid whose masks are all kept but for those of the same thing.
    private let query = "?points_per_side=3&pred_iou_thresh=0&stability_score_thresh=0"

    init() throws { daemon = try TestDaemon([.segmenter()]) }

    private func lines(_ answer: Answer) throws -> [JSONValue] {
        try answer.text.split(separator: "\n").map { line in
            let bytes = Array(line.utf8)
            return try JSONParser.parse(bytes, limits: .init(bytes: bytes.count, depth: 8))
        }
    }

    @Test("Without a prompt masks of everything are answered, in the form of the others")
    func json() async throws {
        let answer = await daemon.segment(Pictures.jpeg, query)
        #expect(
            try answer.json.shape
                == "{results:[{masks:[{segmentation:{size:[number],counts:string},area:number,bbox:[number],"
                + "predicted_iou:number,stability_score:number,point_coords:[[number]],crop_box:[number]}]}],"
                + "points:number,crops:number,dropped:{pred_iou_thresh:number,stability_score_thresh:number,"
                + "crop_edge:number,box_nms_thresh:number,crop_nms_thresh:number,min_mask_region_area:number},"
                + "embedding:string,request_id:string,model:{name:string,version:string},"
                + "image:{width:number,height:number,sha256:string},"
                + "timings_ms:{decode:number,queue:number,encoder:number,decoder:number,total:number}}")
        let json = try answer.json
        #expect(json["points"] == 9)
        let masks = try #require(json["results"]?[0]?["masks"]?.array)
        let dropped = try #require(json["dropped"]?["box_nms_thresh"]?.number)
        #expect(Double(masks.count) + dropped == 27)
        let overlaps = masks.compactMap { $0["predicted_iou"]?.number }
        #expect(overlaps == overlaps.sorted(by: >))
        let polygons = await daemon.segment(Pictures.jpeg, query + "&format=polygon")
        #expect(try polygons.json["results"]?[0]?["masks"]?.array.count == masks.count)
    }

    @Test("A stream tells how far the search is, candidates if they are wanted, the masks, and that it is over")
    func stream() async throws {
        let fields: HTTPFields = [.accept: "application/x-ndjson"]
        let whole = try await daemon.segment(Pictures.jpeg, query).json
        let answer = await daemon.segment(Pictures.jpeg, query + "&candidates=true", fields: fields)
        #expect(answer.fields[.contentType] == "application/x-ndjson")
        let lines = try lines(answer)
        #expect(lines.first?["progress"]?["points"] == 0)
        #expect(lines.first?["progress"]?["points_in_all"] == 9)
        #expect(lines.count { $0["candidate"] != nil } == 27)
        let masks = lines.compactMap { $0["mask"] }
        #expect(masks == whole["results"]?[0]?["masks"]?.array)
        let done = try #require(lines.last?["done"])
        #expect(done["masks"]?.number == Double(masks.count))
        #expect(done["embedding"]?.string == "memory")
        #expect(done["image"]?["width"] == 97)
        let plain = try self.lines(await daemon.segment(Pictures.jpeg, query, fields: fields))
        #expect(plain.allSatisfy { $0["candidate"] == nil })
        let row = try #require(try await daemon.rows.last)
        #expect((row.width, row.height) == (97, 75))
        #expect((row.timings.inference ?? 0) > 0)
    }

    @Test("A picture shows every mask over the photograph")
    func picture() async throws {
        let answer = await daemon.segment(Pictures.turned, query, fields: [.accept: "image/png"])
        let picture = try Image(decoding: answer.body[...])
        #expect((picture.width, picture.height) == (331, 217))
    }

    @Test("What can't be begun is an error with its status, also where a stream is asked for")
    func refusals() async throws {
        for fields: HTTPFields in [[:], [.accept: "application/x-ndjson"]] {
            try await daemon.segment(Pictures.broken, query, fields: fields).requireError(422, "undecodable_image")
            for query in [
                "?points_per_side=0", "?points_per_side=65", "?points_per_side=x", "?pred_iou_thresh=nan",
                "?crop_n_layers=4", "?crop_n_layers=3&points_per_side=64", "?format=logits", "?candidates=1",
                "?min_mask_region_area=-1",
            ] {
                try await daemon.segment(Pictures.jpeg, query, fields: fields).requireError(400, "invalid_parameter")
            }
        }
        try await daemon.segment(
            json: #"{"image": \#(Pictures.base64(Pictures.jpeg)), "points_per_side": "3"}"#
        ).requireError(400, "invalid_parameter")
        let some = await daemon.segment(
            json: #"{"image": \#(Pictures.base64(Pictures.jpeg)), "points_per_side": 1, "prompts": []}"#)
        #expect(try some.json["points"] == 1)
    }
}
