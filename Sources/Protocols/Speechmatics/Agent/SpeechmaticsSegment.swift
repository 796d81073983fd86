import Framing

/// A segment of a turn: what one speaker said, as text.
///
/// Source: speechmatics/docs, `spec/agent-stt.yaml`, schemas `Segment` and `SegmentMetadata`, September 2026. Segments have no words, no confidence and
/// no language there.
package struct SpeechmaticsSegment: Sendable, Equatable {
    /// Maximum size of a text that is read, in bytes. The vendor ends a segment after two minutes.
    static let maxBytes = 65_536

    package var transcript: String
    /// Start of the segment, in seconds since the first sample.
    package var start: Double
    package var end: Double
    /// Label of the speaker, such as `S1`; nil: nobody is known.
    package var speaker: String?

    package init(_ transcript: String, start: Double, end: Double, speaker: String? = nil) {
        self.transcript = transcript
        self.start = start
        self.end = end
        self.speaker = speaker
    }

    /// Writes the members, without the brackets.
    func writeMembers(to json: inout JSONWriter) {
        json.key("segment")
        json.beginObject()
        json.member("transcript", transcript)
        if let speaker { json.member("speaker", speaker) }
        json.endObject()
        json.key("metadata")
        json.beginObject()
        json.member("start_time", start, decimals: 3)
        json.member("end_time", end, decimals: 3)
        json.endObject()
    }
}

/// A boundary that Agent STT tells; the value is the name of its message.
///
/// Source: speechmatics/docs, `spec/agent-stt.yaml`, September 2026. A beginning has `metadata.start_time`, an end `metadata.end_time`.
package enum SpeechmaticsBoundary: String, Sendable, CaseIterable {
    case speechStarted = "SpeechStarted"
    case speechEnded = "SpeechEnded"
    case turnStarted = "StartOfTurn"
    case turnEnded = "EndOfTurn"

    var isStart: Bool { self == .speechStarted || self == .turnStarted }
}
