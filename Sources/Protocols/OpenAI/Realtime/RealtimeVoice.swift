import Framing
import Speech

/// Writes a session's events, each with an id of its own, in the shape that the client uses.
struct RealtimeVoice: Sendable {
    let sessionID: String
    var shape: RealtimeConfiguration.Shape
    /// The latest time at which the session ends.
    let expires: UnixTime
    private let prefix: String
    private var events = 0
    private var items = 0

    init(requestID: String, shape: RealtimeConfiguration.Shape, expires: UnixTime) {
        let digits = requestID.filter { $0 != "-" }
        prefix = String(digits.prefix(20))
        sessionID = SessionName.realtimePrefix + digits
        self.shape = shape
        self.expires = expires
    }

    mutating func newItemID() -> String {
        items += 1
        return "item_\(prefix)\(items)"
    }

    /// - Parameter members: writes the members after `type` and `event_id`.
    mutating func say(_ type: StaticString, _ output: inout ServerOutput, _ members: (inout JSONWriter) -> Void = { _ in }) {
        events += 1
        let id = "event_\(prefix)\(events)"
        output.send { json in
            json.beginObject()
            json.member("type", literal: type)
            json.member("event_id", id)
            members(&json)
            json.endObject()
        }
    }

    // MARK: Sessions and errors

    /// Announces the session. The beta has an event of its own name for transcriptions.
    mutating func created(_ configuration: RealtimeConfiguration, _ output: inout ServerOutput) {
        let session = session(configuration)
        let isOfBeta = shape == .beta && configuration.type == .transcription
        say(isOfBeta ? "transcription_session.created" : "session.created", &output) { session(&$0) }
    }

    /// - Parameter event: the shape of the client's event; its answer has the event's name.
    mutating func updated(_ configuration: RealtimeConfiguration, by event: RealtimeConfiguration.Shape, _ output: inout ServerOutput) {
        let session = session(configuration)
        say(event == .general ? "session.updated" : "transcription_session.updated", &output) { session(&$0) }
    }

    private func session(_ configuration: RealtimeConfiguration) -> (_ json: inout JSONWriter) -> Void {
        { json in
            json.key("session")
            json.beginObject()
            write(session: configuration, to: &json)
            json.endObject()
        }
    }

    /// Writes a session object's members.
    func write(session configuration: RealtimeConfiguration, to json: inout JSONWriter) {
        json.member("id", sessionID)
        json.member("object", literal: configuration.type == .conversation ? "realtime.session" : "realtime.transcription_session")
        if shape == .general { json.member("type", configuration.type.rawValue) }
        json.member("expires_at", Int(expires.milliseconds / 1_000))
        configuration.write(members: shape, to: &json)
    }

    /// - Parameter clientEvent: the client's id of the event that caused the error.
    mutating func error(_ error: RealtimeError, clientEvent: String? = nil, _ output: inout ServerOutput) {
        say("error", &output) { json in
            json.key("error")
            error.write(to: &json, clientEvent: .some(clientEvent))
        }
    }

    // MARK: Items

    mutating func speechStarted(_ item: String, at milliseconds: Int, _ output: inout ServerOutput) {
        say("input_audio_buffer.speech_started", &output) { json in
            json.member("audio_start_ms", milliseconds)
            json.member("item_id", item)
        }
    }

    mutating func speechStopped(_ item: String, at milliseconds: Int, _ output: inout ServerOutput) {
        say("input_audio_buffer.speech_stopped", &output) { json in
            json.member("audio_end_ms", milliseconds)
            json.member("item_id", item)
        }
    }

    /// Reports that the item now belongs to the conversation.
    mutating func committed(_ item: String, after previous: String?, _ output: inout ServerOutput) {
        func place(_ json: inout JSONWriter) {
            json.key("previous_item_id")
            if let previous { json.value(previous) } else { json.null() }
        }
        say("input_audio_buffer.committed", &output) { json in
            place(&json)
            json.member("item_id", item)
        }
        let types: [StaticString] = shape == .general ? ["conversation.item.added", "conversation.item.done"] : ["conversation.item.created"]
        for type in types {
            say(type, &output) { json in
                place(&json)
                json.key("item")
                json.beginObject()
                json.member("id", item)
                json.member("type", literal: "message")
                json.member("object", literal: "realtime.item")
                json.member("status", literal: "completed")
                json.member("role", literal: "user")
                json.key("content")
                json.beginArray()
                json.beginObject()
                json.member("type", literal: "input_audio")
                json.key("transcript")
                json.null()
                json.endObject()
                json.endArray()
                json.endObject()
            }
        }
    }

    /// - Parameter words: the words of the delta; nil when the client did not ask for their probabilities.
    mutating func delta(_ text: String, of item: String, words: ArraySlice<Word>?, _ output: inout ServerOutput) {
        say("conversation.item.input_audio_transcription.delta", &output) { json in
            Self.content(of: item, &json)
            json.member("delta", text)
            if let words { OpenAILogprobs.write(words, &json) }
        }
    }

    mutating func completed(_ item: String, text: String, milliseconds: Int, words: ArraySlice<Word>?, _ output: inout ServerOutput) {
        say("conversation.item.input_audio_transcription.completed", &output) { json in
            Self.content(of: item, &json)
            json.member("transcript", text)
            if let words { OpenAILogprobs.write(words, &json) }
            json.key("usage")
            json.beginObject()
            json.member("type", literal: "duration")
            json.member("seconds", Double(milliseconds) / 1_000, decimals: 3)
            json.endObject()
        }
    }

    mutating func failed(_ item: String, _ error: RealtimeError, _ output: inout ServerOutput) {
        say("conversation.item.input_audio_transcription.failed", &output) { json in
            Self.content(of: item, &json)
            json.key("error")
            error.write(to: &json)
        }
    }

    private static func content(of item: String, _ json: inout JSONWriter) {
        json.member("item_id", item)
        json.member("content_index", 0)
    }
}
