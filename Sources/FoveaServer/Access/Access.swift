/// Who may use a route, once there are key files.
enum Access: Sendable {
    /// Anybody: a probe, or the description of the interface.
    case `public`
    /// Whoever has a key of either file.
    case user
    /// Whoever has an admin key: what changes the daemon for everybody.
    case management
}
