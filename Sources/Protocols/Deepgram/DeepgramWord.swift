package import Framing
import Speech

/// A word as Deepgram writes it, live and prerecorded.
package struct DeepgramWord: Sendable, Equatable {
    /// The word in lower case, without punctuation.
    package var word: String
    /// Start of the word, in seconds since the first sample.
    package var start: Double
    package var end: Double
    /// Confidence in the word, 0…1.
    package var confidence: Double
    /// The word with capitals and punctuation; nil unless formatting was asked for.
    package var punctuatedWord: String?
    package var speaker: Int?
    /// Confidence in the speaker, 0…1; prerecorded only.
    package var speakerConfidence: Double?
    /// Language of the word; only with `language=multi`.
    package var language: String?
    /// True if the transcript has a blank before the word, false if it has none; nil: the scripts decide. Not a member on the wire.
    package var blankBefore: Bool?

    package init(
        word: String, start: Double, end: Double, confidence: Double, punctuatedWord: String? = nil, speaker: Int? = nil,
        speakerConfidence: Double? = nil, language: String? = nil, blankBefore: Bool? = nil
    ) {
        self.word = word
        self.start = start
        self.end = end
        self.confidence = confidence
        self.punctuatedWord = punctuatedWord
        self.speaker = speaker
        self.speakerConfidence = speakerConfidence
        self.language = language
        self.blankBefore = blankBefore
    }

    /// The formatted word where formatting was asked for, otherwise the bare word.
    package var shown: String { punctuatedWord ?? word }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("word", word)
        json.member("start", start, decimals: Self.timeDecimals)
        json.member("end", end, decimals: Self.timeDecimals)
        json.member("confidence", confidence, decimals: Self.confidenceDecimals)
        if let punctuatedWord { json.member("punctuated_word", punctuatedWord) }
        if let speaker { json.member("speaker", speaker) }
        if let speakerConfidence { json.member("speaker_confidence", speakerConfidence, decimals: Self.confidenceDecimals) }
        if let language { json.member("language", language) }
        json.endObject()
    }

    /// Reads a word; nil when a required member is missing.
    init?(reading reader: inout JSONReader) throws(JSONReader.Malformed) {
        let place = reader.place
        if let usual = Self.usual(&reader) {
            self = usual
            return
        }
        reader.goBack(to: place)
        var word: String?, start: Double?, end: Double?, confidence = Double(Word.unknownConfidence)
        var punctuatedWord: String?, speaker: Int?, speakerConfidence: Double?, language: String?
        try reader.object { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "word": word = try reader.string()
            case "start": start = try reader.double()
            case "end": end = try reader.double()
            case "confidence": confidence = try reader.double() ?? Double(Word.unknownConfidence)
            case "punctuated_word": punctuatedWord = try reader.string()
            case "speaker": speaker = try reader.int()
            case "speaker_confidence": speakerConfidence = try reader.double()
            case "language": language = try reader.string()
            default: try reader.skip()
            }
        }
        guard let word, let start, let end else { return nil }
        self.init(
            word: word, start: start, end: end, confidence: confidence, punctuatedWord: punctuatedWord, speaker: speaker,
            speakerConfidence: speakerConfidence, language: language)
    }

    /// Reads a word in the form in which Deepgram's live service writes nearly all of them: these members in this order, without blanks. Takes a third
    /// of the time that reading by names takes.
    ///
    /// - Returns: nil for a word in another form. `reader` is then at any place within the word.
    private static func usual(_ reader: inout JSONReader) -> DeepgramWord? {
        do throws(JSONReader.Malformed) {
            guard reader.skip(exactly: #"{"word":"#), let word = try reader.string(), reader.skip(exactly: #","start":"#),
                let start = try reader.double(), reader.skip(exactly: #","end":"#), let end = try reader.double(),
                reader.skip(exactly: #","confidence":"#), let confidence = try reader.double()
            else { return nil }
            var speaker: Int?, punctuatedWord: String?
            if reader.skip(exactly: #","speaker":"#) { speaker = try reader.int() }
            if reader.skip(exactly: #","punctuated_word":"#) { punctuatedWord = try reader.string() }
            guard reader.skip(exactly: "}") else { return nil }
            return DeepgramWord(word: word, start: start, end: end, confidence: confidence, punctuatedWord: punctuatedWord, speaker: speaker)
        } catch {
            return nil
        }
    }

    /// Decimals of times in seconds: microseconds, which are finer than one sample at any accepted rate.
    package static let timeDecimals = 6
    package static let confidenceDecimals = 4
}

extension [DeepgramWord] {
    /// The mean of the words' confidences; 0 without words.
    package var confidence: Double { isEmpty ? 0 : reduce(0) { $0 + $1.confidence } / Double(count) }

    package var transcript: String {
        var text = ""
        text.reserveCapacity(indices.reduce(count) { $0 + self[$1].shown.utf8.count })
        for index in indices { WordSpacing.append(self[index].shown, blank: self[index].blankBefore, to: &text) }
        return text
    }

    /// Keeps the blanks of the service's transcript.
    package mutating func keepBlanks(of transcript: String) {
        for (index, blank) in WordSpacing.blanks(before: lazy.map(\.shown), in: transcript).enumerated() where blank != nil {
            self[index].blankBefore = blank
        }
    }

    /// The languages that words name, each once, in order of appearance.
    package var languages: [String] {
        var tags: [String] = []
        for case let tag? in lazy.map(\.language) where !tags.contains(tag) { tags.append(tag) }
        return tags
    }
}
