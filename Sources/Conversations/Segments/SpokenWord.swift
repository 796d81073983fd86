package import Speech

/// A recognised word before it is put into a segment, with its times since the conversation's start.
package struct SpokenWord: Sendable, Equatable {
    package var text: String
    package var start: Duration
    package var end: Duration
    package var confidence: Float
    /// The word's speaker; nil: not known yet.
    package var speaker: SpeakerNumber?
    package var engine: EngineName?
    package var model: String?
    /// As in `Word`.
    package var blankBefore: Bool?

    package init(
        _ text: String, start: Duration, end: Duration, confidence: Float = 1, speaker: SpeakerNumber? = nil, engine: EngineName? = nil,
        model: String? = nil, blankBefore: Bool? = nil
    ) {
        self.text = text
        self.start = start
        self.end = end
        self.confidence = confidence
        self.speaker = speaker
        self.engine = engine
        self.model = model
        self.blankBefore = blankBefore
    }

    package func moved(by shift: Duration) -> SpokenWord {
        var word = self
        word.start += shift
        word.end += shift
        return word
    }
}
