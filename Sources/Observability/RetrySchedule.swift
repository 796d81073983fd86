/// Waits between attempts at something that must be done in the end.
package struct RetrySchedule: Sendable, Equatable {
    /// Behind the first attempts, in order.
    package var first: [Duration]
    /// Behind each further one.
    package var then: Duration

    /// For what the store or the disk does not take.
    package static let store = RetrySchedule(first: [.milliseconds(200), .seconds(1), .seconds(5)], then: .seconds(30))

    package init(first: [Duration], then: Duration) {
        self.first = first
        self.then = then
    }

    /// - Parameter attempts: how many have failed, 1 or more.
    package func wait(after attempts: Int) -> Duration { first.indices.contains(attempts - 1) ? first[attempts - 1] : then }
}
