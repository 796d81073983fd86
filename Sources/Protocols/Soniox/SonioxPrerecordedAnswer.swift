package import Framing
package import Speech

/// The answers of `/v1/transcriptions` for one transcription.
///
/// Source: Soniox API reference, "Get transcription", "Get transcription transcript".
package struct SonioxPrerecordedAnswer: Sendable {
    package enum State: Sendable, Equatable {
        case queued
        case processing
        /// - Parameter length: length of the audio; nil where it is not stored and the transcript was not read.
        case completed(length: Duration?)
        case failed(SonioxJobError)
    }

    package var id: String
    package var created: UnixTime
    package var request: SonioxPrerecordedRequest
    package var state: State
    /// HTTP status with which the caller's server answered the webhook; nil while there is no answer.
    package var webhookStatus: Int?

    package init(id: String, created: UnixTime, request: SonioxPrerecordedRequest, state: State, webhookStatus: Int? = nil) {
        self.id = id
        self.created = created
        self.request = request
        self.state = state
        self.webhookStatus = webhookStatus
    }

    private static let mask: StaticString = "******************"

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        json.member("status", literal: status)
        json.member("created_at", created.rfc3339)
        json.member("model", request.model)
        switch request.audio {
        case .address(let address):
            json.member("audio_url", address)
            json.nullMember("file_id")
        case .file(let id):
            json.nullMember("audio_url")
            json.member("file_id", id)
        }
        json.member("filename", request.fileName)
        json.key("language_hints")
        if let hints = request.languageHints { json.array(hints) } else { json.null() }
        json.member("enable_speaker_diarization", request.diarizes)
        json.member("enable_language_identification", request.identifiesLanguage)
        if case .completed(let length?) = state {
            json.member("audio_duration_ms", Int(length.wholeMilliseconds))
        } else {
            json.nullMember("audio_duration_ms")
        }
        writeFailure(&json)
        json.member("webhook_url", orNull: request.webhook?.address)
        json.member("webhook_auth_header_name", orNull: request.webhook?.header?.name)
        // The vendor, too, never shows the value.
        if request.webhook?.header == nil {
            json.nullMember("webhook_auth_header_value")
        } else {
            json.member("webhook_auth_header_value", literal: Self.mask)
        }
        if let webhookStatus { json.member("webhook_status_code", webhookStatus) } else { json.nullMember("webhook_status_code") }
        json.member("client_reference_id", orNull: request.reference)
        json.endObject()
    }

    private func writeFailure(_ json: inout JSONWriter) {
        guard case .failed(let error) = state else {
            json.nullMember("error_type")
            json.nullMember("error_message")
            return
        }
        json.member("error_type", error.type)
        json.member("error_message", error.message)
        // More than the vendor says: the members tell clients which provider failed, and why.
        ProviderTag(in: error.message)?.writeMembers(to: &json)
    }

    private var status: StaticString {
        switch state {
        case .queued: "queued"
        case .processing: "processing"
        case .completed: "completed"
        case .failed: "error"
        }
    }

    package var body: [UInt8] {
        var json = JSONWriter(capacity: 1_024)
        write(to: &json)
        return json.bytes
    }

    // MARK: Transcript

    /// Returns the answer with the transcript's tokens.
    package func body(with transcript: Transcript) -> [UInt8] {
        // Each track is a speaker of its own.
        let tokens = tokens(of: request.tracks == .all ? transcript.joined().transcript : transcript)
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("id", id)
        json.member("text", tokens.lazy.map(\.text).joined())
        json.key("tokens")
        json.beginArray()
        for token in tokens { token.write(to: &json, isRecorded: true) }
        json.endArray()
        // More than the vendor says. Clients ignore members that they do not know.
        let warnings = warnings(about: transcript)
        if !warnings.isEmpty {
            json.key("warnings")
            json.array(warnings)
        }
        json.endObject()
        return json.bytes
    }

    private func tokens(of transcript: Transcript) -> [SonioxToken] {
        var words = transcript.channels.flatMap(\.words)
        if transcript.channels.count > 1 {
            // Words of one channel keep their order when their times are equal.
            words = words.enumerated().sorted { ($0.element.range.start, $0.offset) < ($1.element.range.start, $1.offset) }.map(\.element)
        }
        let writer = SonioxTokens(
            rate: transcript.rate, showsSpeakers: request.diarizes, showsLanguages: request.identifiesLanguage,
            language: transcript.language == .undetermined ? nil : transcript.language.primary)
        var tokens: [SonioxToken] = []
        writer.append(words, isFinal: true, behind: "", to: &tokens)
        return tokens
    }

    private func warnings(about transcript: Transcript) -> [String] {
        IgnoredOptions.told(transcript.ignoredOptions).map(IgnoredOptions.warning) + RecordingNotices.texts(transcript.notices)
    }
}
