internal import Framing
package import Net
package import Protocols
package import Speech

/// Sends single requests to users' webhooks. Allowed are public addresses and those that the operator names, and all addresses while the gateway has
/// no keys and all callers are local.
package struct WebhookSender: Sendable {
    private let sender: DeliverySender
    private let usual: HTTPClientRequest.Reach
    /// Returns true while the gateway has no keys and serves local callers only.
    private let isOpen: @Sendable () async -> Bool
    private let now: @Sendable () -> UnixTime

    /// - Parameter allowed: addresses that are allowed in addition to public ones.
    package init(
        _ sender: DeliverySender, allowed: Set<IPAddress>, isOpen: @escaping @Sendable () async -> Bool, now: @escaping @Sendable () -> UnixTime
    ) {
        self.sender = sender
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
    ///   - delivery: the same for all attempts to deliver this body.
    package func send(
        _ body: [UInt8], to address: String, secret: String, delivery: String, under promise: DeliveryPromise
    ) async -> ReceiverAnswer {
        var headers: HTTPHeaders = ["Content-Type": "application/json", "Idempotency-Key": delivery]
        headers.set(CallbackSignature.header, CallbackSignature.value(of: body, key: Array(secret.utf8), at: now()))
        var request = HTTPClientRequest(.post, address, headers: headers, body: body)
        request.reach = await reach()
        return await sender.send(request, under: promise)
    }
}
