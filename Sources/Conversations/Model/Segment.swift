package import Speech

/// A stretch of one speaker's speech in a conversation.
///
/// Times count from the conversation's start (`Conversation.started`), whichever session or chunk had the audio.
/// `SegmentField.all` lists what clients are shown of a segment and what is stored.
package struct Segment: Sendable, Equatable {
    /// The segment's id. It stays the same through edits, and through merges that keep the segment.
    package var id: ID<Segment>
    package var text: String
    package var start: Duration
    package var end: Duration
    /// The words in order. Empty when no engine gave the words' times.
    package var words: [SegmentWord]
    /// The conversation's own number of the speaker; nil when the speaker is not known. Never an engine's label: see `SpeakerNumber`.
    package var speaker: SpeakerNumber?
    package var identity: SpeakerIdentity
    package var channel: ChannelIndex
    package var engine: EngineName?
    /// The model, by the engine's own name.
    package var model: String?
    /// True if a person has edited or redacted the text. Automation does not change text and words then.
    package var isEdited = false

    package init(
        id: ID<Segment>, text: String, start: Duration, end: Duration, words: [SegmentWord] = [], speaker: SpeakerNumber? = nil,
        identity: SpeakerIdentity = .unknown, channel: ChannelIndex = .first, engine: EngineName? = nil, model: String? = nil
    ) {
        self.id = id
        self.text = text
        self.start = start
        self.end = end
        self.words = words
        self.speaker = speaker
        self.identity = identity
        self.channel = channel
        self.engine = engine
        self.model = model
    }

    /// Moves the segment's times, because its conversation now begins earlier by `shift`.
    package mutating func move(by shift: Duration) {
        start += shift
        end += shift
        for index in words.indices {
            words[index].start += shift
            words[index].end += shift
        }
    }
}

/// A word of a segment, with its times since the conversation's start.
package struct SegmentWord: Sendable, Equatable {
    package var text: String
    package var start: Duration
    package var end: Duration
    /// Confidence, 0…1.
    package var confidence: Float

    package init(_ text: String, start: Duration, end: Duration, confidence: Float) {
        self.text = text
        self.start = start
        self.end = end
        self.confidence = confidence
    }
}

/// A speaker's number within one conversation, from 0 in order of appearance. A number is never reused for another voice.
package struct SpeakerNumber: Hashable, Comparable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }

    /// The number as a label: `SPEAKER_03`.
    package var label: String { "SPEAKER_" + (number < 10 ? "0" : "") + String(number) }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}
