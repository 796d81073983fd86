package import Framing

/// A message from the service on the live socket.
///
/// Source: AssemblyAI "Universal-Streaming" reference, server messages.
package enum AssemblyAIServerMessage: Sendable, Equatable {
    /// The first message of a session.
    ///
    /// - Parameter expiresAt: end of the session, in seconds since 1970.
    case begin(id: String, expiresAt: Int, model: String, mode: String)
    /// - Parameter milliseconds: start of the speech, in milliseconds since the first sample.
    case speechStarted(milliseconds: Int)
    case turn(AssemblyAITurn)
    /// The session's state, for clients that asked for heartbeats. Times are in milliseconds.
    ///
    /// - Parameter factor: duration of the received audio divided by the duration of the session.
    case heartbeat(received: Int, total: Int, factor: Double, maxSpeech: Double)
    /// The span from `start` to `end` has no speech; only for clients that asked for these messages. Times are in milliseconds.
    case silence(start: Int, end: Int)
    case termination(audioSeconds: Int, sessionSeconds: Int)
    /// The error that ends the session, with the close code.
    case error(code: Int?, message: String)
    /// Something that the session will not do as asked.
    case warning(code: Int, message: String)
    /// A message whose type this version does not know or does not use. The stream goes on.
    case unrecognized(type: String)
    /// A message that is not an object with a type, or that lacks a required member.
    case malformed(String)

    package func write(to json: inout JSONWriter) {
        if case .turn(let turn) = self { return turn.write(to: &json) }
        json.beginObject()
        switch self {
        case .begin(let id, let expiresAt, let model, let mode):
            json.member("type", literal: "Begin")
            json.member("id", id)
            json.member("expires_at", expiresAt)
            json.key("configuration")
            json.beginObject()
            json.member("model", model)
            json.member("mode", mode)
            json.member("api_version", literal: "2025-05-12")
            json.endObject()
        case .speechStarted(let milliseconds):
            json.member("type", literal: "SpeechStarted")
            json.member("timestamp", milliseconds)
        case .heartbeat(let received, let total, let factor, let maxSpeech):
            json.member("type", literal: "Heartbeat")
            json.member("total_audio_received_ms", received)
            json.member("total_duration_ms", total)
            json.member("realtime_factor", factor, decimals: 4)
            json.member("max_speech_probability", maxSpeech, decimals: 4)
        case .silence(let start, let end):
            json.member("type", literal: "Silence")
            json.member("start_ms", start)
            json.member("end_ms", end)
        case .termination(let audioSeconds, let sessionSeconds):
            json.member("type", literal: "Termination")
            json.member("audio_duration_seconds", audioSeconds)
            json.member("session_duration_seconds", sessionSeconds)
        case .error(let code, let message):
            json.member("type", literal: "Error")
            if let code { json.member("error_code", code) }
            json.member("error", message)
        case .warning(let code, let message):
            json.member("type", literal: "Warning")
            json.member("warning_code", code)
            json.member("warning", message)
        case .unrecognized(let type): json.member("type", type)
        case .turn, .malformed: break
        }
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 128)
        write(to: &json)
        return json.bytes
    }
}
