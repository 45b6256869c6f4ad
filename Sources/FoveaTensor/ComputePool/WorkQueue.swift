import CKernels
import Glibc
import Synchronization

/// What the workers of a compute pool share: the jobs that wait and the parallel loops that can be joined.
///
/// `@unchecked Sendable`: the variables are read and written only by who holds `lock`.
final class WorkQueue: @unchecked Sendable {
    typealias Job = @Sendable () -> Void
    private enum Work {
        case job(Job)
        case loop(ParallelLoop)
    }

    let workers: Int
    private let lock = Lock()
    private var jobs: ArraySlice<Job> = []
    private var loops: [ParallelLoop] = []
    private var running = 0
    private var sleeping = 0
    private var isStopped = false
    /// `jobs.count`, for who looks without the lock.
    private let waitingJobs = Atomic(0)
    /// How many loops there ever were, for who waits for the next one.
    private let loopsStarted = Atomic(0)

    init(workers: Int) { self.workers = workers }

    /// Appends a job; false if the queue is stopped.
    func append(_ job: @escaping Job) -> Bool {
        lock.locked {
            if isStopped { return false }
            jobs.append(job)
            waitingJobs.store(jobs.count, ordering: .relaxed)
            if sleeping > 0 { lock.wakeOne(.work) }
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

    /// Runs `loop` with the help of who is idle; returns when all of it is done.
    func run(_ loop: ParallelLoop) {
        lock.locked {
            loops.append(loop)
            loopsStarted.add(1, ordering: .relaxed)
            for _ in 0..<min(sleeping, loop.piecesLeft - 1) { lock.wakeOne(.work) }
        }
        loop.work { false }
        lock.locked { loops.removeAll { $0 === loop } }
        spin { loop.helpers.load(ordering: .acquiring) == 0 }
        lock.locked {
            while loop.helpers.load(ordering: .acquiring) > 0 { lock.wait(.helperLeft) }
        }
    }

    /// A worker's life: jobs first, then other workers' loops, until the queue is stopped and nothing is left to do.
    func work() {
        Self.setCurrent(self)
        fovea_flush_denormals()
        while let work = next() {
            switch work {
            case .job(let job):
                job()
                lock.locked {
                    running -= 1
                    if isStopped, running == 0 { lock.wakeAll(.work) }
                }
            case .loop(let loop):
                loop.work { waitingJobs.load(ordering: .relaxed) > 0 }
                lock.locked {
                    loop.helpers.subtract(1, ordering: .releasing)
                    lock.wakeAll(.helperLeft)
                }
            }
        }
    }

    /// Waits for something to do; nil when there will be nothing more.
    private func next() -> Work? {
        var mayStillSpin = true
        lock.acquire()
        defer { lock.release() }
        while true {
            if let job = jobs.popFirst() {
                waitingJobs.store(jobs.count, ordering: .relaxed)
                running += 1
                return .job(job)
            }
            if let loop = loops.first(where: { !$0.isExhausted }) {
                loop.helpers.add(1, ordering: .relaxed)
                return .loop(loop)
            }
            if isStopped, running == 0 { return nil }
            if mayStillSpin, running > 0 {
                // The next layer of the job that runs is only microseconds away; waking up takes longer.
                mayStillSpin = false
                let seen = loopsStarted.load(ordering: .relaxed)
                lock.release()
                spin { waitingJobs.load(ordering: .relaxed) > 0 || loopsStarted.load(ordering: .relaxed) != seen }
                lock.acquire()
            } else {
                sleeping += 1
                lock.wait(.work)
                sleeping -= 1
                mayStillSpin = true
            }
        }
    }

    /// Spins until `isDone`, but not for longer than about a tenth of a millisecond.
    private func spin(until isDone: () -> Bool) {
        for _ in 0..<5000 {
            if isDone() { return }
            fovea_spin_pause()
        }
    }
}

extension WorkQueue {
    private static let currentKey: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key, nil)
        precondition(code == 0, "no thread-specific storage left")
        return key
    }()

    /// The queue that the current thread works for, if it is a compute pool's.
    static var current: WorkQueue? {
        pthread_getspecific(currentKey).map { Unmanaged<WorkQueue>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func setCurrent(_ queue: WorkQueue) {
        pthread_setspecific(currentKey, Unmanaged.passUnretained(queue).toOpaque())
    }
}
