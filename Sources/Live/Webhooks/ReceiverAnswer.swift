package import Net
package import Protocols
package import Store

/// The answer of a receiver to an attempt to deliver something.
package enum ReceiverAnswer: Sendable, Equatable {
    case accepted(status: Int)
    /// The receiver will not take the delivery later either.
    case refused(DeliveryFailure)
    /// The receiver may take the delivery later. `asked`: the wait that the receiver asks for; nil when it asks for none.
    case failed(DeliveryFailure, asked: Duration?)

    /// - Parameters:
    ///   - status: status of the receiver's answer.
    ///   - asked: the wait in the answer's `Retry-After`.
    package init(status: Int, asked: Duration? = nil, under promise: DeliveryPromise) {
        self =
            if (200..<300).contains(status) {
                .accepted(status: status)
            } else if promise.isRefusal(status) {
                .refused(.refused(status: status))
            } else {
                .failed(.failed(status: status), asked: asked)
            }
    }

    /// The answer of a receiver that was not reached, or did not answer.
    package init(_ error: HTTPClientError) {
        self =
            switch error {
            case .addressRejected: .refused(.forbiddenAddress)
            case .unresolved, .malformedURL: .failed(.unresolved, asked: nil)
            case .unreachable: .failed(.unreachable, asked: nil)
            case .timedOut: .failed(.timedOut, asked: nil)
            case .untrusted, .tls: .failed(.untrusted, asked: nil)
            case .unsendable, .redirectionRejected, .tooLarge, .file, .cancelled, .failed: .failed(.broken, asked: nil)
            }
    }

    /// Status of the answer; nil when there was none.
    package var status: Int? {
        switch self {
        case .accepted(let status): status
        case .refused(let failure), .failed(let failure, _): failure.status
        }
    }
}
