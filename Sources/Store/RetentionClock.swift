package import Speech

/// The time by which the age of stored data is judged. It follows the system's clock, but not a jump ahead: a machine whose clock is wrong at the start
/// would delete what is not old. A jump that lasts is followed after an hour.
///
/// A value without I/O.
package struct RetentionClock: Sendable {
    /// Maximum time between two looks at the clock that is not called a jump: a machine may be off over a weekend's night, and data is deleted a day late.
    package static let allowance: Duration = .seconds(2 * 86_400)
    /// Time after which a jump is believed.
    package static let patience: Duration = .seconds(3_600)

    private var time: UnixTime
    private var looked: Instant
    private var jumped: Instant?

    /// - Parameters:
    ///   - last: the time that was believed last, before the process began; nil: not known.
    ///   - wall: the system's time of day.
    package init(after last: UnixTime?, wall: UnixTime, at instant: Instant) {
        time = last ?? wall
        looked = instant
        _ = look(at: wall, instant)
    }

    /// True while the system's time is believed.
    package var isBelieved: Bool { jumped == nil }

    /// Returns the time by which ages are judged now.
    package mutating func look(at wall: UnixTime, _ instant: Instant) -> UnixTime {
        let expected = time + looked.duration(to: instant)
        if wall <= expected + Self.allowance || jumped.map({ Self.patience <= $0.duration(to: instant) }) ?? false {
            jumped = nil
            time = wall
        } else {
            jumped = jumped ?? instant
            time = expected
        }
        looked = instant
        return time
    }
}
