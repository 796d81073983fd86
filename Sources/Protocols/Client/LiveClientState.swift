import Speech

/// The states of a live stream to a vendor that answers the first message before it takes audio.
enum LiveClientState: Equatable, Sendable {
    case connecting  // → starting, closed
    case starting(until: Instant)  // → open, closed: waits for the vendor's answer
    case open  // → draining, closed
    case draining(until: Instant)  // → closed: waits for the vendor's last words
    case closed

    /// True where the vendor takes messages: the connection is open, and the vendor was not told that the stream ends.
    var takesMessages: Bool {
        switch self {
        case .starting, .open: true
        case .connecting, .draining, .closed: false
        }
    }

    /// Ends the stream with an error. The connection is closed, if there is one.
    mutating func fail(_ error: EngineError, _ actions: inout [ClientAction]) {
        let wasConnected = self != .connecting
        self = .closed
        actions.append(.event(.closed(error)))
        if wasConnected { actions.append(.close(code: 1000)) }
    }

    /// The time at which a client with these flushes must look at the time.
    func deadline(_ owed: OwedFlushes) -> Instant? {
        switch self {
        case .connecting, .closed: nil
        case .starting(let until), .draining(let until): until
        case .open: owed.deadline
        }
    }

    /// Answers the flushes that the vendor has not answered in time.
    ///
    /// - Parameters:
    ///   - start: the failure of a vendor that has not answered the first message in time.
    ///   - end: the failure of a vendor that has not ended the stream in time.
    /// - Returns: the error with which the stream is to end; nil when it goes on.
    func timePassed(
        _ now: Instant, _ owed: inout OwedFlushes, start: @autoclosure () -> String, end: @autoclosure () -> String, _ actions: inout [ClientAction]
    ) -> EngineError? {
        switch self {
        case .connecting, .closed: break
        case .starting(let until): if now >= until { return .timedOut(start()) }
        case .draining(let until): if now >= until { return .timedOut(end()) }
        case .open: if let limit = owed.deadline, now >= limit { owed.answer(&actions) }
        }
        return nil
    }
}
