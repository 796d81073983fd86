import Speech

/// The clock of a model loader.
struct LoaderClock: Sendable {
    var now: @Sendable () -> Instant
    /// Waits for a duration, or until the task is cancelled.
    var wait: @Sendable (Duration) async -> Void

    static let system = LoaderClock(now: { .now }, wait: { try? await Task.sleep(for: $0) })
}
