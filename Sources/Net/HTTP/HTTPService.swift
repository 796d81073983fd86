package import Framing

/// What answers the requests of an `HTTPServer`.
package protocol HTTPService: Sendable {
    /// Called on the exchange's loop as soon as the request's head is complete. The answer may come later, also from elsewhere by `exchange.loop.execute`.
    func handle(_ exchange: HTTPExchange)

    /// The answer to a request that HTTP itself forbids; it never reaches `handle`.
    func refusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8])
}

extension HTTPService {
    /// `{"error":{"code":"bad_request","message":…}}`.
    package func refusal(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) {
        let code = String(error.status.reason.lowercased().map { $0 == " " ? "_" : $0 })
        let body = "{\"error\":{\"code\":\"\(code)\",\"message\":\"\(error)\"}}"
        return (HTTPResponseHead(error.status, headers: ["Content-Type": "application/json"]), Array(body.utf8))
    }
}
