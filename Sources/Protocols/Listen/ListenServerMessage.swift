package import Conversations
package import Framing
package import Speech

/// A message from the server, other than `ping`. Times are in seconds since the conversation's start; for push-to-talk, since the first sample.
package enum ListenServerMessage: Sendable, Equatable {
    /// New or changed segments, each complete. The message is an array, not an object.
    case segments([Segment])
    case status(ListenStatus)
    /// Messages of the client, parts of one, or key terms have no effect. `text` says why. Clients skip messages that they do not know.
    case ignored(names: [String], text: String)
    case lastMemory(ID<Conversation>)
    case conversation(ID<Conversation>, recording: String)
    case processingStarted(Conversation)
    case created(Conversation)
    case deleted([ID<Segment>])
    /// Suggests a person for a speaker. `person` is `user`, a person's identifier, or empty.
    case suggestion(speaker: SpeakerNumber, person: String, name: String, segment: ID<Segment>)
    /// The label under which the voice of a speaker without a name is kept.
    case label(speaker: SpeakerNumber, String)
    case photoProcessing(temporary: String, photo: String)
    case photoDescribed(photo: String, description: String)
    case freemium(remaining: Int, action: String)
    case onboardingComplete(error: String)
    case authResponse(Bool)
    case sessionStarted(ID<Session>, window: Duration)
    /// All audio before a position is durable. `heard`: end of the audio that the gateway has, if only part of it is durable for all gateways.
    case audioAck(SampleIndex, heard: SampleIndex?)
    case sessionResumed(SampleIndex)
    /// The session cannot continue. `received`: the position before which an earlier run of the gateway has all audio; a new session goes on there.
    case sessionExpired(received: SampleIndex?)
    /// The session is over because the gateway goes down: all audio before the position is recognized, and a new session goes on there.
    case reconnect(SampleIndex)
    /// Words, to a client that asked for words in place of segments.
    case words(ListenWords)
    /// The latest guess at what follows the segments in one channel, to a client that asked for interims; without words: nothing.
    case interim(Hypothesis)

    /// True if the message means nothing to a client that reconnects.
    var isTransient: Bool {
        switch self {
        case .authResponse, .sessionStarted, .audioAck, .sessionResumed, .sessionExpired, .reconnect, .words(.interim), .interim: true
        case .segments, .status, .ignored, .lastMemory, .conversation, .processingStarted, .created, .deleted, .suggestion, .label, .photoProcessing,
            .photoDescribed, .freemium, .onboardingComplete, .words:
            false
        }
    }

    package func write(to json: inout JSONWriter) {
        switch self {
        case .segments(let segments):
            json.beginArray()
            for segment in segments { segment.write(to: &json) }
            return json.endArray()
        case .status(let status): return status.write(to: &json)
        case _: break
        }
        json.beginObject()
        writeMembers(&json)
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 256)
        write(to: &json)
        return json.bytes
    }

    private func writeMembers(_ json: inout JSONWriter) {
        switch self {
        case .segments, .status: break
        case .ignored(let names, let text):
            json.member("type", literal: "message_ignored")
            json.key("names")
            json.array(names)
            json.member("text", text)
        case .lastMemory(let id):
            json.member("type", literal: "last_memory")
            json.member("memory_id", id.rawValue)
        case .conversation(let id, let recording):
            json.member("type", literal: "conversation_session")
            json.member("conversation_id", id.rawValue)
            json.member("status", literal: "in_progress")
            json.member("recording_session_id", recording)
        case .processingStarted(let conversation):
            json.member("type", literal: "memory_processing_started")
            json.key("memory")
            conversation.write(to: &json)
        case .created(let conversation):
            json.member("type", literal: "memory_created")
            json.key("memory")
            conversation.write(to: &json)
            json.key("messages")
            json.beginArray()
            json.endArray()
        case .deleted(let ids):
            json.member("type", literal: "segments_deleted")
            json.key("segment_ids")
            json.beginArray()
            for id in ids { json.value(id.rawValue) }
            json.endArray()
        case .suggestion(let speaker, let person, let name, let segment):
            json.member("type", literal: "speaker_label_suggestion")
            json.member("speaker_id", speaker.number)
            json.member("person_id", person)
            json.member("person_name", name)
            json.member("segment_id", segment.rawValue)
        case .label(let speaker, let label):
            json.member("type", literal: "speaker_label")
            json.member("speaker_id", speaker.number)
            json.member("label", label)
        case .photoProcessing(let temporary, let photo):
            json.member("type", literal: "photo_processing")
            json.member("temp_id", temporary)
            json.member("photo_id", photo)
        case .photoDescribed(let photo, let description):
            json.member("type", literal: "photo_described")
            json.member("photo_id", photo)
            json.member("description", description)
            json.member("discarded", true)
        case .freemium(let remaining, let action):
            json.member("type", literal: "freemium_threshold_reached")
            json.member("remaining_seconds", remaining)
            json.member("action", action)
        case .onboardingComplete(let error):
            json.member("type", literal: "onboarding_complete")
            json.key("conversation_id")
            json.null()
            json.member("memories_created", 0)
            json.member("error", error)
        case .authResponse(let isGood):
            json.member("type", literal: "auth_response")
            json.member("success", isGood)
        case .sessionStarted(let id, let window):
            json.member("type", literal: "session_started")
            json.member("session_id", id.rawValue)
            json.member("resume_window", window.secondsDown)
        case .audioAck(let end, let heard):
            json.member("type", literal: "audio_ack")
            json.member("samples", Int(end.samples))
            if let heard, heard > end { json.member("received", Int(heard.samples)) }
        case .sessionResumed(let received):
            json.member("type", literal: "session_resumed")
            json.member("samples", Int(received.samples))
        case .sessionExpired(let received):
            json.member("type", literal: "session_expired")
            if let received { json.member("samples", Int(received.samples)) }
        case .reconnect(let received):
            json.member("type", literal: "reconnect")
            json.member("samples", Int(received.samples))
        case .words(let words): words.writeMembers(&json)
        case .interim(let guess):
            json.member("type", literal: "interim")
            json.member("channel", guess.channel.number + 1)
            json.member("text", guess.text)
            json.member("start", Int(guess.range.start.samples))
            json.member("end", Int(guess.range.end.samples))
        }
    }
}
