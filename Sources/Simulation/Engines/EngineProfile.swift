package import Speech

/// How a simulated engine behaves when nothing is wrong with it. Times in milliseconds.
package struct EngineProfile: Sendable, Equatable {
    /// How far its finals reach.
    package enum Coverage: Sendable, CaseIterable {
        /// To the end of the last word.
        case word
        /// Somewhere into the silence behind it.
        case silence
        /// To the end of what it has heard.
        case heard
    }

    package enum Turns: Sendable, CaseIterable {
        /// A final says that its turn is over.
        case inFinal
        /// A message of its own says so, after the final.
        case after
        case never
    }

    package var number: Int
    package var connect: ClosedRange<Int>
    package var latency: ClosedRange<Int>
    /// Audio between two interims; nil: none.
    package var interims: Int?
    /// Silence that makes final what was said.
    package var endpoint: Int
    /// The longest final.
    package var longest: Int
    package var pace: Double?
    package var unanswered: Int?
    package var channelsPerLeg: Int
    /// The most that its words' times are wrong, either way.
    package var jitter: Int
    /// How much its clock is fast: 0.002 is two milliseconds a second.
    package var skew: Double
    package var hasWordTimes: Bool
    package var coverage: Coverage
    package var turns: Turns
    /// Capitals, punctuation and digits.
    package var isFormatted: Bool
    // How often it writes two words as one, hears another word, hears none, and says a final twice.
    package var joins: Double
    package var substitutes: Double
    package var omits: Double
    package var repeats: Double
    /// How often it takes the little that it hears of a word, where its audio begins or ends, for another.
    package var hearsParts = 0.0
    /// How often it hears a word behind another that nobody has said.
    package var inserts = 0.0
    /// How often it says of a word only where it ends.
    package var instants = 0.0
    /// Finals that reach as far as was heard end where the next whole frame would, of so many milliseconds; nil: with the audio.
    package var frame: Int?
    /// How often an answer comes up to two seconds later than usual.
    package var hiccups = 0.0
    /// Cuts long finals in the middle of a word, which then belongs to one of the two.
    package var cutsWords: Bool
    /// What it is asked to make final ends where the audio does, within a word too.
    package var cutsFlushes = false
    /// Audio after which it ends every stream, though it did not say so before; nil: never.
    package var expiry: Int?
    /// The longest that a stream may last, as it declares; nil: for ever.
    package var cap: Int?
    /// What a command brings about comes within the call that gives it, where nothing else is under way.
    package var answersAtOnce: Bool

    var name: EngineName { EngineName("engine\(number)") }

    /// How far behind what it has heard its finals may end.
    var ahead: Int { coverage == .heard ? frame ?? 0 : 0 }
}

/// An engine that recognises what was recorded.
package struct Repairer: Sendable, Equatable {
    package var temper: EngineProfile
    /// How often an attempt fails, and how often the driver has no room for it.
    package var failures: Double
    package var refusals: Double
    /// Milliseconds of work for a second of audio.
    package var work: Int
}

/// What goes wrong with one connection to an engine. Messages are counted from 0.
package enum Fault: Sendable, Equatable {
    case refuse(EngineError)
    /// Never opens.
    case hang
    /// Ends the stream in place of a message; without an error as if all were well.
    case close(message: Int, EngineError?)
    /// Says nothing more from this message on, and does not close.
    case stall(message: Int)
    /// Falls silent for a while, then says all that it had to say.
    case pause(message: Int, milliseconds: Int)
    /// Everything from this message on cannot be read.
    case garbage(message: Int)
    /// Ends the stream after `finish`, before the last finals.
    case closeEarly
}
