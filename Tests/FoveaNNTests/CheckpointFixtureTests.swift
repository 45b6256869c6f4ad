import Foundation
import FoveaTensor
import Testing

@testable import FoveaNN

@Suite struct CheckpointFixtureTests {
    @Test(
        "Files that PyTorch and safetensors wrote hold the tensors that PyTorch reads",
        arguments: [
            ("archive.pt", "tensors.tsv"), ("legacy.pth", "tensors.tsv"), ("parameters.pt", "tensors.tsv"),
            ("parallel-archive.pt", "parallel.tsv"), ("parallel-legacy.pth", "parallel.tsv"),
        ])
    func readsPyTorch(file: String, goldens: String) throws {
        let checkpoint = try Checkpoint(contentsOf: Fixture.path(file))
        let expected = try GoldenTensor.table(goldens)
        #expect(checkpoint.entries == expected.map(\.entry))
        for golden in expected {
            let tensor = try checkpoint.tensor(named: golden.entry.name)
            #expect(tensor.shape == Shape(golden.entry.shape), "\(golden.entry.name)")
            #expect(tensor.values.map(\.bitPattern) == golden.bits, "\(golden.entry.name)")
        }
    }

    @Test func readsSafetensors() throws {
        let checkpoint = try Checkpoint(contentsOf: Fixture.path("tensors.safetensors"))
        let expected = try GoldenTensor.table("tensors.tsv")
        #expect(Set(checkpoint.entries.map(\.name)) == Set(expected.map(\.entry.name)))
        for golden in expected {
            #expect(checkpoint.entries.contains(golden.entry), "\(golden.entry.name)")
            let tensor = try checkpoint.tensor(named: golden.entry.name)
            #expect(tensor.shape == Shape(golden.entry.shape))
            #expect(tensor.values.map(\.bitPattern) == golden.bits, "\(golden.entry.name)")
        }
    }

    @Test func unknownNamesAreMissing() throws {
        let checkpoint = try Checkpoint(contentsOf: Fixture.path("archive.pt"))
        #expect(throws: CheckpointError.missing(key: "nothing")) { try checkpoint.tensor(named: "nothing") }
    }

    @Test func foldersMissingFilesAndOtherFormatsAreRefused() throws {
        #expect(throws: CheckpointError.notRegularFile) { try Checkpoint(contentsOf: "/") }
        #expect(throws: CheckpointError.notRegularFile) { try Checkpoint(contentsOf: "/dev/null") }
        #expect(throws: CheckpointError.unreadable(code: ENOENT)) { try Checkpoint(contentsOf: "/no/such/file") }
        #expect(try error(opening: Array("not a checkpoint at all".utf8)) == .unknownFormat)
        // A plain pickle of protocol 4.
        #expect(try error(opening: [0x80, 0x04, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x7D, 0x2E]) == .unknownFormat)
    }

    @Test("A file that is cut while it is open gives an error, not SIGBUS", arguments: ["archive.pt", "legacy.pth"])
    func cutWhileOpen(name: String) throws {
        let file = try TemporaryFile(Fixture.bytes(name))
        let checkpoint = try Checkpoint(contentsOf: file.path)
        try file.cut(to: 0)
        #expect(throws: CheckpointError.truncated) { try checkpoint.tensor(named: "plain.weight") }
        #expect(throws: CheckpointError.truncated) { try checkpoint.tensor(named: "permuted.weight") }
    }

    @Test func theFileIsClosedWithTheLastCheckpoint() throws {
        func descriptors(of path: String) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            }
        }
        let file = try TemporaryFile(Fixture.bytes("archive.pt"))
        do {
            let checkpoint = try Checkpoint(contentsOf: file.path)
            #expect(try descriptors(of: file.path) == 2, "the test's own, and the checkpoint's")
            withExtendedLifetime(checkpoint) {}
        }
        #expect(try descriptors(of: file.path) == 1)
        try file.cut(to: 100)
        #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: file.path) }
        #expect(try descriptors(of: file.path) == 1)
    }
}
