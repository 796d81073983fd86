package import Framing
internal import Speech
package import Store

extension StoredUser {
    /// Writes the user as the API and commands show it.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("user", user.rawValue)
        json.member("conversations", conversations)
        json.member("audio_bytes", Int(audioBytes))
        json.member("last_conversation_at", optional: lastConversation?.rfc3339)
        json.endObject()
    }
}
