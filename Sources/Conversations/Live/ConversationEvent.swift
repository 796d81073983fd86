package import Speech

/// An event that the conversation of a live session sends to its client.
package enum ConversationEvent: Sendable, Equatable {
    /// The user's last completed conversation. Comes once, before `began`, and only if there is one.
    case last(ID<Conversation>)
    /// Segments belong to this conversation from here on.
    case began(ID<Conversation>, isResumed: Bool)
    /// New or changed segments, each whole, and in order of start.
    case changed([Segment])
    /// Segments that the client has seen are now part of other segments.
    case removed([ID<Segment>])
    /// A suggestion of a speaker's identity.
    case suggested(SpeakerSuggestion)
    /// The voice of this speaker has no name, and is kept under this label: as `Speaker 4`, whatever number the speaker has in the conversation.
    case labeled(SpeakerNumber, String)
    /// The client has named this person, but the user has no such person. The part of the command that concerns this person is ignored.
    case unknownPerson(ID<Person>)
    /// The conversation has ended and is being completed.
    case processing(Conversation)
    /// The conversation is complete. Later segments belong to another conversation.
    case completed(Conversation)
}

/// A suggestion of a speaker's identity.
package struct SpeakerSuggestion: Sendable, Equatable {
    package enum Who: Sendable, Equatable {
        case user
        case person(ID<Person>)
        /// A name that was spoken, and that belongs to no known person.
        case named
    }

    package var speaker: SpeakerNumber
    package var who: Who
    package var name: String
    package var segment: ID<Segment>

    package init(_ speaker: SpeakerNumber, _ who: Who, name: String, segment: ID<Segment>) {
        self.speaker = speaker
        self.who = who
        self.name = name
        self.segment = segment
    }
}

/// A client's command to the conversation of its live session.
package enum ConversationCommand: Sendable, Equatable {
    /// The speaker is the user (nil) or this person. Applies to the named segments, and to everything that the speaker says from here on.
    case assign(SpeakerNumber, person: ID<Person>?, name: String, segments: [ID<Segment>])
    /// Transcript from the client's own recogniser.
    case transcript([SuggestedSegment], engine: EngineName?)
    /// The reason why the client will close the session.
    case finalization(reason: String)

    /// People whom the command names.
    package var people: Set<ID<Person>> {
        switch self {
        case .assign(_, let person, _, _): person.map { [$0] } ?? []
        case .transcript(let segments, _): Set(segments.compactMap(\.person))
        case .finalization: []
        }
    }

    /// Returns the command without these people; nil when nothing of it is left.
    package func without(_ people: Set<ID<Person>>) -> Self? {
        switch self {
        case .assign(_, let person, _, _): return person.map(people.contains) == true ? nil : self
        case .transcript(var segments, let engine):
            for index in segments.indices where segments[index].person.map(people.contains) == true { segments[index].person = nil }
            return .transcript(segments, engine: engine)
        case .finalization: return self
        }
    }
}

/// A piece of a client's own transcript. Times count from the start of its session.
package struct SuggestedSegment: Sendable, Equatable {
    package var text: String
    package var start: Duration
    package var end: Duration
    /// The client's own number for the speaker.
    package var speaker: Int?
    package var isUser: Bool
    package var person: ID<Person>?
    /// The client's own id of the segment; nil: the conversation divides the words itself.
    package var id: ID<Segment>?

    package init(
        _ text: String, start: Duration, end: Duration, speaker: Int? = nil, isUser: Bool = false, person: ID<Person>? = nil, id: ID<Segment>? = nil
    ) {
        self.id = id
        self.text = text
        self.start = start
        self.end = end
        self.speaker = speaker
        self.isUser = isUser
        self.person = person
    }
}

extension SuggestedSegment {
    /// The words with their times. Each word has an equal share of the segment's time.
    package var words: [(written: WrittenWord, start: Duration, end: Duration)] {
        let words = WrittenWord.all(in: text)
        let length = (end - start) / max(words.count, 1)
        return words.enumerated().map { index, word in (word, start + length * index, start + length * (index + 1)) }
    }
}
