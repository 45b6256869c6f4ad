import FoveaServing
import FoveaStore
import Logging

/// What the routes share.
struct ServerContext: Sendable {
    let configuration: Configuration
    let access: AccessControl
    let registry: ModelRegistry
    let requestLog: RequestLog
    let history: HistoryRecorder
    let images: ImageLibrary
    let prewarm: PrewarmJobs
    let metrics: Metrics
    let logger: Logger
    /// Open connections, and whether the daemon shuts down: known to the HTTP server, which is made later.
    let server: ServerState
}
