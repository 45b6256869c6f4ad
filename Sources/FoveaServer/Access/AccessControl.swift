import Dispatch
import HTTPTypes
import Logging
import Synchronization

/// Decides from a request's fields whether it may use a route.
///
/// A key says what a client may do, not who it is: all clients see the same images and the same log.
final class AccessControl: Sendable {
    /// nil: ordinary routes are open.
    private let userKeys: KeyFile?
    /// nil: management routes are like ordinary ones.
    private let adminKeys: KeyFile?
    /// Made by `start`: Dispatch ends the process when a source goes that was never started.
    private let timer = Mutex<(any DispatchSourceTimer)?>(nil)

    /// Reads the key files that the configuration names.
    init(_ configuration: Configuration, logger: Logger) throws(AccessKeyError) {
        userKeys = try Self.keyFile(configuration.apiKeyFile, logger)
        adminKeys = try Self.keyFile(configuration.adminKeyFile, logger)
    }

    private static func keyFile(_ path: String, _ logger: Logger) throws(AccessKeyError) -> KeyFile? {
        path.isEmpty ? nil : try KeyFile(path: path, logger: logger)
    }

    /// Whether no key is ever asked for.
    var isOpen: Bool { userKeys == nil && adminKeys == nil }

    /// Throws `unauthorized` or `forbidden` unless a request with these fields may use a route of this access.
    ///
    /// The words don't say whether a key is known for something else, except to those who have a valid one.
    func authorize(_ fields: HTTPFields, for access: Access) throws(APIError) {
        let needed = access == .management && adminKeys == nil ? .user : access
        if needed == .public || needed == .user && userKeys == nil { return }
        guard let key = try Credentials(fields).key else {
            throw APIError(
                .unauthorized, "this needs a key; send it as Authorization: Bearer KEY or as X-API-Key",
                fields: Self.challenge())
        }
        // Both are asked in any case, so that the time says nothing of where a key was found.
        let (isUser, isAdmin) = (userKeys?.contains(key) ?? false, adminKeys?.contains(key) ?? false)
        if isAdmin || needed == .user && isUser { return }
        if isUser {
            throw APIError(
                .forbidden, "this needs an admin key; the one sent is for ordinary routes",
                fields: Self.challenge("insufficient_scope"))
        }
        throw APIError(
            .unauthorized, "the key is not valid here; ask the operator for one",
            fields: Self.challenge("invalid_token"))
    }

    /// `WWW-Authenticate` with an error code of RFC 6750 section 3.1; none where no key was sent.
    private static func challenge(_ error: String? = nil) -> HTTPFields {
        [.wwwAuthenticate: "Bearer realm=\"fovea\"" + (error.map { ", error=\"\($0)\"" } ?? "")]
    }

    /// Reads files that changed.
    func reloadIfChanged() {
        userKeys?.reloadIfChanged()
        adminKeys?.reloadIfChanged()
    }

    /// Looks for changes once a second from now on, on a queue of its own: a file system may be slow.
    func start() {
        guard !isOpen else { return }
        timer.withLock { timer in
            let started = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "fovea.keys", qos: .utility))
            started.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(100))
            started.setEventHandler { [weak self] in self?.reloadIfChanged() }
            started.resume()
            timer = started
        }
    }

    func stop() { timer.withLock { $0?.cancel() } }
}
