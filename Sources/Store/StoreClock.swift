package import Speech

/// The clock of the store's waits.
package struct StoreClock: Sendable {
    package var now: @Sendable () -> Instant
    /// Waits until this time.
    package var sleep: @Sendable (Instant) async throws -> Void

    package init(now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (Instant) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }

    package static let system = StoreClock(now: { .now }, sleep: { try await Task.sleep(for: $0 - .now) })
}
