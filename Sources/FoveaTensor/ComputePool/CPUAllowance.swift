import CKernels
import Glibc

extension ComputePool {
    /// The threads this process may keep busy: the cores of its affinity mask, or fewer where a control group has a
    /// quota of processor time (`cpu.max` in version 2, `cpu.cfs_quota_us` in version 1); at least 1.
    public static var allowedThreads: Int {
        max(1, min(fovea_affinity_cores(), CPUAllowance(root: "").threads ?? .max))
    }
}

/// What the control groups of this process allow it.
struct CPUAllowance {
    /// The directory that holds `proc` and `sys`; empty for the real ones, something else in tests.
    let root: String

    /// The quota of this process's group and those above it, in whole threads rounded up; nil without one.
    var threads: Int? {
        var quotas: [Int] = []
        for line in lines(of: "/proc/self/cgroup") {
            // "hierarchy:controllers:path"; version 2 is hierarchy 0 without controllers.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            for path in ancestors(of: fields[2]) {
                if controllers.isEmpty {
                    quotas += [version2Quota("/sys/fs/cgroup" + path)].compactMap { $0 }
                } else if controllers.contains("cpu") {
                    quotas += ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/\(fields[1])"]
                        .compactMap { version1Quota($0 + path) }
                }
            }
        }
        return quotas.min()
    }

    /// `/a/b`, `/a` and the empty path of the root for `/a/b`: a group's quota holds for all below it, and inside a
    /// container only the root may be mounted.
    private func ancestors(of path: Substring) -> [String] {
        let parts = path.split(separator: "/")
        return (0...parts.count).reversed().map { depth in parts.prefix(depth).map { "/" + $0 }.joined() }
    }

    private func version2Quota(_ group: String) -> Int? {
        let fields = lines(of: group + "/cpu.max").first?.split(separator: " ") ?? []
        guard fields.count == 2 else { return nil }
        return threads(quota: Int(fields[0]), period: Int(fields[1]))
    }

    private func version1Quota(_ group: String) -> Int? {
        let quota = lines(of: group + "/cpu.cfs_quota_us").first.flatMap { Int($0) }
        let period = lines(of: group + "/cpu.cfs_period_us").first.flatMap { Int($0) }
        return threads(quota: quota, period: period)
    }

    /// "max" in version 2 and -1 in version 1 mean no quota.
    private func threads(quota: Int?, period: Int?) -> Int? {
        guard let quota, let period, quota > 0, period > 0 else { return nil }
        return max(1, quota / period + (quota % period == 0 ? 0 : 1))
    }

    /// The lines of a small file; none if it can't be read.
    private func lines(of path: String) -> [Substring] {
        let file = open(root + path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 16384)
        let length = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, length)), as: UTF8.self).split(whereSeparator: \.isNewline)
    }
}
