import Glibc

/// What the kernel says of this process: the `process_*` metrics every Prometheus client exposes.
struct ProcessStatistics: Sendable {
    var cpuSeconds = 0.0
    var residentBytes = 0
    var virtualBytes = 0
    var openDescriptors = 0
    var maxDescriptors = 0

    /// Reads `/proc/self`; what can't be read stays zero.
    static func read() -> ProcessStatistics {
        var statistics = ProcessStatistics()
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            statistics.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            statistics.maxDescriptors = Int(clamping: limit.rlim_cur)
        }
        let pages = numbers(in: "/proc/self/statm")
        if pages.count > 1 {
            let pageSize = sysconf(Int32(_SC_PAGESIZE))
            statistics.virtualBytes = pages[0] &* pageSize
            statistics.residentBytes = pages[1] &* pageSize
        }
        if let directory = opendir("/proc/self/fd") {
            // Less ".", ".." and the descriptor that reads the folder.
            while readdir(directory) != nil { statistics.openDescriptors += 1 }
            statistics.openDescriptors = max(0, statistics.openDescriptors - 3)
            closedir(directory)
        }
        return statistics
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func numbers(in path: String) -> [Int] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ").compactMap {
            Int($0)
        }
    }
}
