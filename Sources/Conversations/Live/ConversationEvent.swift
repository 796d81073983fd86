package import Speech

/// What a live session's conversation tells its client.
package enum ConversationEvent: Sendable, Equatable {
    /// The user's last completed conversation. Comes once, before `began`, and only if there is one.
    case last(ID<Conversation>)
    /// Segments belong to this conversation from here on.
    case began(ID<Conversation>, isResumed: Bool)
    /// New or changed segments, each whole, and in order of start.
    case changed([Segment])
    /// Segments that the client was shown are part of others now.
    case removed([ID<Segment>])
    /// Who a speaker may be.
    case suggested(SpeakerSuggestion)
    /// The client has named this person, and the user has none such: what it said of them is left out.
    case unknownPerson(ID<Person>)
    /// The conversation is over and is being completed.
    case processing(Conversation)
    /// It is complete; what follows belongs to another one.
    case completed(Conversation)
}

/// Who a speaker of the conversation may be.
package struct SpeakerSuggestion: Sendable, Equatable {
    package enum Who: Sendable, Equatable {
        case user
        case person(ID<Person>)
        /// A name that was said, of nobody who is known.
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

/// What a client tells the conversation of its live session.
package enum ConversationCommand: Sendable, Equatable {
    /// This speaker is the user (nil) or this person: the segments named, and all that the speaker says from here on.
    case assign(SpeakerNumber, person: ID<Person>?, name: String, segments: [ID<Segment>])
    /// What the client's own recogniser heard.
    case transcript([SuggestedSegment], engine: EngineName?)
    /// Why the client will close.
    case finalization(reason: String)

    /// Whom it names.
    package var people: Set<ID<Person>> {
        switch self {
        case .assign(_, let person, _, _): person.map { [$0] } ?? []
        case .transcript(let segments, _): Set(segments.compactMap(\.person))
        case .finalization: []
        }
    }

    /// What is left of it when there are no such people; nil: nothing.
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

/// A piece of a client's own transcript. Times are since the start of its session.
package struct SuggestedSegment: Sendable, Equatable {
    package var text: String
    package var start: Duration
    package var end: Duration
    /// The client's own number of the speaker.
    package var speaker: Int?
    package var isUser: Bool
    package var person: ID<Person>?

    package init(_ text: String, start: Duration, end: Duration, speaker: Int? = nil, isUser: Bool = false, person: ID<Person>? = nil) {
        self.text = text
        self.start = start
        self.end = end
        self.speaker = speaker
        self.isUser = isUser
        self.person = person
    }
}
