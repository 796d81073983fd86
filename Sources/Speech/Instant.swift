/// A moment of the continuous clock, for deadlines and waits; not a time of day. Time passes also while the machine sleeps.
///
/// The layout is fixed. The standard library keeps the layout of its `ContinuousClock.Instant` open, so that each copy and each comparison of one,
/// and of every value that has one, is a call.
public struct Instant: Hashable, Comparable, Sendable {
    /// The time from the clock's start to the moment.
    @usableFromInline let offset: Duration

    @usableFromInline init(offset: Duration) { self.offset = offset }

    /// The clock's start.
    public static var start: Instant { Instant(offset: .zero) }

    /// The present moment.
    public static var now: Instant { Instant(offset: ContinuousClock().systemEpoch.duration(to: .now)) }

    @inlinable public static func + (instant: Instant, duration: Duration) -> Instant { Instant(offset: instant.offset + duration) }

    @inlinable public static func - (instant: Instant, duration: Duration) -> Instant { Instant(offset: instant.offset - duration) }

    /// Returns the time from `earlier` to `instant`; negative if `instant` is the earlier one.
    @inlinable public static func - (instant: Instant, earlier: Instant) -> Duration { instant.offset - earlier.offset }

    @inlinable public static func += (instant: inout Instant, duration: Duration) { instant = instant + duration }

    @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }

    @inlinable public static func == (a: Instant, b: Instant) -> Bool { a.offset == b.offset }

    /// Returns the time from this moment to `other`; negative if `other` is the earlier one.
    @inlinable public func duration(to other: Instant) -> Duration { other.offset - offset }

    @inlinable public func advanced(by duration: Duration) -> Instant { self + duration }
}
