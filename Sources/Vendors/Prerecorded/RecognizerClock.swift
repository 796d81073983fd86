package import Speech

/// The time and the random numbers for a recognizer of recordings.
package struct RecognizerClock: Sendable {
    package var now: @Sendable () -> Instant
    /// Waits for this duration; throws when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    package var random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    package static let system = RecognizerClock(
        now: { .now }, sleep: { try await Task.sleep(for: $0) }, random: { .random(in: .min ... .max) })
}
