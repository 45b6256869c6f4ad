import FoveaJSON
import FoveaHTTP
import FoveaServing
import FoveaStore
import Glibc
import HTTPTypes

/// One request and its answer, as the log and the metrics see it.
struct Exchange: Sendable {
    /// The route of a request that fits none.
    static let noRoute = "none"

    let requestID: String
    let method: String
    let remoteAddress: String
    let userAgent: String?
    let bytesIn: Int
    let arrival: ContinuousClock.Instant
    /// When it arrived, in Unix seconds.
    let time: Double

    /// The route's pattern, such as `/models/{name}`.
    var route = Exchange.noRoute
    var status = 0
    var errorCode: APIError.Code?
    var model: (name: String, version: String)?
    /// The first image of the request that was answered.
    var image: (sha256: String, width: Int, height: Int)?
    /// One entry for each image that was answered.
    var stages: [StageTimings] = []
    var top: (label: String, score: Float)?
    var total = Duration.zero

    /// - Parameter head: nil when the request was too broken to have one.
    init(head: RequestHead?, bytesIn: Int = 0, arrival: ContinuousClock.Instant = .now) {
        requestID = RequestID.make(offered: head?.fields[.requestID])
        method = head?.method.rawValue ?? "-"
        remoteAddress = head?.remoteAddress ?? "-"
        userAgent = head?.fields[.userAgent]
        (self.bytesIn, self.arrival) = (bytesIn, arrival)
        time = Self.unixTime() - (.now - arrival) / .seconds(1)
    }

    private static func unixTime() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }

    /// What every JSON answer of an inference says of itself.
    var identity: [(String, JSONValue)] {
        [("request_id", .string(requestID))]
            + (model.map { [("model", ["name": .string($0.name), "version": .string($0.version)])] } ?? [])
    }
}
