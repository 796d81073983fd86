package import Framing
package import Speech
internal import TextNormalization

/// The answers of `/v2/transcript` for a job.
///
/// Source: AssemblyAI "Get transcript" API reference.
package struct AssemblyAIPrerecordedAnswer: Sendable {
    package enum State: Sendable, Equatable {
        case queued
        case processing
        case completed(Transcript)
        case failed(String)
        /// The owner deleted the job's content.
        case deleted
    }

    package var id: String
    package var request: AssemblyAIPrerecordedRequest
    package var state: State
    /// HTTP status with which the caller's server answered the webhook; nil while there is no answer.
    package var webhookStatus: Int?

    package init(id: String, request: AssemblyAIPrerecordedRequest, state: State, webhookStatus: Int? = nil) {
        self.id = id
        self.request = request
        self.state = state
        self.webhookStatus = webhookStatus
    }

    package static func headers(requestID: String) -> HTTPHeaders { ["Content-Type": "application/json", "x-request-id": requestID] }

    /// The client's fields that had no effect; empty before the job is completed.
    package var ignored: [String] { transcript?.ignoredOptions ?? [] }

    /// Notices about the recording; empty before the job is completed.
    package var notices: [RecordingNotice] { transcript?.notices ?? [] }

    /// `audio_url` of a deleted job.
    package static let deletedURL = "http://deleted_by_user"
    /// The request that is kept of a deleted job.
    package static let deletedRequest = #"{"audio_url":"http://deleted_by_user"}"#

    private var transcript: Transcript? { if case .completed(let transcript) = state { transcript } else { nil } }

    private var status: StaticString {
        switch state {
        case .queued: "queued"
        case .processing: "processing"
        // The vendor's client knows four states only, so a deleted job counts as completed.
        case .completed, .deleted: "completed"
        case .failed: "error"
        }
    }

    package var body: [UInt8] {
        var json = JSONWriter(capacity: transcript == nil ? 1_024 : 65_536)
        json.beginObject()
        json.member("id", id)
        json.member("status", literal: status)
        json.member("audio_url", request.audioURL)
        if case .failed(let reason) = state {
            json.member("error", reason)
            // More than the vendor says: the members tell clients which provider failed, and why.
            ProviderTag(in: reason)?.writeMembers(to: &json)
        } else {
            json.nullMember("error")
        }
        let filter = transcript.flatMap { request.rules.filter(ofTextsIn: $0.languages) }
        let fields = VendorFields.members(in: transcript?.vendorFields, hiding: filter)
        writeContent(&json)
        writeRequest(&json)
        for name: StaticString in ["auto_highlights", "summarization"] where !fields.contains(where: { $0.name == name.description }) {
            json.member(name, false)
        }
        VendorFields.write(fields, to: &json)
        json.endObject()
        return json.bytes
    }

    private func writeContent(_ json: inout JSONWriter) {
        guard let transcript else {
            if state == .deleted { json.member("text", literal: "Deleted by user.") } else { json.nullMember("text") }
            for name: StaticString in ["words", "utterances", "confidence", "audio_duration", "audio_channels", "language_confidence"] {
                json.nullMember(name)
            }
            json.member("language_code", orNull: state == .deleted ? nil : request.echoedLanguage)
            json.nullMember("speech_model_used")
            json.nullMember("metadata")
            return
        }
        let shown = AssemblyAIPrerecordedText(transcript, for: request)
        json.member("text", shown.text)
        json.key("words")
        write(shown.words[...], of: shown, &json)
        json.key("utterances")
        if request.speakerLabels || request.separatesChannels {
            json.beginArray()
            for utterance in shown.utterances { write(part: utterance[...], of: shown, &json) }
            json.endArray()
        } else {
            json.null()
        }
        json.member("confidence", AssemblyAIPrerecordedText.confidence(of: shown.words[...]), decimals: 4)
        json.member("audio_duration", Int(transcript.length.seconds(at: transcript.rate).rounded()))
        if request.separatesChannels { json.member("audio_channels", transcript.channels.count) } else { json.nullMember("audio_channels") }
        if let confidence = transcript.languageConfidence {
            json.member("language_confidence", Double(confidence), decimals: 4)
        } else {
            json.nullMember("language_confidence")
        }
        // Clients know a closed set of codes; an unknown language has none.
        let detected = transcript.language == .undetermined ? nil : Self.code(of: transcript.language)
        json.member("language_code", orNull: request.languageCode ?? (request.detectsLanguage ? detected : "en_us"))
        json.member("speech_model_used", transcript.model)
        writeWarnings(about: transcript, &json)
    }

    private func writeWarnings(about transcript: Transcript, _ json: inout JSONWriter) {
        let warnings = IgnoredOptions.told(transcript.ignoredOptions).map(IgnoredOptions.warning) + RecordingNotices.texts(transcript.notices)
        guard let first = warnings.first else { return json.nullMember("metadata") }
        json.key("metadata")
        json.beginObject()
        json.member("warning", first)
        if warnings.count > 1 {
            json.key("warnings")
            json.beginArray()
            for warning in warnings {
                json.beginObject()
                json.member("message", warning)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }

    private static func code(of language: LanguageTag) -> String { AssemblyAILanguage.code(of: language) }

    /// Writes the request's members: the given values, else the defaults that apply. Stricter clients require some members always.
    private func writeRequest(_ json: inout JSONWriter) {
        // Clients fail on names outside their closed set.
        json.member("speech_model", orNull: request.speechModel)
        json.key("speech_models")
        if request.speechModels.isEmpty {
            json.null()
        } else {
            json.beginArray()
            for model in request.speechModels { json.value(model) }
            json.endArray()
        }
        json.member("language_detection", request.detectsLanguage)
        if let threshold = request.languageThreshold {
            json.member("language_confidence_threshold", threshold, decimals: 4)
        } else {
            json.nullMember("language_confidence_threshold")
        }
        json.member("punctuate", request.punctuates)
        json.member("format_text", request.formats)
        json.member("disfluencies", request.disfluencies)
        json.member("speaker_labels", request.speakerLabels)
        json.member("multichannel", request.multichannel)
        json.member("dual_channel", request.dualChannel)
        json.member("filter_profanity", request.hidesProfanity)
        json.member("redact_pii", request.redaction != nil)
        if let redaction = request.redaction {
            json.member("redact_pii_sub", redaction.substitution.rawValue)
            json.key("redact_pii_policies")
            json.beginArray()
            for policy in redaction.policies { json.value(policy) }
            json.endArray()
        }
        json.member("webhook_url", orNull: request.webhook?.address)
        if let webhookStatus { json.member("webhook_status_code", webhookStatus) } else { json.nullMember("webhook_status_code") }
        json.member("webhook_auth", request.webhook?.header != nil)
        json.member("webhook_auth_header_name", orNull: request.webhook?.header?.name)
    }

    private func write(_ words: ArraySlice<AssemblyAIPrerecordedText.ShownWord>, of shown: AssemblyAIPrerecordedText, _ json: inout JSONWriter) {
        json.beginArray()
        for word in words {
            json.beginObject()
            json.member("text", word.word.text)
            writeSpan([word], of: shown, confidence: Double(word.word.confidence), &json)
            json.endObject()
        }
        json.endArray()
    }

    /// Writes an utterance, a sentence or a paragraph.
    private func write(
        part words: ArraySlice<AssemblyAIPrerecordedText.ShownWord>, of shown: AssemblyAIPrerecordedText, _ json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("text", shown.text(of: words))
        writeSpan(words, of: shown, confidence: AssemblyAIPrerecordedText.confidence(of: words), &json)
        json.key("words")
        write(words, of: shown, &json)
        json.endObject()
    }

    private func writeSpan(
        _ words: ArraySlice<AssemblyAIPrerecordedText.ShownWord>, of shown: AssemblyAIPrerecordedText, confidence: Double, _ json: inout JSONWriter
    ) {
        json.member("start", words.first.map { shown.milliseconds($0.word.range.start) } ?? 0)
        json.member("end", words.last.map { shown.milliseconds($0.word.range.end) } ?? 0)
        json.member("confidence", confidence, decimals: 4)
        json.member("speaker", orNull: words.first.flatMap(shown.speaker(of:)))
        json.member("channel", orNull: request.separatesChannels ? words.first.map { "\($0.channel + 1)" } : nil)
    }
}

// MARK: - Exports

extension AssemblyAIPrerecordedAnswer {
    package enum Export: String, Sendable {
        case sentences, paragraphs, srt, vtt
        case wordSearch = "word-search"
        case redactedAudio = "redacted-audio"
    }

    /// - Throws: `badRequest` when the job has no transcript, or when this export is not possible.
    package func export(_ kind: Export, _ query: URLQuery, requestID: String) throws(RequestError) -> (headers: HTTPHeaders, body: [UInt8]) {
        guard let transcript else {
            throw .badRequest(
                state == .deleted ? "The transcript was deleted." : "Transcript \(id) has the status \(status); it must be completed to be exported.")
        }
        let shown = AssemblyAIPrerecordedText(transcript, for: request)
        let json = Self.headers(requestID: requestID)
        switch kind {
        case .sentences: return (json, parts("sentences", shown.sentences, of: shown, transcript))
        case .paragraphs: return (json, parts("paragraphs", shown.paragraphs, of: shown, transcript))
        case .wordSearch: return (json, try search(query, in: shown))
        case .redactedAudio: throw .badRequest("redact_pii_audio is not available here.")
        case .srt, .vtt:
            let cues = try cues(query, of: shown, length: transcript.length)
            let plain: HTTPHeaders = ["Content-Type": "text/plain; charset=utf-8", "x-request-id": requestID]
            return (plain, kind == .srt ? Captions.srt(cues) : Captions.vtt(cues))
        }
    }

    private func parts(
        _ name: StaticString, _ parts: [[AssemblyAIPrerecordedText.ShownWord]], of shown: AssemblyAIPrerecordedText, _ transcript: Transcript
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.key(name)
        json.beginArray()
        for part in parts { write(part: part[...], of: shown, &json) }
        json.endArray()
        json.member("id", id)
        json.member("confidence", AssemblyAIPrerecordedText.confidence(of: shown.words[...]), decimals: 4)
        json.member("audio_duration", Int(transcript.length.seconds(at: transcript.rate).rounded()))
        json.endObject()
        return json.bytes
    }

    private func cues(_ query: URLQuery, of shown: AssemblyAIPrerecordedText, length: SampleCount) throws(RequestError) -> [Cue] {
        var rules = CaptionRules()
        if let text = query.first("chars_per_caption") {
            guard let most = Int(text), (1...10_000).contains(most) else {
                throw .badRequest("chars_per_caption must be a whole number from 1 to 10000.")
            }
            rules.lineLength = most
            rules.lines = 1
        }
        return Captions.cues(of: shown.channels.map { $0.map(\.word) }, rate: shown.rate, length: length, rules: rules)
    }

    private func search(_ query: URLQuery, in shown: AssemblyAIPrerecordedText) throws(RequestError) -> [UInt8] {
        let phrases = query.all("words").flatMap { $0.split(separator: ",") }.map { SpokenPhrase($0) }.filter { !$0.words.isEmpty }
        guard !phrases.isEmpty, phrases.count <= 100, phrases.allSatisfy({ $0.words.count <= 5 }) else {
            throw .badRequest("words must be phrases of at most five words, with commas: words=one,two%20three.")
        }
        let spoken = shown.spoken
        var total = 0
        var matches = JSONWriter()
        matches.beginArray()
        for phrase in phrases {
            let found = AssemblyAIPrerecordedText.places(of: phrase, in: spoken)
            guard !found.isEmpty else { continue }
            total += found.count
            matches.beginObject()
            matches.member("text", WordSpacing.text(of: phrase.words))
            matches.member("count", found.count)
            matches.key("timestamps")
            matches.beginArray()
            for place in found {
                matches.beginArray()
                matches.value(shown.milliseconds(shown.words[place.first].word.range.start))
                matches.value(shown.milliseconds(shown.words[place.last].word.range.end))
                matches.endArray()
            }
            matches.endArray()
            matches.key("indexes")
            matches.beginArray()
            for place in found { matches.value(place.first) }
            matches.endArray()
            matches.endObject()
        }
        matches.endArray()
        var json = JSONWriter()
        json.beginObject()
        json.member("id", id)
        json.member("total_count", total)
        json.key("matches")
        json.value(raw: matches.bytes)
        json.endObject()
        return json.bytes
    }
}
