internal import Conversations
internal import Framing
internal import Protocols
package import Speech
internal import Store

/// The members of the request that begins a recording in chunks.
package struct ChunkedRecordingStart: Sendable, Equatable {
    /// The language of the recording; nil: each chunk's is found.
    package var language: LanguageTag?
    package var source: String
    /// The client's name for the conversation; nil: it gave none, or one that is not a UUID.
    package var chosen: String?
    /// The title, of at most `ConversationLimits.title` bytes; empty: it is made of the words.
    package var title: String
    /// The time of the first sample; nil when the client does not say.
    package var started: UnixTime?
    /// Names of members that have no effect.
    package var ignored: [String]

    /// Reads the body, which may be empty.
    ///
    /// - Parameter now: the time of the gateway's clock.
    package init(_ body: [UInt8], now: UnixTime) throws(ChunkedRecordingError) {
        guard let document = try? JSONDocument(parsing: body.isEmpty ? Array("{}".utf8) : body), document.root.isObject else {
            throw Self.wrong("the body must be a JSON object")
        }
        let root = document.root
        source = try Self.text("source", root) ?? "desktop"
        guard ListenOptions.sources.contains(source) else { throw ChunkedRecordingError(.unprocessableContent, "invalid_source", "Invalid source") }
        // A recording in any language has none of its own: each chunk's is found.
        language = try ChunkedRecordingError.language(Self.text(LanguageParameter.chunkedRecording.name, root), .chunkedRecording)?.named
        started = try ChunkedRecordingError.start(Self.moment(JSONValue(root["started_at"])), now: now)
        title = try Self.text("title", root).map(NameKey.trimmed) ?? ""
        guard title.utf8.count <= ConversationLimits.title else {
            throw ChunkedRecordingError(.unprocessableContent, "bad_title", "title takes at most \(ConversationLimits.title) bytes")
        }
        ignored = BackgroundOptions.start.unknown(in: root)
        guard let name = try Self.text("client_conversation_id", root) else { return }
        // A name that is not a UUID is ignored, as in live sessions: the answer has the conversation's real id.
        chosen = UUIDText.canonical(name)
        if chosen == nil { ignored.append("client_conversation_id") }
    }

    private static func wrong(_ detail: String) -> ChunkedRecordingError { ChunkedRecordingError(.unprocessableContent, "bad_body", detail) }

    private static func text(_ name: String, _ view: JSONView) throws(ChunkedRecordingError) -> String? {
        let value = view[name]
        guard value.exists, !value.isNull else { return nil }
        guard let text = value.string else { throw wrong("\"\(name)\" must be a text") }
        return text.isEmpty ? nil : text
    }

    /// Returns the text of a moment, which is a text or a number; nil when there is none.
    private static func moment(_ value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        // A text that is not a moment, so that the value is refused.
        case .bool, .array, .object: "?"
        }
    }
}
