package import Speech

/// The time by which the age of stored data is judged. It follows the system's clock, but not a jump ahead: a machine whose clock is wrong at the start
/// would delete what is not old. A jump that lasts is followed after an hour, which may be made up of several runs.
///
/// A value without I/O.
package struct RetentionClock: Sendable {
    /// Maximum time between two looks at the clock that is not called a jump: a machine may be off over a weekend's night, and data is deleted a day late.
    package static let allowance: Duration = .seconds(2 * 86_400)
    /// Time after which a jump is believed.
    package static let patience: Duration = .seconds(3_600)

    private var time: UnixTime
    private var looked: Instant
    /// The jump that is not believed yet; nil while the system's time is believed.
    package private(set) var jump: ClockJump?

    /// - Parameters:
    ///   - last: the time that was believed last, before the process began; nil: not known.
    ///   - jump: the jump that was not believed yet when the last process ended; nil: none.
    ///   - wall: the system's time of day.
    package init(after last: UnixTime?, jump: ClockJump? = nil, wall: UnixTime, at instant: Instant) {
        time = last ?? wall
        self.jump = jump
        looked = instant
        _ = look(at: wall, instant)
    }

    /// True while the system's time is believed.
    package var isBelieved: Bool { jump == nil }

    /// Returns the time by which ages are judged now.
    package mutating func look(at wall: UnixTime, _ instant: Instant) -> UnixTime {
        let passed = looked.duration(to: instant)
        looked = instant
        time = time + passed
        if time + Self.allowance < wall {
            jump?.look(at: wall, after: passed)
            // The clock may have jumped again since: then only the time of the first jump has lasted.
            if let lasting = jump, Self.patience <= lasting.held {
                time = lasting.time
                jump = nil
            }
        }
        if wall <= time + Self.allowance {
            time = wall
            jump = nil
        } else if jump == nil {
            jump = ClockJump(to: wall)
        }
        return time
    }
}
