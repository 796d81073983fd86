package import Speech

/// A jump of the system's clock ahead of the believed time, which is not believed yet.
///
/// A value without I/O.
package struct ClockJump: Sendable, Equatable {
    /// Maximum step by which a clock may be set back and still counts as the same clock. A clock that is set back by more was wrong before.
    private static let slack: Duration = .seconds(60)

    /// The time that the clock showed after the jump, and the time that has passed since while the gateway ran: the clock has shown no less.
    package private(set) var time: UnixTime
    /// Time for which the clock has been seen ahead, in all runs together.
    package private(set) var held: Duration

    package init(to time: UnixTime, held: Duration = .zero) {
        self.time = time
        self.held = held
    }

    /// Looks at the clock again.
    ///
    /// A clock that has gone on further, as that of a machine that was off, still supports the time of the jump. A clock that was set back does not:
    /// a new jump begins.
    ///
    /// - Parameter passed: time since the last look. Time between two runs does not count.
    package mutating func look(at wall: UnixTime, after passed: Duration) {
        let expected = time + passed
        self = expected <= wall + Self.slack ? ClockJump(to: min(expected, wall), held: held + passed) : ClockJump(to: wall)
    }
}
