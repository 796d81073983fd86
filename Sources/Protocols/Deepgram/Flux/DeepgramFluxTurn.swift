import Framing

/// The state of a turn.
///
/// Source: Deepgram "Flux" reference, message `TurnInfo`.
package struct DeepgramFluxTurn: Sendable, Equatable {
    package enum Event: String, Sendable, Equatable, CaseIterable {
        /// The turn's first words were heard.
        case start = "StartOfTurn"
        case update = "Update"
        /// The turn is probably over.
        case eagerEnd = "EagerEndOfTurn"
        /// The turn goes on after an eager end.
        case resumed = "TurnResumed"
        case end = "EndOfTurn"
    }

    /// The reason for which a turn ended.
    package enum Trigger: String, Sendable, Equatable, CaseIterable {
        case model, manual, timeout
    }

    package var event: Event
    /// The turn's number, from 0.
    package var index: Int
    /// Start of the audio that the message covers, in seconds since the first sample.
    package var windowStart: Double
    package var windowEnd: Double
    /// All words of the turn so far.
    package var words: [DeepgramWord]
    /// Confidence that the turn is over, 0…1.
    package var confidence: Double
    /// The reason of an end; nil for other events.
    package var trigger: Trigger?
    /// Languages of the turn, the one of most words first; with the multilingual model only.
    package var languages: [String]
    /// Languages that the client expects; with the multilingual model only.
    package var hinted: [String]

    package init(
        event: Event, index: Int, windowStart: Double, windowEnd: Double, words: [DeepgramWord], confidence: Double, trigger: Trigger? = nil,
        languages: [String] = [], hinted: [String] = []
    ) {
        self.event = event
        self.index = index
        self.windowStart = windowStart
        self.windowEnd = windowEnd
        self.words = words
        self.confidence = confidence
        self.trigger = trigger
        self.languages = languages
        self.hinted = hinted
    }

    /// Writes the members, without the brackets.
    func writeMembers(to json: inout JSONWriter) {
        json.member("event", event.rawValue)
        json.member("turn_index", index)
        json.member("audio_window_start", windowStart, decimals: DeepgramWord.timeDecimals)
        json.member("audio_window_end", windowEnd, decimals: DeepgramWord.timeDecimals)
        json.member("transcript", words.transcript)
        json.key("words")
        json.beginArray()
        for word in words { word.write(to: &json) }
        json.endArray()
        json.member("end_of_turn_confidence", confidence, decimals: DeepgramWord.confidenceDecimals)
        if let trigger { json.member("trigger", trigger.rawValue) }
        if !languages.isEmpty {
            json.key("languages")
            json.array(languages)
        }
        if !hinted.isEmpty {
            json.key("languages_hinted")
            json.array(hinted)
        }
    }
}
