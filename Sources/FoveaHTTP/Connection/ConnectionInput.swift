import Dispatch
import HTTPTypes
import Logging
import Synchronization

/// What comes in: octets to requests, and requests to the application.
extension Connection {
    var unparsedBytes: Int { input.count - inputOffset }

    /// Whether so much waits to be sent that no further request is looked at.
    var isBackedUp: Bool {
        output.byteCount >= limits.queuedBytes || output.answerCount >= limits.queuedAnswers
    }

    /// Whether to read from the socket.
    ///
    /// While a request is being answered reading goes on, so that a client that leaves is noticed, but only so far.
    var wantsInput: Bool {
        guard !inputEnded else { return false }
        return switch phase {
        case .receiving, .responding:
            unparsedBytes < limits.queuedBytes && output.byteCount < limits.queuedBytes
        case .lingering: true
        case .closing, .closed: false
        }
    }

    func readable() {
        // A few reads at most, so that one fast client doesn't keep the others of the lane waiting.
        var reads = 0
        while wantsInput, reads < 4 {
            reads += 1
            switch socket.receive(into: &lane.buffer) {
            case .bytes(let count):
                receive(count)
                if count < lane.buffer.count { reads = 4 }
            case .endOfStream: endInput()
            case .wouldBlock: reads = 4
            case .failed: close()
            }
        }
        settle()
    }

    /// Takes the first `count` octets of the lane's buffer.
    private func receive(_ count: Int) {
        receivedAt = .now
        if phase == .lingering {
            lingeredBytes += count
            if lingeredBytes > limits.lingerBytes { close() }
            return
        }
        let received = lane.buffer
        if unparsedBytes > 0 {
            // What was parsed is dropped once it is the larger half, so no octet is moved more than twice.
            if inputOffset > input.count / 2 {
                input.removeSubrange(..<inputOffset)
                inputOffset = 0
            }
            input.append(contentsOf: received[..<count])
            parseInput()
        } else {
            let used = parse(received.span.extracting(0..<count))
            if used < count, phase == .receiving || phase == .responding {
                input = Array(received[used..<count])
                inputOffset = 0
            }
        }
    }

    private func endInput() {
        inputEnded = true
        if phase == .lingering {
            close()
        } else if phase == .responding {
            beginProbing()
        }
    }

    /// Goes on with octets that were received earlier.
    func parseInput() {
        guard phase == .receiving, unparsedBytes > 0 else { return }
        let octets = input
        let used = parse(octets.span.extracting(inputOffset...))
        // A connection that ends has dropped its input.
        guard unparsedBytes > 0 else { return }
        inputOffset += used
        if unparsedBytes == 0 {
            input = []
            inputOffset = 0
        }
    }

    /// Parses `octets` up to the first request that must be answered before the next; returns how many were used.
    private func parse(_ octets: Span<UInt8>) -> Int {
        var position = 0
        while phase == .receiving, !isBackedUp {
            if parser.isBetweenRequests { headStartedAt = receivedAt }
            switch parser.parse(octets, from: &position) {
            case .needMore:
                answerRefusalEarly()
                return position
            case .head(let head): begin(head, bodyIsHere: position < octets.count)
            case .body(let body): dispatch(body)
            case .discarded:
                isAnsweredEarly = false
                if let refusal { answer(refusal, closes: false) } else { becomeIdle() }
            case .malformed(let failure): giveUp(failure)
            }
        }
        return position
    }

    /// A head is here: the application decides about the body.
    private func begin(_ head: ParsedHead, bodyIsHere: Bool) {
        current = head
        bodyStartedAt = receivedAt
        requests += 1
        switch server.application.admit(head.head) {
        case .accept(let maxBytes):
            do throws(ProtocolFailure) {
                try reserveBody(of: head.framing, upTo: min(maxBytes, limits.bodyBytes))
                try parser.readBody(upTo: min(maxBytes, limits.bodyBytes))
            } catch {
                return fail(error)
            }
            // RFC 9110 section 10.1.1: a 100 may be left out if content is here already.
            if head.head.expectsContinue, head.framing.announcesContent, !bodyIsHere { sendInterim("100 Continue") }
        case .refuse(let response):
            do throws(ProtocolFailure) {
                try parser.discardBody(upTo: limits.discardedBodyBytes)
                refusal = response
            } catch {
                answer(response, closes: true)
            }
        }
    }

    /// Keeps the memory that a body may take, so that many slow uploads can't take more than there is.
    private func reserveBody(of framing: BodyFraming, upTo maxBytes: Int) throws(ProtocolFailure) {
        giveBackBody()
        let bytes =
            switch framing {
            case .none: 0
            case .length(let length): min(length, maxBytes)
            case .chunked: maxBytes
            }
        guard server.reserveBody(bytes) else { throw .tooManyBodies(limit: limits.bufferedBodyBytes) }
        reservedBodyBytes = bytes
    }

    /// Answers a refused request whose body is still on its way.
    ///
    /// A client that waits for a 100 may or may not send the body now, and a chunked body may be of any length:
    /// both end the connection. A short body of known length is skipped.
    private func answerRefusalEarly() {
        guard let refusal, let current else { return }
        let isSkippable = current.framing.length != nil && !current.head.expectsContinue
        isAnsweredEarly = isSkippable
        answer(refusal, closes: !isSkippable)
    }

    private func giveUp(_ failure: ProtocolFailure) {
        if let refusal {
            answer(refusal, closes: true)
        } else if isAnsweredEarly {
            finishClosingAfterOutput()
        } else {
            server.logger.trace("malformed request", metadata: ["reason": "\(failure.message)"])
            fail(failure)
        }
    }

    private func dispatch(_ body: [UInt8]) {
        guard let current else { return }
        phase = .responding
        if inputEnded { beginProbing() }
        server.requestsInFlight.add(1, ordering: .relaxed)
        let request = Request(head: current.head, body: body, receivedAt: headStartedAt)
        task = Task { [self, application = server.application] in
            let response = await application.respond(to: request)
            lane.queue.async { self.deliver(response) }
        }
    }

    /// The client has sent its end of stream, and all before it is parsed.
    func finishInput() {
        if isIdle || isAnsweredEarly {
            finishClosingAfterOutput()
        } else {
            fail(.malformed("the connection ended in the middle of a request"))
        }
    }

    func becomeIdle() {
        giveBackBody()
        idleSince = .now
        idleCheckedAt = idleSince
    }
}
