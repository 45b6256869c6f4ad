import Dispatch
import HTTPTypes
import Synchronization

/// What goes out: answers in order, with as much queued as the limits say.
extension Connection {
    /// Bodies up to this size are copied behind their head, so that one call sends both.
    private static let copiedBodyBytes = 16 * 1024

    /// Takes the application's answer to the current request.
    func deliver(_ response: Response) {
        var response = response
        response.onSent = { [server, onSent = response.onSent] outcome in
            server.requestsInFlight.subtract(1, ordering: .relaxed)
            onSent?(outcome)
        }
        guard phase == .responding else {
            response.onSent?(.clientGone)
            return
        }
        task = nil
        answer(response, closes: false)
        parseInput()
        settle()
    }

    /// Answers with an error of the protocol and ends the connection.
    func fail(_ failure: ProtocolFailure) {
        answer(server.application.respond(to: failure, head: current?.head), closes: true)
    }

    /// Queues `response` as the answer to the current request.
    ///
    /// - Parameter closes: whether the connection must end after it, for the connection's own reasons.
    func answer(_ response: Response, closes: Bool) {
        let head = current?.head
        let framing = response.framing(method: head?.method, version: head?.version)
        let closes =
            closes || framing == .close || isSpent || current?.isPersistent == false || response.asksForClose
        let octets = ResponseHead(
            status: response.status, fields: response.fields, framing: framing, closes: closes, date: lane.date.now())
        refusal = nil
        let hasContent = head?.method != .head && framing != .none
        switch response.body {
        case .bytes(let body): answer(octets, body: hasContent ? body : [], onSent: response.onSent)
        case .stream where !hasContent: answer(octets, body: [], onSent: response.onSent)
        case .stream(let produce):
            let head = octets.serialized(extraCapacity: 0)
            phase = .responding
            stream = Stream(framing: framing, closes: closes, bytes: head.count, onSent: response.onSent)
            send(head)
            return runStream(produce)
        }
        finishAnswer(closes: closes)
    }

    private func answer(_ head: ResponseHead, body: [UInt8], onSent: (@Sendable (SendOutcome) -> Void)?) {
        let isCopied = body.count <= Self.copiedBodyBytes
        var octets = head.serialized(extraCapacity: isCopied ? body.count : 0)
        let total = octets.count + body.count
        if isCopied { octets.append(contentsOf: body) }
        noteOutput()
        output.append(octets)
        if !isCopied { output.append(body) }
        output.endAnswer(bytes: total, onSent: onSent)
    }

    private func finishAnswer(closes: Bool) {
        current = nil
        if closes {
            finishClosingAfterOutput()
        } else {
            phase = .receiving
            becomeIdle()
            flush()
        }
    }

    /// Ends the connection when all output is sent.
    func finishClosingAfterOutput() {
        phase = .closing
        isAnsweredEarly = false
        input = []
        inputOffset = 0
        flush()
    }

    /// Queues a 1xx response; the caller makes sure that the client knows them (RFC 9110 section 15.2).
    func sendInterim(_ status: String) {
        send(Array("HTTP/1.1 \(status)\r\n\r\n".utf8))
    }

    private func send(_ octets: [UInt8]) {
        noteOutput()
        output.append(octets)
        flush()
    }

    private func noteOutput() {
        if output.isEmpty { sendProgressAt = .now }
    }

    // MARK: The socket

    /// Sends what the kernel takes, and waits for more room if it doesn't take all.
    func flush() {
        guard phase != .closed else { return }
        while let next = output.next {
            switch socket.send(next.bytes, moreFollows: next.moreFollows) {
            case .bytes(let count):
                sendProgressAt = .now
                output.drop(count)
            case .wouldBlock:
                needsRoom = true
                return resumeWriter()
            case .endOfStream, .failed:
                return close()
            }
        }
        needsRoom = false
        resumeWriter()
        if phase == .closing { linger() }
    }

    func writable() {
        flush()
        parseInput()
        settle()
    }

    /// The staged close of RFC 9112 section 9.6: end of stream at once, then read on for a while.
    private func linger() {
        socket.shutdownSending()
        guard !inputEnded else { return close() }
        phase = .lingering
        lingeringSince = .now
    }

    // MARK: Streams

    private func runStream(_ produce: @escaping @Sendable (BodyWriter) async throws -> Void) {
        guard phase == .responding else { return }
        let writer = BodyWriter { [self] bytes in
            try await withCheckedThrowingContinuation { continuation in
                lane.queue.async { self.write(bytes, continuation) }
            }
        }
        task = Task { [self] in
            do {
                try await produce(writer)
                lane.queue.async { self.endStream() }
            } catch {
                lane.queue.async { self.close(reset: true) }
            }
        }
    }

    private func write(_ bytes: [UInt8], _ continuation: CheckedContinuation<Void, any Error>) {
        guard let framing = stream?.framing, stream?.waiting == nil else {
            return continuation.resume(throwing: CancellationError())
        }
        // An empty chunk would end the body.
        if !bytes.isEmpty { sendPiece(framing == .chunked ? Self.chunk(bytes) : bytes) }
        guard stream != nil else { return continuation.resume(throwing: CancellationError()) }
        if isBackedUp { stream?.waiting = continuation } else { continuation.resume() }
        settle()
    }

    private func sendPiece(_ octets: [UInt8]) {
        stream?.bytes += octets.count
        send(octets)
    }

    private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(bytes.count + 20)
        octets.append(contentsOf: String(bytes.count, radix: 16).utf8)
        octets.append(contentsOf: "\r\n".utf8)
        octets.append(contentsOf: bytes)
        octets.append(contentsOf: "\r\n".utf8)
        return octets
    }

    private func endStream() {
        guard stream != nil else { return }
        if stream?.framing == .chunked { sendPiece(Array("0\r\n\r\n".utf8)) }
        guard let done = stream else { return }
        stream = nil
        task = nil
        output.endAnswer(bytes: done.bytes, onSent: done.onSent)
        output.settleAnswers()
        finishAnswer(closes: done.closes)
        parseInput()
        settle()
    }

    /// Lets the writer of a stream go on once there is room.
    private func resumeWriter() {
        guard !isBackedUp, let waiting = stream?.waiting else { return }
        stream?.waiting = nil
        waiting.resume()
    }
}
