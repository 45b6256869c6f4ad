import Dispatch
import Foundation
import FoveaHTTP
import FoveaJSON
import FoveaStore
import HTTPTypes
import Testing

@testable import FoveaServer

@Suite struct RequestLogTests {
    @Test("Each call leaves one row with what is known of it")
    func rows() async throws {
        let daemon = try TestDaemon([ModelFolder("toy/3")])
        let agent: HTTPFields = [.userAgent: "curl/8", .requestID: "one"]
        let answer = await daemon.classify(Pictures.jpeg, "?top_k=1", fields: agent)
        _ = await daemon.classify(Pictures.broken, fields: [.requestID: "two"])
        _ = await daemon.send(.get, "/models/none", fields: [.requestID: "three"])
        _ = await daemon.send(.get, "/nothing", fields: [.requestID: "four"])
        _ = await daemon.send(.put, "/images", fields: [.requestID: "five"], body: Pictures.png)
        let rows = try await daemon.rows
        #expect(rows.map(\.requestID) == ["one", "two", "three", "four", "five"])
        #expect(rows.map(\.status) == [200, 422, 404, 404, 201])
        #expect(rows.map(\.route) == ["/classify", "/classify", "/models/{name}", "none", "/images"])
        #expect(rows.map(\.method) == ["POST", "POST", "GET", "GET", "PUT"])
        #expect(rows.map(\.errorCode) == [nil, "undecodable_image", "model_not_found", "not_found", nil])
        #expect(rows.map(\.model) == ["toy", "toy", nil, nil, nil])
        #expect(rows.map(\.version) == ["3", "3", nil, nil, nil])
        #expect(rows.map(\.bytesIn) == [Pictures.jpeg.count, Pictures.broken.count, 0, 0, Pictures.png.count])
        #expect(rows[0].bytesOut == answer.body.count)
        #expect(rows[0].imageSHA256 == Pictures.id(Pictures.jpeg))
        #expect([rows[0].width, rows[0].height] == [97, 75])
        #expect(rows[0].topLabel == "dog")
        #expect(abs((rows[0].topScore ?? 0) - 0.665_241) < 1e-5)
        #expect(rows.map(\.userAgent) == ["curl/8", nil, nil, nil, nil])
        #expect(rows.allSatisfy { $0.remoteAddress == "192.0.2.7" })
        let timings = rows[0].timings
        #expect((timings.decode ?? -1) > 0)
        #expect((timings.queue ?? -1) > 0)
        #expect((timings.inference ?? -1) > 0)
        let stages = (timings.decode ?? 0) + (timings.queue ?? 0) + (timings.inference ?? 0)
        #expect((timings.total ?? 0) >= stages)
        #expect(rows[1].timings.decode == nil)
        #expect(rows[4].imageSHA256 == Pictures.id(Pictures.png))
    }

    @Test("A batch is one row, with its first good image and the sum of its stages")
    func batch() async throws {
        let daemon = try TestDaemon()
        let form = Form(images: [Pictures.broken, Pictures.jpeg, Pictures.png])
        let answer = await daemon.send(.post, "/classify", fields: Form.type, body: form.body)
        let rows = try await daemon.rows
        #expect(rows.count == 1)
        #expect(rows[0].imageSHA256 == Pictures.id(Pictures.jpeg))
        let decode = try answer.json["results"]?.array.compactMap { $0["timings_ms"]?["decode"]?.number } ?? []
        #expect(decode.count == 2)
        #expect(abs((rows[0].timings.decode ?? 0) - decode.reduce(0, +)) < 0.01)
    }

    @Test("A client that is gone is logged like any other")
    func clientGone() async throws {
        let daemon = try TestDaemon()
        _ = await daemon.send(.post, "/classify", body: Pictures.png, outcome: .clientGone)
        _ = await daemon.send(.get, "/nothing", outcome: .clientGone)
        let rows = try await daemon.rows
        #expect(rows.map(\.status) == [200, 404])
        #expect(rows.map(\.bytesOut) == [0, 0])
    }

    @Test("A request that is refused for a full queue names its model")
    func refused() async throws {
        let daemon = try TestDaemon { $0.queueCapacity = 1 }
        let gate = daemon.block()
        async let waiting = daemon.classify()
        await daemon.waitForPendingJobs(1)
        _ = await daemon.classify()
        gate.signal()
        #expect(await waiting.status == 200)
        let rows = try await daemon.rows
        #expect(rows.map(\.errorCode) == ["queue_full", nil])
        #expect(rows.map(\.model) == ["toy", "toy"])
    }

    @Test("The time of a row is when the request came, whenever its answer is sent")
    func arrival() async throws {
        let daemon = try TestDaemon()
        let head = RequestHead(method: .get, path: "/healthz")
        let request = Request(head: head, body: [], receivedAt: .now - .seconds(100))
        let response = await daemon.application.respond(to: request)
        let answered = Date().timeIntervalSince1970
        response.onSent?(.sent(bytes: 0))
        let row = try #require(try await daemon.rows.last)
        let total = try #require(row.timings.total) / 1000
        #expect(total >= 100)
        #expect(row.time + total <= answered)
        #expect(row.time + total > answered - 5)
    }

    @Test("/requests shows the newest first, and filters by model, status, time and number")
    func filters() async throws {
        let daemon = try TestDaemon([ModelFolder("a"), ModelFolder("b")])
        _ = await daemon.classify(fields: [.requestID: "1"])
        _ = await daemon.classify(Pictures.png, "?model=b", fields: [.requestID: "2"])
        _ = await daemon.classify(Pictures.broken, fields: [.requestID: "3"])
        _ = await daemon.send(.get, "/nothing", fields: [.requestID: "4"])
        let times = try await daemon.rows.map(\.time)
        for (query, expected) in [
            ("", ["4", "3", "2", "1"]), ("?model=b", ["2"]), ("?model=a", ["3", "1"]),
            ("?status=404", ["4"]), ("?status=200&model=a", ["1"]), ("?model=none", []),
            ("?model=", ["4", "3", "2", "1"]),
            ("?since=\(times[2])", ["4", "3"]), ("?until=\(times[2])", ["2", "1"]),
            ("?since=\(times[1])&until=\(times[3])", ["3", "2"]), ("?since=253402300799", []),
            ("?since=2&until=1", []),
        ] {
            // The questions are in the log themselves.
            let answer = await daemon.send(.get, "/requests" + query, fields: [.requestID: "asking"])
            let ids = try answer.json["requests"]?.array.compactMap { $0["id"]?.string }.filter { $0 != "asking" }
            #expect(answer.status == 200, "\(query)")
            #expect(ids == expected, "\(query)")
        }
        #expect(try await daemon.send(.get, "/requests?limit=2").json["requests"]?.array.count == 2)
        for query in ["status=99", "status=x", "limit=0", "limit=1001", "since=-1", "since=nan", "until=x"] {
            try await daemon.send(.get, "/requests?" + query).requireError(400, "invalid_parameter")
        }
    }

    @Test("/requests/{id} shows one, with the members of the description")
    func one() async throws {
        let daemon = try TestDaemon()
        _ = await daemon.classify(Pictures.jpeg, fields: [.requestID: "good"])
        _ = await daemon.classify(Pictures.broken, fields: [.requestID: "bad"])
        let good = try await daemon.send(.get, "/requests/good").json
        #expect(
            good.shape
                == "{id:string,time:number,method:string,route:string,model:string,version:string,status:number,"
                + "code:null,image:{width:number,height:number,sha256:string},bytes_in:number,bytes_out:number,"
                + "timings_ms:{decode:number,queue:number,inference:number,total:number},"
                + "top:{label:string,score:number}}")
        #expect(good["id"]?.string == "good")
        let bad = try await daemon.send(.get, "/requests/bad").json
        #expect(
            bad.shape
                == "{id:string,time:number,method:string,route:string,model:string,version:string,status:number,"
                + "code:string,image:null,bytes_in:number,bytes_out:number,timings_ms:{total:number},top:null}")
        #expect(bad["code"]?.string == "undecodable_image")
        try await daemon.send(.get, "/requests/other").requireError(404, "not_found")
    }
}
