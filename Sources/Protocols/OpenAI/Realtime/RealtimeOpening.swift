import Framing
package import Speech

/// A realtime connection before its first audio: reports the session's settings, and lets the client change them. The session begins with the first
/// audio, because only then is the audio's format settled.
package struct RealtimeOpening: LiveHandshakeMachine {
    private let context: HandshakeContext
    private let limit: Duration
    private let engines: [EngineName]
    private var configuration: RealtimeConfiguration
    private var voice: RealtimeVoice
    private var expiry: Instant?
    private var isDone = false

    /// - Parameter limit: the maximum duration of the connection.
    init(
        _ configuration: RealtimeConfiguration, shape: RealtimeConfiguration.Shape, limit: Duration, engines: [EngineName],
        _ context: HandshakeContext
    ) {
        self.context = context
        self.limit = limit
        self.engines = engines
        self.configuration = configuration
        voice = RealtimeVoice(requestID: context.requestID, shape: shape, expires: context.now + limit)
    }

    package var deadline: Instant? { isDone ? nil : expiry }

    package mutating func opened(now: Instant, output: inout ServerOutput) {
        expiry = now + limit
        voice.created(configuration, &output)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        guard !isDone, let expiry else { return nil }
        let event = RealtimeClientEvent(parsing: text)
        switch event.kind {
        case .append:
            let machine = RealtimeServer(configuration, voice, expiry: expiry, engines: engines, models: context.models)
            return RequestedSession(machine: machine, includesMessage: true)
        case .update(let shape):
            configuration.take(text, shape, event.id, context.models, &voice, &output)
        case .commit: voice.error(.nothingToCommit(milliseconds: 0), clientEvent: event.id, &output)
        case .clear: voice.say("input_audio_buffer.cleared", &output)
        case .invalid(let error): voice.error(error, clientEvent: event.id, &output)
        }
        return nil
    }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        if !isDone { voice.error(.binary, &output) }
        return nil
    }

    package mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput) {
        isDone = true
        voice.error(RealtimeError(error), &output)
        switch error {
        case .unavailable, .internalError, .engine: output.close(1011, "The session cannot be served.")
        default: output.close(1008, "The session cannot be served.")
        }
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard !isDone else { return }
        isDone = true
        output.close(1001, "The server is going down. Connect again.")
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard let deadline, deadline <= now else { return }
        isDone = true
        voice.error(.expired, &output)
        output.close(1001, "session_expired")
    }
}

extension RealtimeConfiguration {
    /// Applies the settings of an update event, and answers the event.
    ///
    /// - Parameters:
    ///   - ignored: names of settings that are not in force if they stay as they are.
    ///   - engine: the engine that serves the session; nil: not known.
    /// - Returns: the configuration before the update; nil when the update was not applied.
    @discardableResult
    mutating func take(
        _ event: RawSpan, _ shape: Shape, _ id: String?, _ models: Set<String>,
        without ignored: Set<String> = [], by engine: TurnPart.Engine? = nil,
        allowing isAllowed: (RealtimeConfiguration) -> RealtimeError? = { _ in nil },
        _ voice: inout RealtimeVoice, _ output: inout ServerOutput
    ) -> RealtimeConfiguration? {
        var changed = self
        do throws(RealtimeError) {
            guard let document = try? JSONDocument(parsing: event, sizeLimit: 1 << 20, depthLimit: 16) else {
                throw RealtimeError("The event cannot be read: it is not JSON of at most 1 MiB.", code: "invalid_json")
            }
            // The beta's event for transcriptions makes a transcription of any session.
            if shape == .beta { changed.type = .transcription }
            try changed.update(document.root["session"]) { OpenAIModels.isKnown(realtime: $0, models) }
            if let error = isAllowed(changed) { throw error }
        } catch {
            voice.error(error, clientEvent: id, &output)
            return nil
        }
        let old = self
        self = changed
        if shape == .beta { voice.shape = .beta }
        let renewed = changed.change(from: old)?.vendor?.names ?? []
        voice.updated(changed.without(ignored.subtracting(renewed), by: engine), by: shape, &output)
        return old
    }
}

extension RealtimeError {
    static let binary = RealtimeError("Audio belongs into input_audio_buffer.append events, in base 64.", code: "invalid_message")

    static func nothingToCommit(milliseconds: Int) -> RealtimeError {
        RealtimeError(
            """
            Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has \
            \(milliseconds)ms of audio.
            """, code: "input_audio_buffer_commit_empty")
    }
}
