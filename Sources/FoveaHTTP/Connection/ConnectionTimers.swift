/// What happens when nothing does: deadlines, and the question whether a silent client is still there.
extension Connection {
    /// When this connection must be looked at again at the latest.
    var deadline: ContinuousClock.Instant? {
        let ofOutput = output.isEmpty ? nil : sendProgressAt + limits.sendTimeout
        return [deadlineOfPhase, ofOutput].compactMap(\.self).min()
    }

    private var deadlineOfPhase: ContinuousClock.Instant? {
        switch phase {
        case .receiving where isBackedUp: nil
        case .receiving where isIdle:
            // Looked at now and then, because pressure may have shortened the time.
            min(idleSince + limits.keepAliveIdle, idleCheckedAt + limits.keepAliveIdleUnderPressure)
        case .receiving where isInBody: bodyDeadline
        case .receiving: headStartedAt + limits.headTimeout
        case .responding: inputEnded && stream == nil && !hasProbed ? probeAt : nil
        case .lingering: lingeringSince + limits.lingerTimeout
        case .closing, .closed: nil
        }
    }

    private var isInBody: Bool { current != nil || isAnsweredEarly }

    /// A body may take its grace and a second for each so many octets that have come, but not for ever.
    private var bodyDeadline: ContinuousClock.Instant {
        let earned = Duration.seconds(1) * (Double(parser.bodyBytes) / Double(max(1, limits.bodyBytesPerSecond)))
        return bodyStartedAt + min(limits.bodyTimeout, limits.bodyGrace + earned)
    }

    /// A deadline has come, or did when it was set and has moved since.
    func deadlineReached(at now: ContinuousClock.Instant) {
        if !output.isEmpty, now >= sendProgressAt + limits.sendTimeout {
            return close(reset: true)
        }
        switch phase {
        case .receiving where isIdle:
            idleCheckedAt = now
            let limit =
                server.isUnderPressure
                ? min(limits.keepAliveIdleUnderPressure, limits.keepAliveIdle) : limits.keepAliveIdle
            if now >= idleSince + limit { finishClosingAfterOutput() }
        case .receiving, .lingering:
            if let deadlineOfPhase, now >= deadlineOfPhase { overdue() }
        case .responding:
            if let deadlineOfPhase, now >= deadlineOfPhase { probe() }
        case .closing, .closed: break
        }
        settle()
    }

    private func overdue() {
        if phase == .lingering {
            close()
        } else if isAnsweredEarly {
            finishClosingAfterOutput()
        } else {
            fail(.timedOut(isInBody ? "the body" : "the request head"))
        }
    }

    // MARK: Is the client still there?

    /// The client has sent its end of stream while its request is unanswered.
    ///
    /// It may have shut down its sending side only, and then wants the answer (RFC 9112 section 9.6); or it is gone.
    func beginProbing() {
        probeAt = .now + limits.halfCloseProbe
        hasProbed = false
    }

    /// Only octets tell the two apart: a client that is gone answers them with a reset.
    ///
    /// The one thing that can be said before the answer is an interim response, which a 1.1 client must be able to skip
    /// (RFC 9110 section 15.2); it is said once.
    private func probe() {
        hasProbed = true
        guard let version = current?.head.version, version.minor >= 1, output.isEmpty else { return }
        sendInterim("102 Processing")
    }
}
