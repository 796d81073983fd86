/// The waits between attempts at something that must succeed in the end.
package struct RetrySchedule: Sendable, Equatable {
    /// Waits after the first attempts, in order.
    package var first: [Duration]
    /// Wait after each further attempt.
    package var then: Duration

    /// The schedule for writes that the store or the disk rejects.
    package static let store = RetrySchedule(first: [.milliseconds(200), .seconds(1), .seconds(5)], then: .seconds(30))

    package init(first: [Duration], then: Duration) {
        self.first = first
        self.then = then
    }

    /// - Parameter attempts: the number of failed attempts, 1 or more.
    package func wait(after attempts: Int) -> Duration { first.indices.contains(attempts - 1) ? first[attempts - 1] : then }
}
