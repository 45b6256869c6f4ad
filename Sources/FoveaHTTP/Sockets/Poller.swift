import CSockets
import Dispatch
import Glibc

/// Tells which of a lane's sockets are ready: an epoll instance, watched by one Dispatch source.
///
/// A Dispatch source for each socket would do the same, but for two things: on Linux it is dropped without a call when
/// the peer resets the connection, and it costs two system calls for each event. A reset must be noticed, because it
/// ends the work for a client that is gone; epoll reports it whatever else is asked for.
/// Used on the lane's queue alone.
final class Poller {
    /// What to wait for; errors and hang-ups are always reported.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let input = Interest(rawValue: EPOLLIN.rawValue)
        static let room = Interest(rawValue: EPOLLOUT.rawValue)
    }

    struct Event {
        let connection: Int
        let isReadable: Bool
        let isWritable: Bool
        /// Reset, or ended in both directions: nothing more can come or go.
        let isOver: Bool
    }

    private let descriptor: Int32
    private let source: any DispatchSourceRead
    private var ready = [epoll_event](repeating: epoll_event(), count: 64)

    /// - Parameter handler: called on `queue` when some of the sockets are ready; should call `wait`.
    init(queue: DispatchQueue, handler: @escaping @Sendable () -> Void) {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        self.descriptor = descriptor
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: handler)
        source.setCancelHandler { close(descriptor) }
        source.activate()
    }

    deinit { source.cancel() }

    /// Starts to watch `socket`; returns whether the kernel had room for that.
    func add(_ socket: Socket, for connection: Int, interest: Interest) -> Bool {
        control(EPOLL_CTL_ADD, socket, connection, interest)
    }

    func change(_ socket: Socket, of connection: Int, to interest: Interest) {
        _ = control(EPOLL_CTL_MOD, socket, connection, interest)
    }

    /// Must come before the socket is closed.
    func remove(_ socket: Socket) {
        _ = control(EPOLL_CTL_DEL, socket, 0, [])
    }

    /// What is ready now, a batch of it.
    func wait() -> [Event] {
        let count = epoll_wait(descriptor, &ready, Int32(ready.count), 0)
        return ready.prefix(max(0, Int(count))).map { event in
            Event(
                connection: Int(truncatingIfNeeded: event.data.u64),
                isReadable: event.events & EPOLLIN.rawValue != 0,
                isWritable: event.events & EPOLLOUT.rawValue != 0,
                isOver: event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0)
        }
    }

    private func control(_ operation: Int32, _ socket: Socket, _ connection: Int, _ interest: Interest) -> Bool {
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: UInt64(connection)))
        return epoll_ctl(descriptor, operation, socket.descriptor, &event) == 0
    }
}
