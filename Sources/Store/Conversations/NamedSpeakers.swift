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
    /// Number of the voices that nobody has named and that can be heard: all but the silent ones.
    package var heard: Int

    package init(all: Int, unnamed: Int, heard: Int) {
        self.all = all
        self.unnamed = unnamed
        self.heard = heard
    }
}
