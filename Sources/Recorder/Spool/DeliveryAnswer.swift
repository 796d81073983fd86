/// The server's answer to an item, in the terms that decide about the next step.
package enum DeliveryAnswer: Sendable, Equatable {
    case delivered
    /// The server, or the network, does not work now.
    case unavailable
    /// The server asks for a retry, and not before this duration has passed.
    case tryLater(Duration)
    /// The server will never take this item in its present form.
    case rejected(status: Int)
    /// The server rejects the key, or its account is empty. Nothing is taken until somebody changes that.
    case notAdmitted(status: Int)
    /// The server no longer knows the conversation, or has closed it.
    case conversationGone

    /// - Parameters:
    ///   - status: status of the answer; nil: no answer came.
    ///   - retryAfter: the wait that the answer asked for.
    ///   - code: the code of the error, where the answer has one.
    package init(status: Int?, retryAfter: Duration?, code: String? = nil) {
        switch status {
        case .some(200..<300): self = .delivered
        case 401, 402, 403: self = .notAdmitted(status: status ?? 0)
        case 404: self = .conversationGone
        case 409 where code == "chunk_in_progress": self = .tryLater(retryAfter ?? .seconds(1))
        case 409 where code == "not_in_progress" || code == "conversation_finished": self = .conversationGone
        case 408, 425: self = .unavailable
        case 429: self = .tryLater(retryAfter ?? .seconds(5))
        case .some(400..<500): self = .rejected(status: status ?? 0)
        case 503 where retryAfter != nil: self = .tryLater(retryAfter ?? .zero)
        default: self = .unavailable
        }
    }

    /// True if the server took the item, or asked for a retry so soon that it must be at work on the item.
    var isSignOfWork: Bool {
        switch self {
        case .delivered: true
        case .tryLater(let duration): duration <= .seconds(10)
        case .unavailable, .rejected, .notAdmitted, .conversationGone: false
        }
    }
}
