/// The waits between the attempts of a delivery, and the end of the attempts.
package struct DeliverySchedule: Sendable, Equatable {
    /// The limit of the attempts.
    package enum Limit: Sendable, Equatable {
        /// Number of attempts, the first one included.
        case attempts(Int)
        /// Time since the first failed attempt. The last attempt is made when this time is over.
        case time(Duration)
    }

    package enum Step: Sendable, Equatable {
        /// The next attempt follows after this wait.
        case again(after: Duration)
        case giveUp
    }

    /// Waits after the first failed attempts, in order. The last one is also the wait after each further attempt.
    package var waits: [Duration]
    /// The part of a wait by which it is longer or shorter at random, 0…1, so that deliveries that failed together are not repeated together.
    package var spread: Double
    package var limit: Limit
    /// The longest wait that a receiver may ask for; a longer one becomes this one. nil: the receiver's wish does not count.
    package var maxAsked: Duration?

    /// The wait of a schedule without waits.
    private static let usual: Duration = .seconds(30)
    /// The schedule's own wait counts up to here when a receiver asks for a shorter one.
    private static let minAsked: Duration = .seconds(60)

    package init(waits: [Duration], spread: Double = 0, limit: Limit, maxAsked: Duration? = nil) {
        self.waits = waits
        self.spread = spread
        self.limit = limit
        self.maxAsked = maxAsked
    }

    /// Returns the next step after a failed attempt.
    ///
    /// - Parameters:
    ///   - failures: number of failed attempts, this one included.
    ///   - failing: time since the first failed attempt.
    ///   - asked: the wait that the receiver asks for; nil when it asks for none.
    package func step(
        after failures: Int, failing: Duration, asked: Duration?, using generator: inout some RandomNumberGenerator
    ) -> Step {
        switch limit {
        case .attempts(let most) where failures >= most: return .giveUp
        case .time(let longest) where failing >= longest: return .giveUp
        case .attempts, .time: break
        }
        let planned = waits.isEmpty ? Self.usual : waits[min(max(failures, 1), waits.count) - 1]
        var wait = planned
        if spread > 0 { wait = planned * (1 - spread + 2 * spread * Double.random(in: 0...1, using: &generator)) }
        if let asked, let maxAsked { wait = max(min(asked, maxAsked), min(wait, Self.minAsked)) }
        if case .time(let longest) = limit { wait = min(wait, longest - failing) }
        return .again(after: wait)
    }
}
