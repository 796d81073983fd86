internal import Framing
package import Net
package import Protocols
package import Speech

/// Sends single requests to servers of users and callers, under the promise of the delivery. Neither address nor body reaches a log.
package struct DeliverySender: Sendable {
    package typealias Transport = @Sendable (HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse

    /// Maximum size of an answer's body, in bytes.
    private static let maxAnswer = 1 << 20

    private let transport: Transport
    private let now: @Sendable () -> UnixTime

    package init(client: HTTPClient, now: @escaping @Sendable () -> UnixTime) {
        self.init(transport: { (request) async throws(HTTPClientError) in try await client.send(request) }, now: now)
    }

    /// - Parameter transport: sends a request and waits for the answer.
    package init(transport: @escaping Transport, now: @escaping @Sendable () -> UnixTime) {
        self.transport = transport
        self.now = now
    }

    /// Sends a request once.
    package func send(_ request: HTTPClientRequest, under promise: DeliveryPromise) async -> ReceiverAnswer {
        var request = request
        request.timeout = promise.timeout
        request.responseLimit = Self.maxAnswer
        do throws(HTTPClientError) {
            let response = try await transport(request)
            let asked = response.headers["Retry-After"].flatMap { RetryAfter.wait($0, now: now()) }
            return ReceiverAnswer(status: response.status.code, asked: asked, under: promise)
        } catch {
            return ReceiverAnswer(error)
        }
    }
}
