package import Framing

/// What answers the requests of an `HTTPServer`.
package protocol HTTPService: Sendable {
    /// Called on the exchange's loop as soon as the request's head is complete. The answer may come later, also from elsewhere by
    /// `exchange.loop.execute`.
    func handle(_ exchange: HTTPExchange)

    /// The answer to a request that HTTP itself forbids; it never reaches `handle`.
    func refusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8])
}

extension HTTPService {
    package func refusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) { standardRefusal(error) }

    /// `{"error":{"code":"bad_request","message":…}}`.
    package func standardRefusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) {
        let body = ServiceError(status: error.status, message: error.description).json
        return (HTTPResponseHead(error.status, headers: ["Content-Type": "application/json"]), body)
    }
}

/// What this module itself answers with when a request is at fault.
struct ServiceError {
    let status: HTTPStatus
    /// Of ours, not repeating anything that was sent.
    let message: String

    /// `{"error":{"code":"bad_request","message":…}}`.
    var json: [UInt8] {
        let code = String(status.reason.lowercased().map { $0 == " " ? "_" : $0 })
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.value(code)
        writer.key("message")
        writer.value(message)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
