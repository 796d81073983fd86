import Framing
import Net
import Synchronization

/// A user's server that gets webhooks.
final class WebhookReceiver: HTTPService {
    struct Request: Sendable {
        var target: String
        var body: String
        var key: String
        var signature: String

        /// Body as JSON; null when it is not JSON.
        var json: JSONValue { (try? JSONValue(parsing: Array(body.utf8))) ?? .null }
    }

    private let seen = Mutex<[Request]>([])
    /// Returns the status of the answer to a request, by the number of requests before it; nil: no answer.
    private let answer: @Sendable (Int, Request) -> Int?

    init(_ answer: @escaping @Sendable (Int, Request) -> Int? = { _, _ in 200 }) { self.answer = answer }

    var requests: [Request] { seen.withLock { $0 } }

    func handle(_ exchange: HTTPExchange) {
        exchange.collectBody(limit: 1 << 20) { [self] result in
            let head = exchange.request
            let request = Request(
                target: head.target, body: String(decoding: (try? result.get()) ?? [], as: UTF8.self), key: head.headers["Idempotency-Key"] ?? "",
                signature: head.headers["X-Harken-Signature"] ?? "")
            let before = seen.withLock { seen in
                seen.append(request)
                return seen.count - 1
            }
            if let status = answer(before, request) { exchange.respond(HTTPResponseHead(HTTPStatus(status))) }
        }
    }
}
