import Dispatch
import GRDB
import Logging
import Synchronization

/// When the log's limits are looked at: after this many rows or seconds, and now and then without requests, for age.
struct RotationSchedule {
    static let rows = 5_000
    static let idleSeconds = 600

    /// Rows written since the last look.
    var rows = 0
    var throttle = Throttle(interval: 60)
    /// Whether a step waits on the queue, so that there is never more than one.
    var isRunning = false
}

extension RequestLog {
    /// Rows deleted in one transaction.
    private static let deletedRows = 1000

    /// Applies the limits at once. Blocks.
    func rotate() {
        file.queue.sync {
            while rotationStep() {}
        }
    }

    /// Starts a rotation if enough was written, or enough time went by, since the last. Only on the file's queue.
    func rotateIfDue(rows: Int) {
        let isDue = rotation.withLock { schedule in
            schedule.rows += rows
            guard schedule.rows >= RotationSchedule.rows || schedule.throttle.isDue(at: file.clock.monotonic()),
                !schedule.isRunning
            else { return false }
            schedule.rows = 0
            schedule.isRunning = true
            return true
        }
        if isDue { continueRotation() }
    }

    /// Queues one step after another, behind the batches that wait.
    private func continueRotation() {
        file.queue.async {
            if self.rotationStep() {
                self.continueRotation()
            } else {
                self.rotation.withLock { $0.isRunning = false }
            }
        }
    }

    /// Looks at the age of rows now and then even when nothing is appended.
    func scheduleRotation() {
        file.queue.asyncAfter(deadline: .now() + .seconds(RotationSchedule.idleSeconds)) { [weak self] in
            guard let self, !isClosed else { return }
            rotateIfDue(rows: 0)
            scheduleRotation()
        }
    }

    /// Deletes a few rows, or frees a few pages; returns whether there is more to do. Only on the file's queue.
    private func rotationStep() -> Bool {
        do {
            let oldest = file.clock.unix() - settings.maxAge / .seconds(1)
            let deleted = try file.write { db in
                let old = try RequestTable.delete(before: oldest, limit: Self.deletedRows, from: db)
                if old > 0 { return old }
                let excess = try RequestTable.span(db) - Int64(settings.maxRows)
                if excess > 0 {
                    return try RequestTable.deleteOldest(limit: Int(min(excess, Int64(Self.deletedRows))), from: db)
                }
                guard try DatabaseSize(db).usedBytes > settings.maxBytes else { return 0 }
                return try RequestTable.deleteOldest(limit: Self.deletedRows, from: db)
            }
            return try deleted > 0 || file.vacuumStep()
        } catch {
            file.logger.debug("request log not rotated", metadata: ["error": "\(error)"])
            return false
        }
    }
}
