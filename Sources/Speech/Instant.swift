/// A moment of the monotonic clock: deadlines and waits, never a time of day.
public typealias Instant = ContinuousClock.Instant
