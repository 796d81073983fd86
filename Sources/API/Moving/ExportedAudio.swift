internal import Conversations
internal import Framing
internal import Speech
internal import Store

/// A file of a conversation's audio, as an archive lists it.
struct ExportedAudio: Sendable {
    let conversation: ID<Conversation>
    /// Number of the file among those of the conversation, from 0.
    let number: Int
    let audio: StoredAudio
    /// Name of the archive's file; nil when the archive has none.
    let entry: String?

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("conversation_id", conversation.rawValue)
        json.member("path", "\(APIOperation.root)/conversations/\(conversation)/audio?part=\(number)")
        json.member("start", exact: audio.start)
        json.member("duration", exact: audio.duration)
        json.member("bytes", audio.byteCount)
        json.member("created_at", audio.created.rfc3339)
        json.member("format", audio.format)
        json.member("entry", optional: entry)
        json.endObject()
    }
}
