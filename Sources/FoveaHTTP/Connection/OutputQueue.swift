/// What a connection still has to send, and whom to tell when an answer is out.
struct OutputQueue {
    private struct Answer {
        /// Position in everything the connection ever queued.
        let end: Int
        let bytes: Int
        let onSent: (@Sendable (SendOutcome) -> Void)?
    }

    private var segments: [[UInt8]] = []
    /// The first segment not yet sent, and how much of it is.
    private var first = 0
    private var offset = 0
    private var queuedEver = 0
    private var sentEver = 0
    private var answers: [Answer] = []

    var byteCount: Int { queuedEver - sentEver }
    var isEmpty: Bool { byteCount == 0 }
    /// Answers that are queued whole, but not sent whole.
    var answerCount: Int { answers.count }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        queuedEver += bytes.count
        segments.append(bytes)
    }

    /// Marks the end of an answer of `bytes` octets.
    mutating func endAnswer(bytes: Int, onSent: (@Sendable (SendOutcome) -> Void)?) {
        answers.append(Answer(end: queuedEver, bytes: bytes, onSent: onSent))
    }

    /// What to send next, and whether more is queued behind it.
    var next: (bytes: ArraySlice<UInt8>, moreFollows: Bool)? {
        guard first < segments.count else { return nil }
        return (segments[first][offset...], first + 1 < segments.count)
    }

    /// Drops `count` octets that were sent, and tells who waits for answers that are out with them.
    mutating func drop(_ count: Int) {
        sentEver += count
        offset += count
        if offset == segments[first].count {
            segments[first] = []
            offset = 0
            first += 1
            if first == segments.count {
                segments.removeAll(keepingCapacity: true)
                first = 0
            }
        }
        settleAnswers()
    }

    /// Tells who waits for answers that end before what is still queued.
    mutating func settleAnswers() {
        let done = answers.prefix { $0.end <= sentEver }
        for answer in done { answer.onSent?(.sent(bytes: answer.bytes)) }
        answers.removeFirst(done.count)
    }

    /// Drops everything, and tells who waits that the client is gone.
    mutating func abandon() {
        for answer in answers { answer.onSent?(.clientGone) }
        self = OutputQueue()
    }
}
