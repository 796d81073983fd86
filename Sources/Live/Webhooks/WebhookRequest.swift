internal import Conversations
internal import Framing
internal import Protocols
internal import Speech
internal import Store

/// The request of an attempt to make a delivery.
struct WebhookRequest {
    let body: [UInt8]
    /// Parameters that the address gets.
    let parameters: URLQuery
    /// The same for all attempts that have the same body.
    let key: String

    /// - Parameter document: has the names of the speakers.
    init(_ delivery: WebhookDelivery, _ conversation: Conversation, _ document: WebhookDocument) {
        switch delivery.content {
        case .conversation:
            body = document.conversation(conversation)
            parameters = ["uid": delivery.user.rawValue]
            key = delivery.id.rawValue
        case .transcript:
            let session = delivery.session ?? ID("")
            body = document.segments(conversation.segments, of: session)
            parameters = ["uid": delivery.user.rawValue, "session_id": session.rawValue]
            // More may be said between two attempts. A receiver that knows the key would ignore the new segments.
            key = DerivedUUID(delivery.id.rawValue + String(decoding: body, as: UTF8.self)).description
        }
    }
}
