package import Framing
import Speech

/// A word of a turn.
package struct AssemblyAIWord: Sendable, Equatable {
    package var text: String
    /// Start of the word in whole milliseconds since the first sample. A fraction breaks the vendor's own client.
    package var start: Int
    package var end: Int
    /// Confidence in the word, 0…1.
    package var confidence: Double
    /// True if no later message changes the word.
    package var isFinal: Bool
    /// Label of the speaker: `A`, `B`, …, or `UNKNOWN`; nil unless speakers were asked for.
    package var speaker: String?
    /// True if the turn's text has a blank before the word, false if it has none; nil: the scripts decide. Not a member on the wire.
    package var blankBefore: Bool?

    package init(
        text: String, start: Int, end: Int, confidence: Double, isFinal: Bool, speaker: String? = nil, blankBefore: Bool? = nil
    ) {
        self.text = text
        self.start = start
        self.end = end
        self.confidence = confidence
        self.isFinal = isFinal
        self.speaker = speaker
        self.blankBefore = blankBefore
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("text", text)
        json.member("start", start)
        json.member("end", end)
        json.member("confidence", confidence, decimals: 4)
        json.member("word_is_final", isFinal)
        if let speaker { json.member("speaker", speaker) }
        json.endObject()
    }

    /// Reads a word; nil when a required member is missing. Times with a fraction are rounded.
    init?(reading reader: inout JSONReader) throws(JSONReader.Malformed) {
        var text: String?, start: Double?, end: Double?, confidence = Double(Word.unknownConfidence), isFinal = false, speaker: String?
        try reader.object { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "text": text = try reader.string()
            case "start": start = try reader.double()
            case "end": end = try reader.double()
            case "confidence": confidence = try reader.double() ?? Double(Word.unknownConfidence)
            case "word_is_final": isFinal = try reader.bool() ?? false
            case "speaker": speaker = try reader.string()
            default: try reader.skip()
            }
        }
        guard let text, let start = start.flatMap({ Int(exactly: $0.rounded()) }), let end = end.flatMap({ Int(exactly: $0.rounded()) }) else {
            return nil
        }
        self.init(text: text, start: start, end: end, confidence: confidence, isFinal: isFinal, speaker: speaker)
    }
}

extension [AssemblyAIWord] {
    var text: String { reduce(into: "") { WordSpacing.append($1.text, blank: $1.blankBefore, to: &$0) } }

    /// Keeps the blanks of the turn's text.
    mutating func keepBlanks(of transcript: String) {
        for (index, blank) in WordSpacing.blanks(before: lazy.map(\.text), in: transcript).enumerated() where blank != nil {
            self[index].blankBefore = blank
        }
    }

    /// The label that most words carry; nil when none does.
    var speaker: String? {
        var counts: [String: Int] = [:]
        for case let label? in lazy.map(\.speaker) { counts[label, default: 0] += 1 }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}
