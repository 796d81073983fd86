import Speech

/// An invariant that did not hold.
package struct Violation: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Rule: String, Sendable {
        case coverage = "every sample is covered exactly once"
        case order = "what is committed is in order, within its commit"
        case lost = "no word is lost"
        case doubled = "no word appears twice"
        case place = "a word is where it was said"
        case pace = "no engine gets audio faster than it takes it"
        case audio = "a leg is sent all audio behind its origin, once, in order"
        case journal = "audio is journalled before a leg has it, commits before the client has them"
        case disabled = "an engine that refused for good is not asked again"
        case answer = "every finalize is answered once in each channel"
        case ending = "the session ends, and says nothing after that"
        case memory = "what waits is bounded"
        case stored = "a gap is mended once, within itself"
        case runs = "each leg and each repair leaves one record"
        case repair = "what is repaired is there, and is asked of who may"
        case rotation = "a stream ends before its longest duration"
        case timers = "what is due is done"
        case turns = "turns are counted"
    }

    package var rule: Rule
    package var details: String

    package var description: String { "\(rule.rawValue): \(details)" }
}
