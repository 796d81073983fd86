package import Speech

/// The behaviour of a simulated engine while nothing is wrong. Times are in milliseconds.
package struct EngineProfile: Sendable, Equatable {
    /// The place where the engine's finals end.
    package enum Coverage: Sendable, CaseIterable {
        /// At the end of the last word.
        case word
        /// In the silence after the last word.
        case silence
        /// At the end of the audio that the engine has heard.
        case heard
    }

    package enum Turns: Sendable, CaseIterable {
        /// The final itself ends its turn.
        case inFinal
        /// A separate message after the final ends the turn.
        case after
        case never
    }

    package var number: Int
    package var connect: ClosedRange<Int>
    package var latency: ClosedRange<Int>
    /// Audio between two interims; nil: no interims.
    package var interims: Int?
    /// Silence that makes the words so far final.
    package var endpoint: Int
    /// Maximum length of a final.
    package var longest: Int
    package var pace: Double?
    package var unanswered: Int?
    package var channelsPerLeg: Int
    /// Maximum error of the words' times, in either direction.
    package var jitter: Int
    /// Rate by which the engine's clock is fast: 0.002 means two milliseconds per second.
    package var skew: Double
    package var hasWordTimes: Bool
    package var coverage: Coverage
    package var turns: Turns
    /// True if words have capitals, punctuation and digits.
    package var isFormatted: Bool
    // Probabilities that the engine joins two words, substitutes a word, omits a word, and repeats a final.
    package var joins: Double
    package var substitutes: Double
    package var omits: Double
    package var repeats: Double
    /// Probability that a small part of a word, at the beginning or end of the engine's audio, is taken for another word.
    package var hearsParts = 0.0
    /// Probability that the engine inserts a word that was not spoken.
    package var inserts = 0.0
    /// Probability that the engine gives only the end time of a word.
    package var instants = 0.0
    /// Length of a frame, in milliseconds: finals that reach to the end of the heard audio end with a whole frame. nil: they end with the audio.
    package var frame: Int?
    /// Probability that an answer comes up to two seconds later than usual.
    package var hiccups = 0.0
    /// True if the engine cuts long finals in the middle of a word, which then belongs to one of the two finals.
    package var cutsWords: Bool
    /// True if a final that was requested by `finalize` ends with the audio, even within a word.
    package var cutsFlushes = false
    /// Audio after which the engine ends every stream, without having declared the limit; nil: never.
    package var expiry: Int?
    /// Maximum duration of a stream, as the engine declares it; nil: unlimited.
    package var cap: Int?
    /// True if the events of a command come within the command's call, unless other work is under way.
    package var answersAtOnce: Bool

    var name: EngineName { EngineName("engine\(number)") }

    /// Maximum distance by which finals may end after the audio that the engine has heard.
    var ahead: Int { coverage == .heard ? frame ?? 0 : 0 }
}

/// A simulated engine that recognises intervals for repairs.
package struct Repairer: Sendable, Equatable {
    package var profile: EngineProfile
    /// Probability that an attempt fails; `refusals` is the probability that the driver has no room for an attempt.
    package var failures: Double
    package var refusals: Double
    /// Duration of the work for a second of audio, in milliseconds.
    package var work: Int
}

/// A fault of one connection to an engine. Messages are counted from 0.
package enum InjectedFault: Sendable, Equatable {
    case refuse(EngineError)
    /// The connection never opens.
    case hang
    /// The stream ends in place of this message; without an error it seems to end in order.
    case close(message: Int, EngineError?)
    /// The stream sends nothing from this message on, and does not close.
    case stall(message: Int)
    /// The stream is silent for a while, then sends all its messages.
    case pause(message: Int, milliseconds: Int)
    /// All messages from this one on are unreadable.
    case garbage(message: Int)
    /// The stream ends after `finish`, before the last finals.
    case closeEarly
}
