import Net
import Protocols

/// Which requests are sent once more, and when.
struct RetryRule: Sendable {
    /// Of one request, the first included.
    var attempts = 5
    var firstWait: Duration = .milliseconds(500)
    var longestWait: Duration = .seconds(30)
    /// A vendor that wants us to wait longer is given up.
    var longestAsked: Duration = .seconds(60)

    private static let passing: Set<Int> = [408, 425, 429, 500, 502, 503, 504]
    /// Refusals before anything is done.
    private static let notActedOn: Set<Int> = [429, 503]

    /// How long to wait before the next attempt; nil: there is none.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - chance: 0…1: half of the wait is left to it, so that those who failed together do not come back together.
    func wait(after answer: VendorAnswer, to request: VendorRequest, attempt: Int, chance: Double) -> Duration? {
        let passes =
            switch request.repetition {
            case .always: Self.passing.contains(answer.status) || request.passing.contains(answer.status)
            case .ifNotActedOn: Self.notActedOn.contains(answer.status)
            }
        guard passes, attempt < attempts else { return nil }
        guard let asked = answer.retryAfter else { return wait(attempt, chance) }
        return asked <= longestAsked ? max(asked, wait(attempt, chance)) : nil
    }

    func wait(after error: HTTPClientError, to request: VendorRequest, attempt: Int, chance: Double) -> Duration? {
        let passes =
            switch error {
            case .unreachable, .unresolved: true
            case .timedOut, .failed: request.repetition == .always
            case .malformedURL, .addressRefused, .tls, .redirectionRefused, .tooLarge, .file, .cancelled: false
            }
        return passes && attempt < attempts ? wait(attempt, chance) : nil
    }

    private func wait(_ attempt: Int, _ chance: Double) -> Duration {
        let full = min(firstWait * (1 << min(attempt - 1, 16)), longestWait)
        return full / 2 + full / 2 * chance
    }
}
