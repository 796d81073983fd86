package import Speech

/// State of a program that sends a session's audio and wants to go on when its connection breaks: the other side of `Resumption`.
///
/// A value without I/O.
package struct Reconnection: Sendable {
    /// The point where the session goes on.
    package struct Point: Sendable, Equatable {
        package var session: String
        /// Audio is sent again from here.
        package var start: SampleIndex
        /// The number of the last event that was seen.
        package var seen: Int

        package init(session: String, start: SampleIndex, seen: Int) {
            self.session = session
            self.start = start
            self.seen = seen
        }
    }

    package enum Step: Sendable, Equatable {
        case connect(Point, at: Instant)
        /// The session cannot be gone on with.
        case giveUp
    }

    private static let firstDelay: Duration = .milliseconds(250)
    private static let longestDelay: Duration = .seconds(5)

    private var session: (id: String, window: Duration)?
    /// All audio before it need not be sent again.
    package private(set) var durableThrough = SampleIndex.zero
    /// The number of the last event that was seen.
    package private(set) var seen = 0
    private var brokenAt: Instant?
    private var attempts = 0

    package init() {}

    /// The session has begun.
    ///
    /// - Parameter window: the time that the session waits.
    package mutating func began(_ session: String, window: Duration) { self.session = (session, window) }

    /// The session goes on.
    package mutating func resumed() {
        brokenAt = nil
        attempts = 0
    }

    package mutating func durable(through end: SampleIndex) { durableThrough = max(durableThrough, end) }

    /// - Parameter isInterim: it has the number of the event before it.
    /// - Returns: true if the event has not been seen.
    package mutating func isNew(_ number: Int, isInterim: Bool) -> Bool {
        if isInterim { return number >= seen }
        guard number > seen else { return false }
        seen = number
        return true
    }

    /// The connection broke, or could not be made.
    ///
    /// - Parameter chance: 0...1, so that not all who lost the same gateway come back at once.
    package mutating func broke(now: Instant, chance: Double) -> Step {
        guard let session else { return .giveUp }
        let since = brokenAt ?? now
        brokenAt = since
        defer { attempts += 1 }
        let longest = min(Self.firstDelay * (1 << min(max(0, attempts - 1), 10)), Self.longestDelay)
        // At once the first time.
        let delay = attempts == 0 ? Duration.zero : longest * (0.5 + 0.5 * chance)
        guard now + delay < since + session.window else { return .giveUp }
        return .connect(Point(session: session.id, start: durableThrough, seen: seen), at: now + delay)
    }
}
