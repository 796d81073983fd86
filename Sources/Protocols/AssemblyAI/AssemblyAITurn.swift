package import Framing

/// The content of a turn: so far, or at its end.
///
/// Source: AssemblyAI "Universal-Streaming" reference, message `Turn`.
package struct AssemblyAITurn: Sendable, Equatable {
    /// The turn's number, from 0; the same in every message of the turn.
    package var order: Int
    package var isFormatted: Bool
    package var endOfTurn: Bool
    package var transcript: String
    /// Confidence that the turn is over, 0…1.
    package var endOfTurnConfidence: Double
    package var words: [AssemblyAIWord]
    /// Text since the last utterance; empty unless an utterance ends here.
    package var utterance: String
    package var languageCode: String?
    /// Confidence in the language, 0…1; nil when the language is not reported.
    package var languageConfidence: Double?
    package var speaker: String?

    package init(
        order: Int, isFormatted: Bool = false, endOfTurn: Bool = false, transcript: String, endOfTurnConfidence: Double = 0,
        words: [AssemblyAIWord], utterance: String = "", languageCode: String? = nil, languageConfidence: Double? = nil, speaker: String? = nil
    ) {
        self.order = order
        self.isFormatted = isFormatted
        self.endOfTurn = endOfTurn
        self.transcript = transcript
        self.endOfTurnConfidence = endOfTurnConfidence
        self.words = words
        self.utterance = utterance
        self.languageCode = languageCode
        self.languageConfidence = languageConfidence
        self.speaker = speaker
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "Turn")
        json.member("turn_order", order)
        json.member("turn_is_formatted", isFormatted)
        json.member("end_of_turn", endOfTurn)
        json.member("transcript", transcript)
        json.member("end_of_turn_confidence", endOfTurnConfidence, decimals: 4)
        json.key("words")
        json.beginArray()
        for word in words { word.write(to: &json) }
        json.endArray()
        json.member("utterance", utterance)
        if let languageCode { json.member("language_code", languageCode) }
        if let languageConfidence { json.member("language_confidence", languageConfidence, decimals: 4) }
        if let speaker { json.member("speaker_label", speaker) }
        json.endObject()
    }
}
