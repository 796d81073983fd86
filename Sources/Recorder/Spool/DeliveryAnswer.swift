/// What came of sending something to the server, in the terms that decide what to do next.
package enum DeliveryAnswer: Sendable, Equatable {
    case delivered
    /// The server, or the way to it, does not work now.
    case unavailable
    /// Not before so long.
    case tryLater(Duration)
    /// It will never be taken as it is.
    case refused(status: Int)
    /// The key is not taken, or its account is empty: nothing is, until somebody changes that.
    case notAdmitted(status: Int)
    /// The server does not know the conversation any more, or has closed it.
    case conversationGone

    /// - Parameters:
    ///   - status: of the answer; nil: none came.
    ///   - retryAfter: that the answer named.
    ///   - code: the error's, where the answer has one.
    package init(status: Int?, retryAfter: Duration?, code: String? = nil) {
        switch status {
        case .some(200..<300): self = .delivered
        case 401, 402, 403: self = .notAdmitted(status: status ?? 0)
        case 404: self = .conversationGone
        case 409 where code == "chunk_in_progress": self = .tryLater(retryAfter ?? .seconds(1))
        case 409 where code == "not_in_progress" || code == "conversation_finished": self = .conversationGone
        case 408, 425: self = .unavailable
        case 429: self = .tryLater(retryAfter ?? .seconds(5))
        case .some(400..<500): self = .refused(status: status ?? 0)
        case 503 where retryAfter != nil: self = .tryLater(retryAfter ?? .zero)
        default: self = .unavailable
        }
    }

    /// Whether the server took it, or wants to be asked again so soon that it must be at work on it.
    var isSignOfWork: Bool {
        switch self {
        case .delivered: true
        case .tryLater(let duration): duration <= .seconds(10)
        case .unavailable, .refused, .notAdmitted, .conversationGone: false
        }
    }
}
