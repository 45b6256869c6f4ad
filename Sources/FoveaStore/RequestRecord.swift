/// What is kept of one request: no image, no key, no query.
public struct RequestRecord: Sendable, Equatable {
    /// The row, in the order of completion; nil until the record is stored.
    public var id: Int64?
    /// Seconds since 1970.
    public var time: Double
    public var requestID: String
    public var method: String
    /// The route's pattern, not the path.
    public var route: String
    public var model: String?
    public var version: String?
    /// The HTTP status.
    public var status: Int
    /// The `code` of an error answer.
    public var errorCode: String?
    public var imageSHA256: String?
    /// The upright image's size in pixels.
    public var width: Int?
    public var height: Int?
    /// Sizes of the bodies.
    public var bytesIn: Int
    public var bytesOut: Int
    public var timings: RequestTimings
    public var topLabel: String?
    public var topScore: Double?
    public var userAgent: String?
    public var remoteAddress: String?

    public init(
        id: Int64? = nil, time: Double, requestID: String, method: String, route: String, model: String? = nil,
        version: String? = nil, status: Int, errorCode: String? = nil, imageSHA256: String? = nil, width: Int? = nil,
        height: Int? = nil, bytesIn: Int = 0, bytesOut: Int = 0, timings: RequestTimings = RequestTimings(),
        topLabel: String? = nil, topScore: Double? = nil, userAgent: String? = nil, remoteAddress: String? = nil
    ) {
        self.id = id
        self.time = time
        self.requestID = requestID
        self.method = method
        self.route = route
        self.model = model
        self.version = version
        self.status = status
        self.errorCode = errorCode
        self.imageSHA256 = imageSHA256
        self.width = width
        self.height = height
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        self.timings = timings
        self.topLabel = topLabel
        self.topScore = topScore
        self.userAgent = userAgent
        self.remoteAddress = remoteAddress
    }
}

/// How long the stages of one request took, in milliseconds; nil for a stage it didn't reach.
public struct RequestTimings: Sendable, Equatable {
    public var decode: Double?
    public var queue: Double?
    public var inference: Double?
    public var encode: Double?
    public var total: Double?

    public init(
        decode: Double? = nil, queue: Double? = nil, inference: Double? = nil, encode: Double? = nil,
        total: Double? = nil
    ) {
        self.decode = decode
        self.queue = queue
        self.inference = inference
        self.encode = encode
        self.total = total
    }
}

extension RequestRecord {
    /// The longest text a column holds, in bytes.
    static let longestText = 256

    /// The record as it is stored: texts cut, so that neither the queue nor a row grows with what a client sends.
    ///
    /// A time that isn't a number would be stored as null, which the column refuses along with the whole batch; `now`
    /// takes its place.
    func bounded(now: Double) -> RequestRecord {
        var record = self
        if record.time.isNaN { record.time = now }
        for text in [\RequestRecord.requestID, \.method, \.route] {
            record[keyPath: text] = record[keyPath: text].cut(toBytes: Self.longestText)
        }
        let optionals: [WritableKeyPath<RequestRecord, String?>] = [
            \.model, \.version, \.errorCode, \.imageSHA256, \.topLabel, \.userAgent, \.remoteAddress,
        ]
        for text in optionals {
            record[keyPath: text] = record[keyPath: text]?.cut(toBytes: Self.longestText)
        }
        return record
    }
}

extension String {
    /// The longest beginning of at most `limit` bytes that doesn't end within a Unicode scalar.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        // An index within a scalar stands for the scalar's beginning.
        return String(self[..<utf8.index(startIndex, offsetBy: limit)])
    }
}
