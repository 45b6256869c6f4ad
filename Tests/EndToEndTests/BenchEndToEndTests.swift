import Foundation
import Testing

@Suite(.enabled(if: DaemonProcess.isAvailable), .serialized)
struct BenchEndToEndTests {
    private let model = DaemonProcess.models + "/efficientnet-lite0"

    private func bench(_ arguments: String...) throws -> (status: Int32, output: String, error: String) {
        try run(DaemonProcess.binary, ["bench"] + arguments)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The checkpoint that the model's card names.
    private func checkpoint() throws -> String {
        let card = try String(contentsOfFile: model + "/model.json", encoding: .utf8)
        return model + "/" + (try #require(try object(card)["weights"] as? String))
    }

    @Test("A model's report has every key, and its layers sum up to all of the time")
    func modelReport() throws {
        let (status, output, error) = try bench(
            "efficientnet-lite0", "--models", DaemonProcess.models, "--threads", "1", "--batch", "2", "--rounds", "3",
            "--precision", "f32", "--json")
        #expect(status == 0, "\(error)")
        let report = try object(output)
        #expect(
            Set(report.keys) == [
                "model", "architecture", "threads", "batch", "precision", "isa", "rounds", "median_ms", "p90_ms",
                "min_ms", "gflops", "layers",
            ])
        #expect(report["model"] as? String == "efficientnet-lite0")
        #expect(report["architecture"] as? String == "efficientnet_lite0")
        #expect(report["threads"] as? Int == 1)
        #expect(report["batch"] as? Int == 2)
        #expect(report["precision"] as? String == "f32")
        #expect(report["rounds"] as? Int == 3)
        let times = ["min_ms", "median_ms", "p90_ms"].compactMap { report[$0] as? Double }
        #expect(times.count == 3)
        #expect(times == times.sorted())
        let layers = try #require(report["layers"] as? [[String: Any]])
        #expect(layers.first?["name"] as? String == "conv 3x3/2 2x224x224x3→32 relu6")
        #expect(layers.last?["name"] as? String == "remainder")
        let percent = layers.reduce(0) { $0 + ($1["percent"] as? Double ?? .nan) }
        #expect(abs(percent - 100) < 0.1)
        // 0.385 GMAC an image (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite).
        let operations = (report["gflops"] as? Double ?? 0) * (report["median_ms"] as? Double ?? 0) / 1000
        #expect(abs(operations / 2 - 2 * 0.385) < 0.03)
    }

    @Test("For people, the same is a table")
    func table() throws {
        let (status, output, _) = try bench(model, "--rounds", "1")
        #expect(status == 0)
        #expect(output.hasPrefix("efficientnet-lite0 (efficientnet_lite0), "))
        #expect(output.contains("expand+depthwise 5x5/2 14x14x112→672 relu6\n"))
        #expect(output.contains("sum of the layers\n"))
        #expect(output.contains("remainder\n"))
    }

    @Test("A classifier has no decoder to be measured")
    func noDecoder() throws {
        let (status, _, error) = try bench(model, "--decoder", "--rounds", "1")
        #expect(status == 1)
        #expect(error.contains("efficientnet_lite0 takes no prompts"))
    }

    @Test("The machine's report has every key")
    func machineReport() throws {
        let (status, output, error) = try bench("machine", "--threads", "1", "--json")
        #expect(status == 0, "\(error)")
        let report = try object(output)
        #expect(
            Set(report.keys) == [
                "processor", "threads", "isa", "clocks", "peaks", "products", "bandwidths", "loops", "wake_us", "notes",
            ])
        let sets = (report["bandwidths"] as? [[String: Any]])?.compactMap { $0["bytes"] as? Int }
        let kibibytes = [16, 64, 256, 1024, 4096, 16384, 65536, 262_144]
        #expect(sets == kibibytes.map { $0 * 1024 })
    }

    @Test("A checkpoint file gives the logits of its model's folder for the same input, and other input others")
    func dumps() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let zeros = folder.appending(path: "zeros").path
        try Data(count: 224 * 224 * 3 * 4).write(to: URL(fileURLWithPath: zeros))
        func logits(_ reference: String, _ more: String...) throws -> [Float] {
            let file = folder.appending(path: "logits")
            let answer = try run(
                DaemonProcess.binary, ["bench", reference, "--rounds", "1", "--dump", file.path] + more)
            #expect(answer.status == 0, "\(answer.error)")
            let data = try Data(contentsOf: file)
            return stride(from: 0, to: data.count, by: 4).map { i in
                Float(bitPattern: (0..<4).reduce(UInt32(0)) { bits, k in bits | UInt32(data[i + k]) << UInt32(8 * k) })
            }
        }
        let ofZeros = try logits(model, "--input", zeros)
        #expect(ofZeros.count == 1000)
        #expect(ofZeros.count { $0.isFinite } == 1000)
        let file = try checkpoint()
        let ofFile = try logits(file, "--architecture", "efficientnet_lite0", "--input", zeros)
        #expect(ofFile == ofZeros)
        let ofNoise = try logits(model)
        #expect(ofNoise != ofZeros)
    }

    @Test("Standard input asks for rounds, a line at a time, and gets as many times")
    func interactive() throws {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: DaemonProcess.binary)
        process.arguments = ["bench", model, "--threads", "1", "--interactive"]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        for rounds in [2, 1] {
            try input.fileHandleForWriting.write(contentsOf: Data("\(rounds)\n".utf8))
            // The answer is there before the next line is asked for.
            let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            let times = try #require(try object(answer)["ms"] as? [Double])
            #expect(times.count == rounds)
            #expect((times.min() ?? 0) > 0)
        }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("What can't be measured is one clear line and exit code 1")
    func failures() throws {
        let file = try checkpoint()
        let cases: [(arguments: [String], message: String)] = [
            (["nobody", "--models", DaemonProcess.models], "there is no model 'nobody' in \(DaemonProcess.models)"),
            (["no/where"], "there is no file or folder no/where"),
            ([file, "--architecture", "resnet0"], "there is no architecture 'resnet0'; known are "),
            ([file, "--architecture", "efficientnet_b0"], "\(file) can't be used: "),
            ([model, "--architecture", "efficientnet_lite0"], "\(model) has a card that says its architecture"),
            ([model, "--input", model + "/model.json"], "the input [1, 224, 224, 3] in float32 takes 602112"),
            ([model, "--input", "/no/where"], "/no/where: can't read this file"),
            ([model, "--dump", "/no/where"], "/no/where: can't write this file"),
            ([model + "/model.json"], "can't be used: "),
        ]
        for (arguments, message) in cases {
            let (status, output, error) = try run(DaemonProcess.binary, ["bench"] + arguments)
            #expect(status == 1, "\(arguments)")
            #expect(output.isEmpty)
            #expect(error.contains(message), "\(arguments): \(error)")
            #expect(error.split(separator: "\n").count == 1, "\(error)")
        }
    }

    @Test(
        "A wrong use is exit code 64",
        arguments: [
            ["--threads", "0"], ["--batch", "0"], ["--batch", "257"], ["--rounds", "0"], ["--precision", "f16"],
            ["--interactive", "--json"], ["--interactive", "--rounds", "3"], ["--fast"], ["another"],
        ])
    func wrongUse(options: [String]) throws {
        let (status, output, error) = try run(DaemonProcess.binary, ["bench", model] + options)
        #expect(status == 64)
        #expect(output.isEmpty)
        #expect(error.hasPrefix("Error: "))
    }
}
