import Dispatch
import FoveaServing
import FoveaStore
import Glibc
import Synchronization

/// Sums what happens in each minute, per route and model, and hands it to the metrics' history.
final class HistoryRecorder: Sendable {
    private struct Key: Hashable {
        let minute: Int64
        let route: String
        let model: String?
    }

    let store: MetricsHistory
    private let queueDepth: @Sendable (_ model: String) -> Int
    private let sums = Mutex<[Key: MetricsRow]>([:])
    /// Made by `start`: Dispatch ends the process when a source goes that was never started.
    private let timer = Mutex<(any DispatchSourceTimer)?>(nil)

    /// - Parameter queueDepth: how many jobs wait for a model at this moment.
    init(store: MetricsHistory, queueDepth: @escaping @Sendable (_ model: String) -> Int) {
        (self.store, self.queueDepth) = (store, queueDepth)
    }

    /// Writes at the end of each minute from now on.
    func start() {
        let intoMinute = Double(time(nil) % 60)
        timer.withLock { timer in
            let started = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "fovea.history", qos: .utility))
            started.schedule(deadline: .now() + (60 - intoMinute), repeating: 60, leeway: .seconds(1))
            started.setEventHandler { [weak self] in self?.flush() }
            started.resume()
            timer = started
        }
    }

    func add(_ exchange: Exchange) {
        let key = Key(minute: Int64(time(nil)) / 60, route: exchange.route, model: exchange.model?.name)
        let depth = exchange.model.map { queueDepth($0.name) } ?? 0
        sums.withLock { sums in
            var row = sums[key] ?? MetricsRow(route: key.route, model: key.model)
            row.statuses[exchange.status, default: 0] += 1
            row.latency.observe(seconds: exchange.total / .seconds(1))
            for stages in exchange.stages {
                row.stages.decode += stages.decode / .seconds(1)
                row.stages.queue += stages.queue / .seconds(1)
                row.stages.inference += stages.inference / .seconds(1)
            }
            row.queueDepth = max(row.queueDepth, depth)
            sums[key] = row
        }
    }

    /// Hands over what was summed up so far; the rest of the minute adds to it later.
    func flush() {
        let finished = sums.withLock { sums in
            defer { sums = [:] }
            return sums
        }
        guard !finished.isEmpty else { return }
        let memory = ProcessStatistics.read().residentBytes
        for (minute, rows) in Dictionary(grouping: finished, by: \.key.minute) {
            store.record(
                minute: minute,
                rows: rows.map { entry in
                    var row = entry.value
                    row.memoryBytes = memory
                    return row
                })
        }
    }

    /// Writes the last minute and closes the history.
    func stop() {
        timer.withLock { $0?.cancel() }
        flush()
        store.close()
    }
}
