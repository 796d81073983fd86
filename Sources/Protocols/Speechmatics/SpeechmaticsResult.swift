package import Framing
import Speech

/// An item of a transcript: a word, or a mark that touches a word.
///
/// Source: Speechmatics "Real-time API" reference, message `AddTranscript`.
package struct SpeechmaticsResult: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case word
        case punctuation
        /// `speaker_change` and items that this version does not know; they carry no speech.
        case other
    }

    package enum Attachment: String, Sendable {
        case previous, next, both, none
    }

    package var kind: Kind
    /// Start of the item, in seconds since the first sample.
    package var start: Double
    package var end: Double
    package var content: String
    /// Confidence in the item, 0…1.
    package var confidence: Double
    package var language: String?
    /// Label of the speaker: `S1` and up, or `UU` when unknown.
    package var speaker: String?
    /// The words that a mark touches; for marks only.
    package var attachment: Attachment
    package var endsSentence: Bool
    /// True if the text has a blank before the word, false if it has none; nil: the scripts decide. Not a member on the wire.
    package var blankBefore: Bool?

    package init(
        _ kind: Kind, start: Double, end: Double, content: String, confidence: Double, language: String? = nil, speaker: String? = nil,
        attachment: Attachment = .none, endsSentence: Bool = false, blankBefore: Bool? = nil
    ) {
        self.kind = kind
        self.start = start
        self.end = end
        self.content = content
        self.confidence = confidence
        self.language = language
        self.speaker = speaker
        self.attachment = attachment
        self.endsSentence = endsSentence
        self.blankBefore = blankBefore
    }

    /// - Parameter channel: the channel of the item, in a session with several channels.
    package func write(to json: inout JSONWriter, channel: String? = nil) {
        json.beginObject()
        if let channel { json.member("channel", channel) }
        switch kind {
        case .word: json.member("type", literal: "word")
        case .punctuation:
            json.member("type", literal: "punctuation")
            json.member("attaches_to", attachment.rawValue)
            json.member("is_eos", endsSentence)
        case .other: json.member("type", literal: "other")
        }
        json.member("start_time", start, decimals: 3)
        json.member("end_time", end, decimals: 3)
        json.key("alternatives")
        json.beginArray()
        json.beginObject()
        json.member("content", content)
        json.member("confidence", confidence, decimals: 3)
        if let language { json.member("language", language) }
        if let speaker { json.member("speaker", speaker) }
        if kind == .word {
            json.key("display")
            json.beginObject()
            json.member("direction", content.isFromRight ? "rtl" : "ltr")
            json.endObject()
        }
        json.endObject()
        json.endArray()
        json.endObject()
    }

    /// Reads an item; nil when a required member is missing.
    init?(reading reader: inout JSONReader) throws(JSONReader.Malformed) {
        var type: String?, start: Double?, end: Double?, attachment: String?, endsSentence = false
        var content: String?, confidence = Double(Word.unknownConfidence), language: String?, speaker: String?
        try reader.object { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "type": type = try reader.string()
            case "start_time": start = try reader.double()
            case "end_time": end = try reader.double()
            case "attaches_to": attachment = try reader.string()
            case "is_eos": endsSentence = try reader.bool() ?? false
            case "alternatives":
                try reader.array { index, reader throws(JSONReader.Malformed) in
                    guard index == 0 else { return try reader.skip() }
                    try reader.object { name, reader throws(JSONReader.Malformed) in
                        switch name {
                        case "content": content = try reader.string()
                        case "confidence": confidence = try reader.double() ?? Double(Word.unknownConfidence)
                        case "language": language = try reader.string()
                        case "speaker": speaker = try reader.string()
                        default: try reader.skip()
                        }
                    }
                }
            default: try reader.skip()
            }
        }
        guard let start, let end else { return nil }
        let kind: Kind
        switch type {
        case "word", "entity": kind = .word
        case "punctuation": kind = .punctuation
        default: kind = .other
        }
        guard kind == .other || content != nil else { return nil }
        self.init(
            kind, start: start, end: end, content: content ?? "", confidence: confidence, language: language, speaker: speaker,
            attachment: attachment.flatMap(Attachment.init) ?? (kind == .punctuation ? .previous : .none), endsSentence: endsSentence)
    }
}

/// The items of a stretch of audio: final or partial.
package struct SpeechmaticsTranscript: Sendable, Equatable {
    /// Start of the stretch, in seconds since the first sample.
    package var start: Double
    package var end: Double
    /// The channel, in a session with several channels; nil otherwise.
    package var channel: String?
    package var results: [SpeechmaticsResult]

    package init(start: Double, end: Double, channel: String? = nil, results: [SpeechmaticsResult] = []) {
        self.start = start
        self.end = end
        self.channel = channel
        self.results = results
    }

    /// The text, with what stands between words at its end, so that texts can be joined.
    package var text: String {
        var text = ""
        var joins = true
        for result in results where result.kind != .other {
            let attachment = result.attachment
            let touches = joins || attachment == .previous || attachment == .both
            WordSpacing.append(result.content, blank: touches ? false : result.blankBefore, to: &text)
            joins = attachment == .next || attachment == .both
        }
        return text.isEmpty || WordSpacing.isUnspaced(endOf: text) ? text : text + " "
    }

    func writeMembers(to json: inout JSONWriter) {
        json.member("format", literal: "2.1")
        if let channel { json.member("channel", channel) }
        json.key("metadata")
        json.beginObject()
        json.member("start_time", start, decimals: 3)
        json.member("end_time", end, decimals: 3)
        json.member("transcript", text)
        json.endObject()
        json.key("results")
        json.beginArray()
        for result in results { result.write(to: &json, channel: channel) }
        json.endArray()
    }
}
