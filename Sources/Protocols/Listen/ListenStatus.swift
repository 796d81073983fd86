import Framing
package import Speech

/// A `service_status` event.
package struct ListenStatus: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case initiating
        case conversations = "in_progress_conversations_processing"
        case engineStarting = "stt_initiating"
        case ready
        /// A stretch of audio was not recognized; the session goes on.
        case degraded = "stt_degraded"
        case recovered = "stt_recovered"
        /// Recognition is behind the audio, and final words come late. The session goes on.
        case late = "stt_late"
        /// Recognition has caught up with the audio, after `late`.
        case inTime = "stt_in_time"
        /// The session failed. This is the last event; the close follows.
        case failed = "stt_failed"
        /// The text of all audio before `finalize` has been sent.
        case finalized
        /// The client sent messages for a channel that the session does not have; these messages are ignored.
        case unknownChannel = "unknown_channel"
        /// The client has named a person whom the user does not have.
        case unknownPerson = "unknown_person"
        /// The client's stream is not whole, or has more sound tracks than are heard. The session goes on.
        case incompleteAudio = "audio_incomplete"
        /// The user wants translation to their own language, and no engine translates.
        case noTranslation = "translation_unavailable"
        /// The disk of the gateway is full. The session goes on: its words and its audio wait in memory until there is room.
        case storageFull = "storage_full"
        /// The disk has room again.
        case storageRecovered = "storage_recovered"
        /// Low credit, for older clients, which read `status_text`.
        case freemium = "freemium_threshold_reached"

        var text: StaticString? {
            switch self {
            case .initiating: "Service Starting"
            case .conversations: "Processing Conversations"
            case .engineStarting: "STT Service Starting"
            case .ready, .degraded, .recovered, .late, .inTime, .failed, .finalized, .unknownChannel, .unknownPerson, .incompleteAudio,
                .noTranslation, .storageFull, .storageRecovered, .freemium:
                nil
            }
        }
    }

    package enum Outcome: String, Sendable, CaseIterable {
        case timeout
        case upstream = "upstream_error"
        case configuration = "config_error"
        case invalidInput = "invalid_input"

        var isRetryable: Bool { self == .timeout || self == .upstream }
    }

    /// Reason of a failure: a closed list, without any text from an engine.
    package enum Reason: String, Sendable, CaseIterable {
        case initialization = "initialization_failed"
        case connection = "connection_lost"
        case rateLimited = "rate_limited"
        case budget = "budget_exhausted"
        case authentication = "auth_rejected"
        case unavailable = "provider_unavailable"
    }

    package var status: Status
    package var text: String?
    package var outcome: Outcome?
    /// The engine that serves the session.
    package var engine: EngineName?
    package var reason: String?
    /// Wait before a new attempt, 1…3,600 s; nil when unknown.
    package var retryAfter: Duration?

    package init(_ status: Status, text: String? = nil, outcome: Outcome? = nil, engine: EngineName? = nil, reason: String? = nil) {
        self.status = status
        self.text = text
        self.outcome = outcome
        self.engine = engine
        self.reason = reason
    }

    /// Describes why a session failed.
    ///
    /// - Parameter wasReady: true if an engine had accepted audio.
    package init(_ error: EngineError, wasReady: Bool) {
        let (outcome, reason): (Outcome, Reason?) =
            switch error {
            case .unauthorized: (.configuration, .authentication)
            case .quotaExhausted: (.configuration, .budget)
            case .rateLimited: (.upstream, .rateLimited)
            case .badRequest, .unsupportedLanguage: (.configuration, nil)
            case .undecodable: (.invalidInput, nil)
            case .timedOut: (.timeout, wasReady ? .connection : .initialization)
            case .unavailable: (.upstream, wasReady ? .connection : .unavailable)
            case .protocolViolation, .cancelled: (.upstream, .connection)
            }
        self.init(.failed, outcome: outcome, reason: reason?.rawValue)
        if outcome.isRetryable { retryAfter = .seconds(5) }
        if case .rateLimited(let after?) = error { retryAfter = after }
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "service_status")
        json.member("status", status.rawValue)
        json.key("status_text")
        if let text { json.value(text) } else if let text = status.text { json.value(literal: text) } else { json.null() }
        if let outcome {
            json.member("outcome", outcome.rawValue)
            json.member("retryable", outcome.isRetryable)
        }
        if let engine { json.member("provider", engine.rawValue) }
        if let reason { json.member("reason", reason) }
        if let retryAfter { json.member("retry_after", min(Int(retryAfter.retrySeconds), 3_600)) }
        json.endObject()
    }
}
