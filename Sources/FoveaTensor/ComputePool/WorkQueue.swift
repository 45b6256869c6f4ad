import CKernels
import Synchronization

/// What the threads of a compute pool share: the jobs that wait, and who sleeps.
///
/// `@unchecked Sendable`: the variables are read and written only by who holds `lock`; of the crew each thread writes
/// to its own worker.
final class WorkQueue: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    let crew: UnsafeMutablePointer<Worker>
    private let crewCount: Int
    private let lock = Lock()
    private var jobs: ArraySlice<Job> = []
    private var isStopped = false
    /// `jobs.count`, for who looks without the lock; as the others changed only by who holds it.
    private let waitingJobs = Atomic(0)
    private let runningJobs = Atomic(0)
    private let sleepingWorkers = Atomic(0)

    init(workers: Int) {
        crewCount = workers
        crew = .allocate(capacity: workers)
        for index in 0..<workers {
            (crew + index).initialize(
                to: Worker(index: index, of: workers, crew: crew, queue: Unmanaged.passUnretained(self)))
        }
    }

    deinit {
        crew.deinitialize(count: crewCount)
        crew.deallocate()
    }

    /// Appends a job; false if the queue is stopped.
    func append(_ job: @escaping Job) -> Bool {
        lock.locked {
            if isStopped { return false }
            jobs.append(job)
            waitingJobs.store(jobs.count, ordering: .relaxed)
            if sleepingWorkers.load(ordering: .relaxed) > 0 { lock.wakeOne(.work) }
            return true
        }
    }

    /// Lets the workers end once no job waits or runs.
    func stop() {
        lock.locked {
            isStopped = true
            lock.wakeAll(.work)
        }
    }

    /// Wakes sleeping workers, at most as many as can help, for a loop that was just opened.
    func wakeHelpers(_ most: Int) {
        // A worker first says that it sleeps and then looks for loops; the loop was opened before we look here. So
        // either it sees the loop or we see it.
        if sleepingWorkers.load(ordering: .sequentiallyConsistent) == 0 { return }
        lock.locked {
            for _ in 0..<min(sleepingWorkers.load(ordering: .relaxed), most) { lock.wakeOne(.work) }
        }
    }

    /// Sleeps until a closed loop has no helpers any more.
    func sleep(untilHelpersLeft loop: UnsafeMutablePointer<ParallelLoop>) {
        lock.locked {
            loop.pointee.announceSleep()
            while loop.pointee.hasHelpers { lock.wait(.helpersLeft) }
        }
    }

    /// A worker's life: jobs first, then other workers' loops, until the queue is stopped and nothing is left to do.
    func work(as worker: UnsafeMutablePointer<Worker>) {
        while true {
            if waitingJobs.load(ordering: .relaxed) > 0, let job = takeJob() {
                job()
                finishJob()
            } else if let loop = worker.pointee.findLoop() {
                help(loop)
            } else if !waitForWork(worker) {
                return
            }
        }
    }

    private func takeJob() -> Job? {
        lock.locked {
            guard let job = jobs.popFirst() else { return nil }
            waitingJobs.store(jobs.count, ordering: .relaxed)
            runningJobs.add(1, ordering: .relaxed)
            return job
        }
    }

    private func finishJob() {
        lock.locked {
            let left = runningJobs.subtract(1, ordering: .relaxed).newValue
            if isStopped, left == 0 { lock.wakeAll(.work) }
        }
    }

    private func help(_ loop: OthersLoop) {
        guard loop.record.pointee.join() else { return }
        loop.record.pointee.work(from: loop.home) { waitingJobs.load(ordering: .relaxed) > 0 }
        if loop.record.pointee.leave() { lock.locked { lock.wakeAll(.helpersLeft) } }
    }

    /// Returns when there may be something to do; false when there will be nothing any more.
    private func waitForWork(_ worker: UnsafeMutablePointer<Worker>) -> Bool {
        // The next layer of a job that runs is only microseconds away; waking up takes longer.
        let isFound = spin {
            waitingJobs.load(ordering: .relaxed) > 0 || worker.pointee.findLoop() != nil
                || runningJobs.load(ordering: .relaxed) == 0
        }
        if isFound, runningJobs.load(ordering: .relaxed) > 0 || waitingJobs.load(ordering: .relaxed) > 0 { return true }
        return lock.locked {
            sleepingWorkers.add(1, ordering: .sequentiallyConsistent)
            defer { sleepingWorkers.subtract(1, ordering: .relaxed) }
            while jobs.isEmpty, worker.pointee.findLoop() == nil {
                if isStopped, runningJobs.load(ordering: .relaxed) == 0 { return false }
                lock.wait(.work)
            }
            return true
        }
    }
}
