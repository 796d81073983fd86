internal import Framing
package import Net
package import Speech

/// Sends single requests to users' webhooks. Allowed are public addresses and those that the operator names, and all addresses while the gateway has
/// no keys and all callers are local.
package struct WebhookSender: Sendable {
    package enum Answer: Sendable, Equatable {
        case accepted
        /// The receiver will not accept the request later either.
        case rejected
        /// The receiver did not answer, or may accept the request later.
        case failed

        /// - Parameter status: status of the receiver's answer.
        package init(status: Int) {
            switch status {
            case 200..<300: self = .accepted
            case 408, 429: self = .failed
            case 400..<500: self = .rejected
            default: self = .failed
            }
        }
    }

    private static let timeout: Duration = .seconds(30)
    private static let maxAnswer = 1 << 20

    private let client: HTTPClient
    private let usual: HTTPClientRequest.Reach
    /// Returns true while the gateway has no keys and serves local callers only.
    private let isOpen: @Sendable () async -> Bool
    private let now: @Sendable () -> UnixTime

    /// - Parameter allowed: addresses that are allowed in addition to public ones.
    package init(
        client: HTTPClient, allowed: Set<IPAddress>, isOpen: @escaping @Sendable () async -> Bool, now: @escaping @Sendable () -> UnixTime
    ) {
        self.client = client
        usual = allowed.isEmpty ? .publicOnly : .publicAnd(allowed)
        self.isOpen = isOpen
        self.now = now
    }

    /// Returns the addresses to which requests may go now.
    package func reach() async -> HTTPClientRequest.Reach { await isOpen() ? .anywhere : usual }

    /// Sends a JSON body once.
    ///
    /// - Parameters:
    ///   - secret: signs the body.
    ///   - delivery: the same for all attempts of a delivery.
    package func send(_ body: [UInt8], to address: String, secret: String, delivery: String) async -> Answer {
        var headers: HTTPHeaders = ["Content-Type": "application/json", "Idempotency-Key": delivery]
        headers.set(CallbackSignature.header, CallbackSignature.value(of: body, key: Array(secret.utf8), at: now()))
        var request = HTTPClientRequest(.post, address, headers: headers, body: body)
        request.reach = await reach()
        request.timeout = Self.timeout
        request.responseLimit = Self.maxAnswer
        guard let response = try? await client.send(request) else { return .failed }
        return Answer(status: response.status.code)
    }
}
