package import Speech

/// The delays of an engine's words: the longest that each of its latest legs let its session wait for them. A delay that an engine is known to need
/// is not taken for a stall.
///
/// A value without a clock. An engine that is well says something sooner or later; legs that ended badly count only if they answered after all.
package struct AnswerLags: Sendable, Equatable {
    /// Maximum number of legs that count, the latest ones.
    package static var most: Int { 200 }
    /// Age beyond which a lag says nothing of today.
    package static var memory: Duration { .seconds(3_600) }

    private struct Lag: Sendable, Equatable {
        var at: Instant
        var lag: Duration
    }

    private var lags: [Lag] = []
    /// The oldest, once there are as many as count.
    private var next = 0

    package init() {}

    /// A leg is over that was well, or one that was given up has answered.
    package mutating func add(_ lag: Duration, now: Instant) {
        if lags.count < Self.most {
            lags.append(Lag(at: now, lag: lag))
        } else {
            lags[next] = Lag(at: now, lag: lag)
            next = (next + 1) % Self.most
        }
    }

    /// Returns the lag that all but one of a hundred legs keep to. One leg alone may have been an accident, so the longest lag of fewer legs does not
    /// count either. Nil: too little is known.
    package func slowest(now: Instant) -> Duration? {
        let known = lags.lazy.filter { $0.at + Self.memory > now }.map(\.lag).sorted(by: >)
        return known.count > 1 ? known[max(1, known.count / 100)] : nil
    }
}
