import FoveaServing
import Glibc
import Synchronization

/// Tells on standard error how far a pull is: a line that counts on a terminal, else a line at the start and the end.
final class ModelsPullProgress: Sendable {
    private let entry: CatalogueEntry
    private let isTerminal = isatty(STDERR_FILENO) == 1
    /// When the counting line was last written, and whether it is open.
    private let shown = Mutex<ContinuousClock.Instant?>(nil)

    init(of entry: CatalogueEntry) { self.entry = entry }

    /// Calls `pull` and says what it reports.
    func following<Result>(
        _ pull: (@escaping @Sendable (ModelRepository.PullEvent) -> Void) throws -> Result
    ) throws -> Result {
        defer { shown.withLock { if $0 != nil { write("\n") } } }
        return try pull { self.show($0) }
    }

    private func show(_ event: ModelRepository.PullEvent) {
        switch event {
        case .waiting: write("waiting for another change of \(entry.name)\n")
        case .fetching(let source): write("fetching \(entry.name) (\(ByteCount(entry.size))): \(source)\n")
        case .progress(let received, let total):
            let isEnd = received == total
            if isTerminal { count(received, of: total, isEnd: isEnd) }
            if !isTerminal, isEnd { write("fetched \(ByteCount(received))\n") }
        }
    }

    private func count(_ received: Int, of total: Int?, isEnd: Bool) {
        shown.withLock { last in
            let now = ContinuousClock.now
            if let last, last.duration(to: now) < .milliseconds(100), !isEnd { return }
            last = now
            let end = total.map { " of \(ByteCount($0)), \(100 * received / max($0, 1)) %" } ?? ""
            write("\r\(ByteCount(received))\(end)    ")
        }
    }

    private func write(_ text: String) { _ = Glibc.write(STDERR_FILENO, text, text.utf8.count) }
}
