/// The promise under which something is delivered to a server of a user or a caller: for how long it is tried, and which answers end the attempts.
///
/// Each protocol keeps the promise of its vendor. OpenAI's recordings have no callbacks. Speechmatics (`notification_config`) calls back after
/// recordings only, and Harken serves its live protocol only.
package struct DeliveryPromise: Sendable, Equatable {
    package var schedule: DeliverySchedule
    /// Time in which the receiver must answer.
    package var timeout: Duration
    /// Statuses by which the receiver refuses for good, so that no further attempt is made.
    package var refusals: Range<Int>
    /// Statuses among `refusals` after which the attempts go on.
    package var passing: Set<Int> = []

    private init(_ schedule: DeliverySchedule, timeout: Duration, refusals: Range<Int>, passing: Set<Int> = []) {
        self.schedule = schedule
        self.timeout = timeout
        self.refusals = refusals
        self.passing = passing
    }

    /// Returns true if a receiver that answers with this status will not take the delivery later either.
    package func isRefusal(_ status: Int) -> Bool { refusals.contains(status) && !passing.contains(status) }

    /// A user's own webhooks: for 24 hours with growing waits, and as the receiver asks with `Retry-After`.
    package static let webhook = DeliveryPromise(
        DeliverySchedule(
            waits: [
                .seconds(1), .seconds(5), .seconds(30), .seconds(120), .seconds(300), .seconds(600), .seconds(1_200), .seconds(1_800),
            ], spread: 0.2, limit: .time(.seconds(86_400)), maxAsked: .seconds(3_600)),
        timeout: .seconds(30), refusals: 400..<500, passing: [408, 425, 429])

    /// AssemblyAI's `webhook_url`: 10 attempts in all; a status of 4xx ends them. The waits are Harken's.
    ///
    /// Source: AssemblyAI, "Webhooks for pre-recorded audio", read 2026-11-27.
    package static let assemblyAI = DeliveryPromise(
        DeliverySchedule(
            waits: [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30)], limit: .attempts(10)),
        timeout: .seconds(10), refusals: 400..<500)

    /// Deepgram's `callback`: up to 10 more attempts, 30 seconds apart, whatever the status.
    ///
    /// Source: Deepgram, "Callback", read 2026-11-27.
    package static let deepgram = DeliveryPromise(
        DeliverySchedule(waits: [.seconds(30)], limit: .attempts(11)), timeout: .seconds(10), refusals: 0..<0)

    /// Soniox's `webhook_url`: several attempts over a short time, whatever the status. Their number and the waits are Harken's.
    ///
    /// Source: Soniox, "Error handling" of the async API, webhook delivery failures.
    package static let soniox = DeliveryPromise(
        DeliverySchedule(waits: [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16)], limit: .attempts(6)), timeout: .seconds(10),
        refusals: 0..<0)
}
