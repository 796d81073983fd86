/// The reason why a delivery to a webhook was not made. It has no part of the address.
package enum DeliveryFailure: Sendable, Hashable {
    /// The receiver answered with a status after which the delivery is not tried again.
    case refused(status: Int)
    /// The receiver answered with another status that is not 2xx.
    case failed(status: Int)
    case timedOut
    case unresolved
    case unreachable
    /// The receiver's certificate is not trusted, or TLS failed.
    case untrusted
    /// The connection broke, or the answer could not be read.
    case broken
    /// The receiver's address is not public, and the operator does not allow it.
    case forbiddenAddress
    /// The gateway has switched the webhook off.
    case switchedOff
    /// The user has removed the webhook.
    case webhookRemoved

    private static let refusal = "refused:", failure = "failed:"

    /// Reads `stored`; nil when the text is not one.
    package init?(stored text: String) {
        if text.hasPrefix(Self.refusal), let status = Int(text.dropFirst(Self.refusal.count)) {
            self = .refused(status: status)
        } else if text.hasPrefix(Self.failure), let status = Int(text.dropFirst(Self.failure.count)) {
            self = .failed(status: status)
        } else if let plain = Self.plain.first(where: { $0.code == text }) {
            self = plain
        } else {
            return nil
        }
    }

    private static let plain: [DeliveryFailure] = [
        .timedOut, .unresolved, .unreachable, .untrusted, .broken, .forbiddenAddress, .switchedOff, .webhookRemoved,
    ]

    /// The failure as the database has it.
    package var stored: String {
        switch self {
        case .refused(let status): Self.refusal + "\(status)"
        case .failed(let status): Self.failure + "\(status)"
        case .timedOut, .unresolved, .unreachable, .untrusted, .broken, .forbiddenAddress, .switchedOff, .webhookRemoved: code
        }
    }

    /// The stable name of the failure.
    package var code: String {
        switch self {
        case .refused: "refused"
        case .failed: "failed"
        case .timedOut: "timed_out"
        case .unresolved: "unresolved"
        case .unreachable: "unreachable"
        case .untrusted: "untrusted"
        case .broken: "broken"
        case .forbiddenAddress: "forbidden_address"
        case .switchedOff: "switched_off"
        case .webhookRemoved: "webhook_removed"
        }
    }

    /// The status of the receiver's answer; nil when there was no answer.
    package var status: Int? {
        switch self {
        case .refused(let status), .failed(let status): status
        case .timedOut, .unresolved, .unreachable, .untrusted, .broken, .forbiddenAddress, .switchedOff, .webhookRemoved: nil
        }
    }

    /// True if the receiver, or the way to it, failed an attempt; false if none was made, because the webhook was off or gone.
    package var isOfAttempt: Bool {
        switch self {
        case .refused, .failed, .timedOut, .unresolved, .unreachable, .untrusted, .broken, .forbiddenAddress: true
        case .switchedOff, .webhookRemoved: false
        }
    }

    /// The failure in words, for people.
    package var reason: String {
        switch self {
        case .refused(let status): "The receiver refused the delivery with status \(status)."
        case .failed(let status): "The receiver answered with status \(status)."
        case .timedOut: "The receiver did not answer in time."
        case .unresolved: "The receiver's host name has no address."
        case .unreachable: "No server answers at the receiver's address."
        case .untrusted: "The receiver's certificate is not trusted."
        case .broken: "The connection to the receiver broke."
        case .forbiddenAddress: "The receiver's address is not public, and the gateway's operator does not allow it."
        case .switchedOff: "The webhook was switched off, because its receiver took nothing for 24 hours."
        case .webhookRemoved: "The webhook was removed."
        }
    }
}
