import Foundation
import Synchronization
import Testing

@Suite(.enabled(if: DaemonProcess.isAvailable), .serialized)
struct LifecycleEndToEndTests {
    @Test("After 300 mixed requests on 8 connections and SIGTERM, client, metrics and log agree exactly")
    func accountsAgree() throws {
        let daemon = try DaemonProcess()
        let photo = try Photographs.bytes("chelsea.jpg")
        let seen = Mutex<[Int: Int]>([:])
        let port = daemon.port
        DispatchQueue.concurrentPerform(iterations: 8) { worker in
            guard let client = try? Client(port: port) else { return }
            for number in stride(from: worker, to: 300, by: 8) {
                let answer: Client.Answer?
                switch number % 6 {
                case 0, 1: answer = try? client.request("POST", "/classify", body: photo)
                case 2: answer = try? client.request("POST", "/classify", body: Array("not an image".utf8))
                case 3: answer = try? client.request("GET", "/models")
                case 4: answer = try? client.request("GET", "/nowhere")
                default: answer = try? client.request("POST", "/classify", body: Array(photo.prefix(5000)))
                }
                if let answer { seen.withLock { $0[answer.status, default: 0] += 1 } }
            }
        }
        let client = seen.withLock { $0 }
        #expect(client == [200: 150, 404: 50, 415: 50, 422: 50])

        let metrics = try Client(port: daemon.port).request("GET", "/metrics").text
        var counted: [Int: Int] = [:]
        for line in metrics.split(separator: "\n")
        where line.hasPrefix("fovea_requests_total{") && !line.contains("/readyz") {
            let code = Int(line.split(separator: "code=\"")[1].prefix(3)) ?? 0
            counted[code, default: 0] += Int(line.split(separator: " ").last ?? "") ?? 0
        }
        #expect(counted == client)

        #expect(daemon.stop() == 0)
        let rows = try daemon.query(
            "SELECT status || ' ' || count(*) FROM request WHERE route NOT IN ('/readyz', '/metrics') GROUP BY status")
        let logged = Dictionary(
            uniqueKeysWithValues: rows.split(separator: "\n").map { row in
                let fields = row.split(separator: " ").compactMap { Int($0) }
                return (fields[0], fields[1])
            })
        #expect(logged == client)
    }

    @Test("kill -9 under load leaves a sound log, and the next start serves")
    func survivesKill() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try DaemonProcess(in: folder)
        let client = try Client(port: first.port)
        var answered = 0
        for _ in 0..<400 where try client.request("GET", "/models").status == 200 { answered += 1 }
        first.stop(SIGKILL)
        #expect(try first.query("PRAGMA integrity_check").hasPrefix("ok"))
        let rows = Int(try first.query("SELECT count(*) FROM request WHERE route = '/models'").dropLast()) ?? 0
        #expect((answered - 500...answered).contains(rows))

        let second = try DaemonProcess(in: folder)
        #expect(try Client(port: second.port).request("GET", "/requests?limit=1").status == 200)
        #expect(second.stop() == 0)
    }

    @Test("SIGTERM lets a request in flight finish, and idle connections don't hold it up")
    func drains() throws {
        let daemon = try DaemonProcess()
        let idle = try Client(port: daemon.port)
        #expect(try idle.request("GET", "/healthz").status == 200)
        let busy = try Client(port: daemon.port)
        let photo = try Photographs.bytes("chelsea.jpg")
        let fields = "Host: a\r\nContent-Length: \(photo.count)\r\nExpect: 100-continue\r\n\r\n"
        try busy.send(Array("POST /classify HTTP/1.1\r\n\(fields)".utf8))
        // Then the daemon knows of the request.
        #expect(try busy.receive(hasBody: false).status == 100)
        try busy.send(Array(photo.prefix(1000)))
        kill(daemon.process.processIdentifier, SIGTERM)
        while (try? Client(port: daemon.port)) != nil {}
        try busy.send(Array(photo.dropFirst(1000)))
        let answer = try busy.receive(hasBody: true)
        #expect(answer.status == 200)
        #expect(answer.head.lowercased().contains("connection: close"))
        daemon.process.waitUntilExit()
        #expect(daemon.process.terminationStatus == 0)
    }

    @Test("A model that asks for bfloat16 serves on a machine without it, and the log says so")
    func precisionThatIsMissing() throws {
        let models = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: models) }
        let model = models.appending(path: "rounded")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: URL(fileURLWithPath: DaemonProcess.models).appending(path: "efficientnet-lite0"), to: model)
        let card = model.appending(path: "model.json")
        let text = try String(contentsOf: card, encoding: .utf8)
        try text.replacing("{", with: "{ \"precision\": \"bf16\",", maxReplacements: 1)
            .write(to: card, atomically: true, encoding: .utf8)

        let daemon = try DaemonProcess(["--models", models.path], environment: ["FOVEA_ISA": "baseline"])
        let photo = try Photographs.bytes("chelsea.jpg")
        #expect(try Client(port: daemon.port).request("POST", "/classify", body: photo).status == 200)
        #expect(try daemon.log.contains("computes in float32"))
        #expect(daemon.stop() == 0)
    }

    @Test("SIGTERM while models load ends in order")
    func stopsWhileLoading() throws {
        let models = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: models) }
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        let model = URL(fileURLWithPath: DaemonProcess.models).appending(path: "efficientnet-lite0")
        for number in 0..<20 {
            try FileManager.default.createSymbolicLink(
                at: models.appending(path: "m\(number)"), withDestinationURL: model)
        }
        for _ in 0..<5 {
            let daemon = try DaemonProcess(["--models", models.path], untilReady: false)
            #expect(daemon.stop() == 0)
        }
    }

    @Test("A setting that can't be is one clear line and exit code 64, a store that can't be opened one and 1")
    func wrongSettings() throws {
        let wrong = try run(DaemonProcess.binary, ["serve", "--port", "70000"])
        #expect(wrong.status == 64)
        #expect(wrong.error == "Error: --port is \"70000\"; it must be a whole number from 0 to 65535\n")
        let data = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: data) }
        for name in ["requests.sqlite", "images.sqlite", "metrics.sqlite"] {
            let folder = data.appending(path: name)
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
            let broken = try run(
                DaemonProcess.binary,
                ["serve", "--port", "0", "--models", DaemonProcess.models, "--data", folder.path])
            #expect(broken.status == 1)
            #expect(broken.error.hasPrefix("Error: "))
            #expect(broken.error.split(separator: "\n").count == 1, "\(broken.error)")
        }
    }

    @Test("A taken port is one clear line and exit code 1")
    func portTaken() throws {
        let daemon = try DaemonProcess()
        let (status, output, error) = try run(
            DaemonProcess.binary,
            [
                "serve", "--port", "\(daemon.port)", "--models", DaemonProcess.models, "--data",
                daemon.folder.path + "/other",
            ])
        #expect(status == 1)
        #expect(output.isEmpty)
        #expect(error.contains("\(daemon.port)"))
        #expect(error.split(separator: "\n").count { $0.hasPrefix("Error") } == 1, "\(error)")
    }
}
