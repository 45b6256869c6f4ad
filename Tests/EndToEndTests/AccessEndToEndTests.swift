import Foundation
import Testing

@Suite(.enabled(if: DaemonProcess.isAvailable), .serialized)
struct AccessEndToEndTests {
    @Test("Over a socket: no key, no body read; a changed file counts within seconds; no key in the log")
    func keys() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "keys")
        try Data("first-key\n".utf8).write(to: file)
        let daemon = try DaemonProcess(["--api-key-file", file.path], in: folder)
        let client = try Client(port: daemon.port)
        let first = [("Authorization", "Bearer first-key")]
        let second = [("X-API-Key", "second-key")]

        #expect(try client.request("GET", "/models", fields: first).status == 200)
        #expect(try client.request("GET", "/models", fields: second).status == 401)
        let stranger = try Client(port: daemon.port)
        try stranger.send(Array("POST /classify HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n".utf8))
        let refusal = try stranger.receive(hasBody: true)
        #expect(refusal.status == 401)
        #expect(refusal.head.lowercased().contains("\r\nwww-authenticate: bearer realm=\"fovea\""))

        try Data("second-key\n".utf8).write(to: file)
        let deadline = ContinuousClock.now + .seconds(20)
        var status = 0
        while status != 200, ContinuousClock.now < deadline {
            status = try Client(port: daemon.port).request("GET", "/models", fields: second).status
        }
        #expect(status == 200)
        #expect(try client.request("GET", "/models", fields: first).status == 401)

        #expect(daemon.stop() == 0)
        #expect(try !daemon.log.contains("first-key") && !daemon.log.contains("second-key"))
        #expect(try daemon.query("SELECT count(*) FROM request WHERE error_code = 'unauthorized'") != "0\n")
        let stored = try Data(contentsOf: folder.appending(path: "data/requests.sqlite"))
        #expect(stored.range(of: Data("first-key".utf8)) == nil)
    }

    @Test("A bad key file ends the start with one line that names the line and not the key")
    func badFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("good\nbad key\n".utf8).write(to: file)
        let data = file.path + "-data"
        defer { try? FileManager.default.removeItem(atPath: data) }
        let end = try run(
            DaemonProcess.binary, ["serve", "--port", "0", "--data", data, "--admin-key-file", file.path])
        #expect(end.status == 1)
        #expect(
            end.error == "Error: the key file \(file.path), line 2: "
                + "a key is 1 to 512 visible ASCII characters, without spaces\n")
    }
}
