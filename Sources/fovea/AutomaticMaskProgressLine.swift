import FoveaServing
import Glibc
import Synchronization

/// Tells on standard error how far a search for masks is, if that is a terminal: one line that counts.
final class AutomaticMaskProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let isOpen = Mutex(false)

    func show(_ progress: AutomaticMaskProgress) {
        guard isTerminal else { return }
        isOpen.withLock { $0 = true }
        let share = 100 * progress.points / max(progress.pointsInAll, 1)
        write(
            "\r\(progress.points) of \(progress.pointsInAll) points, \(share) %: \(progress.candidates) candidates    ")
    }

    /// Takes the line away.
    func end() {
        isOpen.withLock { isOpen in
            if isOpen { write("\r\u{1B}[K") }
            isOpen = false
        }
    }

    private func write(_ text: String) { _ = Glibc.write(STDERR_FILENO, text, text.utf8.count) }
}
