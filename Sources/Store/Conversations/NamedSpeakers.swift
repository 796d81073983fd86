package import Conversations
package import Speech

/// The names of speakers: the people among them, and the numbers of the voices among them.
package struct NamedSpeakers: Sendable, Equatable {
    package var people: [Person] = []
    package var voices: [ID<Voice>: Int] = [:]

    package init() {}
}

/// Numbers of a user's voices.
package struct VoiceCount: Sendable, Equatable {
    /// Number of all voices.
    package var all: Int
    /// Number of the voices that nobody has named.
    package var unnamed: Int
    /// Number of the voices that nobody has named and that can be heard: at most `maxHeard`, of those of which a page of `VoiceQuery` finds it out.
    package var heard: Int
    /// True when the count of `heard` has stopped early: there may be more.
    package var mayHaveMoreHeard: Bool

    /// Number at which the count of `heard` stops.
    package static let maxHeard = 99

    package init(all: Int, unnamed: Int, heard: Int, mayHaveMoreHeard: Bool = false) {
        self.all = all
        self.unnamed = unnamed
        self.heard = heard
        self.mayHaveMoreHeard = mayHaveMoreHeard
    }
}
