import Framing

/// An event from the service of transcription sessions, as far as a client needs it.
///
/// Source: OpenAI API reference, "Realtime", server events.
enum RealtimeServerEvent: Sendable, Equatable {
    /// The session exists with the vendor's settings. `expires` is in seconds since 1970.
    case created(id: String, expires: Int?)
    /// The session has the client's settings.
    case updated
    /// A commit made an item of the audio before it.
    case committed(item: String)
    /// More text of an item, to append.
    case delta(item: String, text: String)
    /// The whole text of an item.
    case completed(item: String, text: String, tokens: [OpenAIToken])
    /// An item that the vendor could not recognize.
    case failed(item: String, RealtimeComplaint)
    case error(RealtimeComplaint)
    /// An event that says nothing about words.
    case unrecognized
    /// A message that is not an event, or an event without a member that it must have.
    case malformed(String)

    /// Maximum size of a message, in bytes. The text and the tokens of the longest item stay below this size.
    private static let sizeLimit = 1_048_576

    init(parsing text: RawSpan) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 16)
        } catch {
            self = .malformed("not JSON of at most \(Self.sizeLimit) bytes")
            return
        }
        let root = document.root
        guard let type = root["type"].string else {
            self = .malformed("without a type")
            return
        }
        self =
            switch type {
            case "session.created", "transcription_session.created":
                .created(id: root["session"]["id"].string ?? "", expires: root["session"]["expires_at"].int)
            case "session.updated", "transcription_session.updated": .updated
            case "input_audio_buffer.committed": Self.ofItem(root) { item, _ in .committed(item: item) }
            case "conversation.item.input_audio_transcription.delta":
                Self.ofItem(root) { item, root in root["delta"].string.map { .delta(item: item, text: $0) } }
            case "conversation.item.input_audio_transcription.completed":
                Self.ofItem(root) { item, root in
                    root["transcript"].string.map { .completed(item: item, text: $0, tokens: OpenAIToken.list(root["logprobs"])) }
                }
            case "conversation.item.input_audio_transcription.failed":
                Self.ofItem(root) { item, root in .failed(item: item, RealtimeComplaint(root["error"])) }
            case "error": .error(RealtimeComplaint(root["error"]))
            default: .unrecognized
            }
    }

    /// Reads an event about an item.
    ///
    /// - Parameter event: returns nil for an event without its text.
    private static func ofItem(_ root: borrowing JSONView, _ event: (String, borrowing JSONView) -> RealtimeServerEvent?) -> RealtimeServerEvent {
        guard let item = root["item_id"].string else { return .malformed("without an item_id") }
        return event(item, root) ?? .malformed("without a text")
    }
}

/// The `error` object of a vendor's event.
struct RealtimeComplaint: Sendable, Equatable {
    var type: String
    var code: String?
    var message: String

    init(type: String, code: String? = nil, message: String) {
        self.type = type
        self.code = code
        self.message = message
    }

    fileprivate init(_ view: borrowing JSONView) {
        self.init(type: view["type"].string ?? "", code: view["code"].string, message: view["message"].string ?? "no reason given")
    }
}
