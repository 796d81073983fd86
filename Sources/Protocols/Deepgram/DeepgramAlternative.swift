package import Framing

/// The transcript inside of `Results`. The protocol has a list of alternatives, but services send exactly one.
package struct DeepgramAlternative: Sendable, Equatable {
    package var transcript = ""
    /// Mean confidence of the words, 0…1.
    package var confidence = 0.0
    package var words: [DeepgramWord] = []
    /// Languages of the words; only with `language=multi`.
    package var languages: [String] = []

    package init(words: [DeepgramWord] = [], languages: [String] = []) {
        transcript = words.transcript
        confidence = words.confidence
        self.words = words
        self.languages = languages
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("transcript", transcript)
        json.member("confidence", confidence, decimals: DeepgramWord.confidenceDecimals)
        json.key("words")
        json.beginArray()
        for index in words.indices { words[index].write(to: &json) }
        json.endArray()
        if !languages.isEmpty {
            json.key("languages")
            json.beginArray()
            for language in languages { json.value(language) }
            json.endArray()
        }
        json.endObject()
    }

    /// Reads the first alternative in `{"alternatives":[…]}`; nil when there is none.
    init?(readingChannel reader: inout JSONReader) throws(JSONReader.Malformed) {
        var first: DeepgramAlternative?
        try reader.object { name, reader throws(JSONReader.Malformed) in
            guard name == "alternatives" else { return try reader.skip() }
            try reader.array { index, reader throws(JSONReader.Malformed) in
                guard index == 0, try reader.nextKind() == .object else { return try reader.skip() }
                first = try DeepgramAlternative(reading: &reader)
            }
        }
        guard let first else { return nil }
        self = first
    }

    /// Reads an alternative; malformed words are left out.
    private init(reading reader: inout JSONReader) throws(JSONReader.Malformed) {
        var transcript = "", confidence = 0.0
        var words: [DeepgramWord] = [], languages: [String] = []
        try reader.object { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "transcript": transcript = try reader.string() ?? ""
            case "confidence": confidence = try reader.double() ?? 0
            case "words":
                words.reserveCapacity(16)
                try reader.array { _, reader throws(JSONReader.Malformed) in
                    if let word = try DeepgramWord(reading: &reader) { words.append(word) }
                }
            case "languages":
                try reader.array { _, reader throws(JSONReader.Malformed) in
                    if let language = try reader.string() { languages.append(language) }
                }
            default: try reader.skip()
            }
        }
        words.keepBlanks(of: transcript)
        self.transcript = transcript
        self.confidence = confidence
        self.words = words
        self.languages = languages
    }
}
