import Dispatch

/// Calls a handler while a descriptor is readable or writable, and can be switched off and on.
///
/// A Dispatch source must not be released while it is suspended, and its descriptor not closed before its cancellation
/// was handled; this type keeps both rules. Used on one queue only.
final class ReadinessSource {
    private let source: any DispatchSourceProtocol
    private var isOn = false
    private var isCancelled = false

    init(_ source: any DispatchSourceProtocol, handler: @escaping @Sendable () -> Void) {
        self.source = source
        source.setEventHandler(handler: handler)
    }

    func turn(on wanted: Bool) {
        guard !isCancelled, wanted != isOn else { return }
        isOn = wanted
        if wanted { source.resume() } else { source.suspend() }
    }

    /// Ends the calls; `completion` runs on the source's queue when the descriptor may be closed.
    func cancel(_ completion: @escaping @Sendable () -> Void) {
        guard !isCancelled else { return }
        turn(on: true)
        isCancelled = true
        source.setCancelHandler(handler: completion)
        source.cancel()
    }

    deinit {
        guard !isCancelled else { return }
        turn(on: true)
        source.cancel()
    }
}
