import Glibc

/// A mutex with two conditions to wait for.
///
/// `@unchecked Sendable`: the addresses never change, and what they point to is made for use by several threads.
final class Lock: @unchecked Sendable {
    enum Condition: Int { case work, helpersLeft }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let conditions = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 2)

    init() {
        pthread_mutex_init(mutex, nil)
        for i in 0..<2 { pthread_cond_init(conditions + i, nil) }
    }

    deinit {
        for i in 0..<2 { pthread_cond_destroy(conditions + i) }
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    func acquire() { pthread_mutex_lock(mutex) }
    func release() { pthread_mutex_unlock(mutex) }

    /// Runs `body` while no other thread holds the lock.
    func locked<R>(_ body: () -> R) -> R {
        acquire()
        defer { release() }
        return body()
    }

    /// Releases the lock, sleeps until woken (perhaps for no reason), and holds it again.
    func wait(_ condition: Condition) { pthread_cond_wait(conditions + condition.rawValue, mutex) }
    func wakeOne(_ condition: Condition) { pthread_cond_signal(conditions + condition.rawValue) }
    func wakeAll(_ condition: Condition) { pthread_cond_broadcast(conditions + condition.rawValue) }
}
