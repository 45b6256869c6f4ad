import Foundation
import Testing

@testable import FoveaTensor

/// Quotas read from a made-up `/proc` and `/sys`.
@Suite final class CPUAllowanceTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: root) }

    private func write(_ text: String, _ path: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    private var threads: Int? { CPUAllowance(root: root.path).threads }

    @Test("Without control groups nothing is said")
    func nothing() { #expect(threads == nil) }

    @Test("Version 2: the tightest quota of the group and those above it, rounded up")
    func version2() throws {
        try write("0::/pods/web\n", "proc/self/cgroup")
        try write("max 100000\n", "sys/fs/cgroup/pods/web/cpu.max")
        #expect(threads == nil)
        try write("250000 100000\n", "sys/fs/cgroup/pods/cpu.max")
        #expect(threads == 3)
        try write("50000 100000\n", "sys/fs/cgroup/pods/web/cpu.max")
        #expect(threads == 1)
    }

    @Test("Version 1: the quota of the cpu controller, under either of its names")
    func version1() throws {
        try write("5:memory:/a\n4:cpu,cpuacct:/a\n", "proc/self/cgroup")
        try write("-1\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us")
        try write("100000\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us")
        #expect(threads == nil)
        try write("400000\n", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us")
        #expect(threads == 4)
        try write("200000\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us")
        try write("100000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us")
        #expect(threads == 2)
    }

    @Test("Nonsense in the files is no quota", arguments: ["", "x y", "0 0", "100000 0", "9223372036854775807 1 1"])
    func nonsense(text: String) throws {
        try write("0::/\n", "proc/self/cgroup")
        try write(text, "sys/fs/cgroup/cpu.max")
        #expect(threads == nil)
    }
}
