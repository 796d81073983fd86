/// A moment of the monotonic clock: deadlines and waits, never a time of day.
package typealias Instant = ContinuousClock.Instant
