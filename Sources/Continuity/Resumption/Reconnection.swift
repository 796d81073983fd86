package import Speech

/// State of a client that sends a session's audio and resumes the session when its connection breaks: the counterpart of `Resumption`.
///
/// A value without I/O.
package struct Reconnection: Sendable {
    /// The point where the session goes on.
    package struct Point: Sendable, Equatable {
        package var session: String
        /// Position from which audio is sent again.
        package var start: SampleIndex
        /// Number of the last event that was seen.
        package var seen: Int

        package init(session: String, start: SampleIndex, seen: Int) {
            self.session = session
            self.start = start
            self.seen = seen
        }
    }

    package enum Step: Sendable, Equatable {
        case connect(Point, at: Instant)
        /// The session cannot be resumed.
        case giveUp
    }

    private static let firstDelay: Duration = .milliseconds(250)
    private static let maxDelay: Duration = .seconds(5)

    private var session: (id: String, window: Duration)?
    /// End of the audio that need not be sent again.
    package private(set) var durableThrough = SampleIndex.zero
    /// The number of the last event that was seen.
    package private(set) var seen = 0
    private var brokenAt: Instant?
    private var attempts = 0

    package init() {}

    /// Records that the session has begun.
    ///
    /// - Parameter window: the time for which the session waits for a lost client.
    package mutating func began(_ session: String, window: Duration) { self.session = (session, window) }

    /// Records that the session goes on.
    package mutating func resumed() {
        brokenAt = nil
        attempts = 0
    }

    package mutating func durable(through end: SampleIndex) { durableThrough = max(durableThrough, end) }

    /// Records an event.
    ///
    /// - Parameters:
    ///   - number: the event's number. An interim has the number of the event before it.
    ///   - isInterim: true if the event is an interim.
    /// - Returns: true if the event has not been seen.
    package mutating func isNew(_ number: Int, isInterim: Bool) -> Bool {
        if isInterim { return number >= seen }
        guard number > seen else { return false }
        seen = number
        return true
    }

    /// Returns the next step after the connection broke or could not be made.
    ///
    /// - Parameter chance: 0...1; spreads the attempts of clients that lost the same gateway.
    package mutating func broke(now: Instant, chance: Double) -> Step {
        guard let session else { return .giveUp }
        let since = brokenAt ?? now
        brokenAt = since
        defer { attempts += 1 }
        let longest = min(Self.firstDelay * (1 << min(max(0, attempts - 1), 10)), Self.maxDelay)
        // The first attempt is made at once.
        let delay = attempts == 0 ? Duration.zero : longest * (0.5 + 0.5 * chance)
        guard now + delay < since + session.window else { return .giveUp }
        return .connect(Point(session: session.id, start: durableThrough, seen: seen), at: now + delay)
    }
}
