import Dispatch
import FoveaTensor
import Synchronization

extension ComputePool {
    /// Runs `job` on one of the pool's threads, waits for it and returns what it returns. The pool must not be stopped.
    func result<R: Sendable>(_ job: @escaping @Sendable () -> R) -> R {
        let box = Box<R>()
        submit {
            box.value.withLock { $0 = job() }
            box.isFull.signal()
        }
        box.isFull.wait()
        guard let result = box.value.withLock({ $0 }) else { preconditionFailure("the pool was stopped") }
        return result
    }
}

private final class Box<R: Sendable>: Sendable {
    let value = Mutex<R?>(nil)
    let isFull = DispatchSemaphore(value: 0)
}
