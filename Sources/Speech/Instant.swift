/// A moment of the monotonic clock, for deadlines and waits; not a time of day.
public typealias Instant = ContinuousClock.Instant
