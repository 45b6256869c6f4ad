/// Whether a body may come.
public enum BodyAdmission: Sendable {
    /// Read it, up to `maxBytes` and `HTTPLimits.bodyBytes`; a longer one is answered 413.
    case accept(maxBytes: Int)
    /// Answer at once, without the body: the application doesn't see the request again.
    case refuse(Response)
}

/// What a server serves.
public protocol Application: Sendable {
    /// Decides from the head alone; called once for every request, before its body is read and before any 100.
    ///
    /// Runs on the connection's queue, so it must be quick.
    func admit(_ head: RequestHead) -> BodyAdmission

    /// Answers a complete request; the task is cancelled when the client is known to be gone.
    func respond(to request: Request) async -> Response

    /// Renders an error of the protocol in the application's own shape; `head` is there if the failure came after it.
    ///
    /// Runs on the connection's queue, so it must be quick. The status and fields of `failure` should be kept.
    func respond(to failure: ProtocolFailure, head: RequestHead?) -> Response
}
