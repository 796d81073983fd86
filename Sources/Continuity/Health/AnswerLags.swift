package import Speech

/// The answer delays of one engine: for each of its latest legs, the longest time that its session waited for words. A delay that is usual for the
/// engine is not taken for a stall.
///
/// A value without a clock. A leg that ended well has answered sooner or later; a leg that ended badly counts only if it answered after all.
package struct AnswerLags: Sendable, Equatable {
    /// Maximum number of legs that count, the latest ones.
    package static var most: Int { 200 }
    /// Age beyond which a lag no longer counts.
    package static var memory: Duration { .seconds(3_600) }

    private struct Lag: Sendable, Equatable {
        var at: Instant
        var lag: Duration
    }

    private var lags: [Lag] = []
    /// Index of the oldest lag, once `most` lags are kept.
    private var next = 0

    package init() {}

    /// Adds the lag of a leg that ended well, or of a leg that was given up and has answered.
    package mutating func add(_ lag: Duration, now: Instant) {
        if lags.count < Self.most {
            lags.append(Lag(at: now, lag: lag))
        } else {
            lags[next] = Lag(at: now, lag: lag)
            next = (next + 1) % Self.most
        }
    }

    /// Returns the lag that all but one in a hundred legs stay below. The longest lag of fewer than a hundred legs does not count either, because one
    /// leg may be an accident. nil: fewer than two lags are known.
    package func slowest(now: Instant) -> Duration? {
        let known = lags.lazy.filter { $0.at + Self.memory > now }.map(\.lag).sorted(by: >)
        return known.count > 1 ? known[max(1, known.count / 100)] : nil
    }
}
