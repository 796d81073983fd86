package import Framing
import Speech

/// A piece of text: a part of a word, a mark, or a marker of the protocol. A new word begins with a space.
///
/// Source: Soniox "Real-time API" reference, responses.
package struct SonioxToken: Sendable, Equatable {
    package var text: String
    /// Start of the token in milliseconds since the first sample; nil for a token without speech.
    package var start: Int?
    package var end: Int?
    /// Confidence in the token, 0…1.
    package var confidence: Double
    package var isFinal: Bool
    /// Label of the speaker: a number from `1`.
    package var speaker: String?
    package var language: String?
    /// True if the token is a translation of the speech.
    package var isTranslation = false

    package init(
        _ text: String, start: Int? = nil, end: Int? = nil, confidence: Double = 1, isFinal: Bool, speaker: String? = nil, language: String? = nil
    ) {
        self.text = text
        self.start = start
        self.end = end
        self.confidence = confidence
        self.isFinal = isFinal
        self.speaker = speaker
        self.language = language
    }

    /// The marker for a detected endpoint.
    package static let endpoint = SonioxToken("<end>", isFinal: true)
    /// The marker that answers a finalize.
    package static let finalized = SonioxToken("<fin>", isFinal: true)

    /// Returns true if a token without a space before it is a word of its own nevertheless: in a script that is written without spaces, each token is a
    /// word, unless it begins within a written syllable.
    static func standsAlone(_ text: some StringProtocol, behind before: String) -> Bool {
        guard let last = before.last, let first = text.first else { return false }
        return LineBreaks.isAllowed(last, first)
    }

    /// - Parameter isRecorded: true for a token of a recording, which does not say that it is final.
    package func write(to json: inout JSONWriter, isRecorded: Bool = false) {
        json.beginObject()
        json.member("text", text)
        if let start { json.member("start_ms", start) }
        if let end { json.member("end_ms", end) }
        json.member("confidence", confidence, decimals: 4)
        if !isRecorded { json.member("is_final", isFinal) }
        if let speaker { json.member("speaker", speaker) }
        if let language { json.member("language", language) }
        json.endObject()
    }

    /// Reads a token; nil when it has no text.
    init?(reading reader: inout JSONReader) throws(JSONReader.Malformed) {
        var text: String?, start: Int?, end: Int?, confidence: Double?, isFinal = false
        var speaker: String?, language: String?, isTranslation = false
        try reader.object { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "text": text = try reader.string()
            case "start_ms": start = try reader.int()
            case "end_ms": end = try reader.int()
            case "confidence": confidence = try reader.double()
            case "is_final": isFinal = try reader.bool() ?? false
            case "speaker": speaker = try reader.string()
            case "language": language = try reader.string()
            case "translation_status": isTranslation = try reader.string() == "translation"
            default: try reader.skip()
            }
        }
        guard let text else { return nil }
        self.init(
            text, start: start, end: end, confidence: confidence ?? Double(Word.unknownConfidence), isFinal: isFinal, speaker: speaker,
            language: language)
        self.isTranslation = isTranslation
    }
}
