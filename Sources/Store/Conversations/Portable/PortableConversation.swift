package import Conversations
package import Speech

/// A conversation with everything that the database knows of it, without indexes that are made of its words.
package struct PortableConversation: Sendable, Equatable {
    /// The conversation without its segments.
    package var conversation: Conversation
    /// True if a person wrote the title.
    package var isTitledByHand: Bool
    /// The segments, in order of start.
    package var segments: [PortableSegment]

    package init(_ conversation: Conversation, isTitledByHand: Bool, segments: [PortableSegment]) {
        self.conversation = conversation
        self.isTitledByHand = isTitledByHand
        self.segments = segments
    }

    /// The conversation with its segments, as clients see it.
    package var whole: Conversation {
        var whole = conversation
        whole.segments = segments.map(\.segment)
        return whole
    }
}

/// A segment with everything that the database knows of it.
package struct PortableSegment: Sendable, Equatable {
    /// The segment as clients see it. The speaker is the owner of the segment's voice where nobody has said otherwise.
    package var segment: Segment
    /// The person, or the user, whom the segment itself names; `nobody` when only its voice tells who speaks.
    package var named: Voice.Owner
    /// The voice in which the segment is said; nil when nobody knows.
    package var voice: ID<Voice>?

    package init(_ segment: Segment, named: Voice.Owner, voice: ID<Voice>?) {
        self.segment = segment
        self.named = named
        self.voice = voice
    }
}
