package import Framing
package import Speech
internal import TextNormalization

/// The answer of `POST /v1/listen` for a transcript, which is also the body of its callback.
package struct DeepgramPrerecordedAnswer {
    private let transcript: Transcript
    private let request: DeepgramPrerecordedRequest
    private let requestID: String
    /// Fields of the vendor's own answer.
    private let vendorFields: DeepgramVendorFields

    private init(_ transcript: Transcript, _ request: DeepgramPrerecordedRequest, requestID: String) {
        self.transcript = transcript
        self.request = request
        self.requestID = requestID
        vendorFields = DeepgramVendorFields(
            transcript.vendorFields, hiding: request.parameters.formatting.rules.filter(ofTextsIn: transcript.languages))
    }

    /// Returns the headers of every answer.
    ///
    /// - Parameters:
    ///   - ignored: the client's parameters that had no effect.
    ///   - notices: those about the recording.
    package static func headers(requestID: String, ignored: [String] = [], notices: [RecordingNotice] = []) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Content-Type": "application/json", "dg-request-id": requestID]
        if let names = IgnoredOptions.value(ignored) { headers.set(IgnoredOptions.header, names) }
        RecordingNotices.add(notices, to: &headers)
        return headers
    }

    /// Returns the immediate answer to a request with a callback.
    package static func accepted(requestID: String) -> [UInt8] {
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        json.member("request_id", requestID)
        json.endObject()
        return json.bytes
    }

    /// - Parameters:
    ///   - sha256: the SHA-256 of the bytes that were sent or fetched, in hexadecimal.
    ///   - created: the time at which the request came.
    package static func body(
        _ transcript: Transcript, for request: DeepgramPrerecordedRequest, requestID: String, sha256: String, created: UnixTime
    ) -> [UInt8] {
        let answer = DeepgramPrerecordedAnswer(transcript, request, requestID: requestID)
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        answer.writeMetadata(sha256, created, &json)
        answer.writeResults(&json)
        json.endObject()
        return json.bytes
    }

    private func writeMetadata(_ sha256: String, _ created: UnixTime, _ json: inout JSONWriter) {
        let parameters = request.parameters
        json.key("metadata")
        json.beginObject()
        json.member("transaction_key", literal: "deprecated")
        json.member("request_id", requestID)
        json.member("sha256", sha256)
        json.member("created", created.rfc3339)
        json.member("duration", transcript.length.seconds(at: transcript.rate), decimals: DeepgramWord.timeDecimals)
        json.member("channels", transcript.channels.count)
        // The vendor's own names come with its fields.
        if !vendorFields.namesModel { DeepgramModelInfo(name: transcript.model, architecture: parameters.model).writeMembers(to: &json) }
        if !parameters.tags.isEmpty { Self.write("tags", parameters.tags, &json) }
        if !parameters.extra.isEmpty {
            json.key("extra")
            DeepgramMetadata.Extra.write(parameters.extra, to: &json)
        }
        let languageParameter = request.detectsLanguage ? "detect_language" : "language"
        let notices = transcript.notices.map { DeepgramMetadata.Warning($0, languageParameter: languageParameter) }
        DeepgramMetadata.Warning.write(transcript.ignoredOptions.map(DeepgramMetadata.Warning.init(ignored:)) + notices, to: &json)
        vendorFields.write(.metadata, to: &json)
        json.endObject()
    }

    private func writeResults(_ json: inout JSONWriter) {
        var formatting = request.parameters.formatting
        if transcript.isNative { formatting.replacements = [] }
        let channels = transcript.channels.map { channel in
            let words = formatting.chosen(channel.words, in: transcript.language)
            return ShownChannel(
                words: words, written: formatting.written(words, rate: transcript.rate), language: transcript.mainLanguage(of: channel))
        }
        json.key("results")
        json.beginObject()
        json.key("channels")
        json.beginArray()
        for (index, channel) in channels.enumerated() { write(channel, index, &json) }
        json.endArray()
        if request.utterances { writeUtterances(channels, &json) }
        vendorFields.write(.results, to: &json)
        json.endObject()
    }

    private struct ShownChannel {
        var words: [Word]
        /// The words as Deepgram writes them, one for each item of `words`.
        var written: [DeepgramWord]
        /// The language of most words, with the confidence in it; nil: not known.
        var language: (language: LanguageTag, confidence: Float?)?
    }

    private func write(_ channel: ShownChannel, _ index: Int, _ json: inout JSONWriter) {
        json.beginObject()
        vendorFields.write(.channel(index), to: &json)
        // Clients know a closed set of languages, so an unknown one is left out.
        if request.detectsLanguage, let found = channel.language {
            json.member("detected_language", found.language.rawValue)
            json.member(
                "language_confidence", Double(found.confidence ?? Word.unknownConfidence), decimals: DeepgramWord.confidenceDecimals)
        }
        json.key("alternatives")
        json.beginArray()
        json.beginObject()
        json.member("transcript", channel.written.transcript)
        json.member("confidence", channel.written.confidence, decimals: DeepgramWord.confidenceDecimals)
        Self.write(words: channel.written[...], &json)
        let languages = channel.written.languages
        if !languages.isEmpty { Self.write("languages", languages, &json) }
        if request.paragraphs { writeParagraphs(channel, &json) }
        vendorFields.write(.alternative(index), to: &json)
        json.endObject()
        json.endArray()
        json.endObject()
    }

    private func writeParagraphs(_ channel: ShownChannel, _ json: inout JSONWriter) {
        let paragraphs = Paragraphs.split(channel.words, rate: transcript.rate)
        let speakers = request.parameters.formatting.speakers
        var text = ""
        var speaker: Int?
        for sentences in paragraphs {
            let words = Self.words(of: sentences, in: channel.written)
            text += text.isEmpty ? "\n" : "\n\n"
            if speakers, let number = words.first?.speaker, number != speaker {
                text += "Speaker \(number): "
                speaker = number
            }
            text += Array(words).transcript
        }
        json.key("paragraphs")
        json.beginObject()
        json.member("transcript", text)
        json.key("paragraphs")
        json.beginArray()
        for sentences in paragraphs {
            let words = Self.words(of: sentences, in: channel.written)
            json.beginObject()
            json.key("sentences")
            json.beginArray()
            for sentence in sentences {
                json.beginObject()
                json.member("text", Array(channel.written[sentence]).transcript)
                Self.write(spanOf: channel.written[sentence], &json)
                json.endObject()
            }
            json.endArray()
            json.member("num_words", words.count)
            Self.write(spanOf: words, &json)
            if let speaker = words.first?.speaker { json.member("speaker", speaker) }
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private static func words(of sentences: [Range<Int>], in words: [DeepgramWord]) -> ArraySlice<DeepgramWord> {
        guard let first = sentences.first, let last = sentences.last else { return [] }
        return words[first.lowerBound..<last.upperBound]
    }

    private func writeUtterances(_ channels: [ShownChannel], _ json: inout JSONWriter) {
        struct Utterance {
            var channel: Int
            var words: ArraySlice<DeepgramWord>
        }
        var utterances = channels.enumerated().flatMap { index, channel in
            Utterances.split(channel.words, rate: transcript.rate, pause: request.utterancePause).map {
                Utterance(channel: index, words: channel.written[$0])
            }
        }
        // The utterances of all channels go into one list, sorted by time.
        utterances.sort { ($0.words.first?.start ?? 0, $0.channel) < ($1.words.first?.start ?? 0, $1.channel) }
        json.key("utterances")
        json.beginArray()
        for (index, utterance) in utterances.enumerated() {
            let words = Array(utterance.words)
            json.beginObject()
            Self.write(spanOf: utterance.words, &json)
            json.member("confidence", words.confidence, decimals: DeepgramWord.confidenceDecimals)
            json.member("channel", utterance.channel)
            json.member("transcript", words.transcript)
            Self.write(words: utterance.words, &json)
            if !words.languages.isEmpty { Self.write("languages", words.languages, &json) }
            if let speaker = words.first?.speaker { json.member("speaker", speaker) }
            json.member("id", DerivedUUID(requestID, index: index).description)
            json.endObject()
        }
        json.endArray()
    }

    private static func write(spanOf words: ArraySlice<DeepgramWord>, _ json: inout JSONWriter) {
        json.member("start", words.first?.start ?? 0, decimals: DeepgramWord.timeDecimals)
        json.member("end", words.last?.end ?? 0, decimals: DeepgramWord.timeDecimals)
    }

    private static func write(words: ArraySlice<DeepgramWord>, _ json: inout JSONWriter) {
        json.key("words")
        json.beginArray()
        for word in words { word.write(to: &json) }
        json.endArray()
    }

    private static func write(_ name: StaticString, _ list: [String], _ json: inout JSONWriter) {
        json.key(name)
        json.beginArray()
        for text in list { json.value(text) }
        json.endArray()
    }
}
