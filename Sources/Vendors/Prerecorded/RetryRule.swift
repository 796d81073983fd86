import Net
import Protocols

/// Decides which requests are repeated, and when.
struct RetryRule: Sendable {
    /// Maximum number of attempts for one request, including the first one.
    var attempts = 5
    var firstWait: Duration = .milliseconds(500)
    var maxWait: Duration = .seconds(30)
    /// Maximum wait that a vendor may ask for; a vendor that asks for more is given up.
    var maxAsked: Duration = .seconds(60)

    private static let passing: Set<Int> = [408, 425, 429, 500, 502, 503, 504]
    /// Statuses of rejections before the vendor did anything.
    private static let notActedOn: Set<Int> = [429, 503]

    /// Returns the wait before the next attempt; nil: there is no further attempt.
    ///
    /// - Parameters:
    ///   - attempt: the number of the last attempt, from 1.
    ///   - chance: a random number, 0…1, which decides half of the wait, so that requests that failed together are not repeated together.
    func wait(after answer: VendorAnswer, to request: VendorRequest, attempt: Int, chance: Double) -> Duration? {
        let passes =
            switch request.repetition {
            case .always: Self.passing.contains(answer.status) || request.passing.contains(answer.status)
            case .ifNotActedOn: Self.notActedOn.contains(answer.status)
            }
        guard passes, attempt < attempts else { return nil }
        guard let asked = answer.retryAfter else { return wait(attempt, chance) }
        return asked <= maxAsked ? max(asked, wait(attempt, chance)) : nil
    }

    func wait(after error: HTTPClientError, to request: VendorRequest, attempt: Int, chance: Double) -> Duration? {
        let passes =
            switch error {
            case .unreachable, .unresolved: true
            case .timedOut, .failed: request.repetition == .always
            case .malformedURL, .unsendable, .addressRejected, .untrusted, .tls, .redirectionRejected, .tooLarge, .file, .cancelled: false
            }
        return passes && attempt < attempts ? wait(attempt, chance) : nil
    }

    private func wait(_ attempt: Int, _ chance: Double) -> Duration {
        let full = min(firstWait * (1 << min(attempt - 1, 16)), maxWait)
        return full / 2 + full / 2 * chance
    }
}
