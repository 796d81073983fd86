package import Framing

/// Answers the requests of an `HTTPServer`.
package protocol HTTPService: Sendable {
    /// Handles a request. Called on the exchange's loop as soon as the request's head is complete. The answer may come later, also from another
    /// thread by `exchange.loop.execute`.
    func handle(_ exchange: HTTPExchange)

    /// Returns the answer to a request that HTTP itself forbids; such a request never reaches `handle`.
    func rejection(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8])
}

extension HTTPService {
    package func rejection(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) { standardRejection(error) }

    /// Returns an answer with the body `{"error":{"code":"bad_request","message":…}}`.
    package func standardRejection(_ error: HTTPError) -> (head: HTTPResponseHead, body: [UInt8]) {
        let body = ServiceError(status: error.status, message: error.description).json
        return (HTTPResponseHead(error.status, headers: ["Content-Type": "application/json"]), body)
    }
}

/// An error answer of this module itself.
struct ServiceError {
    let status: HTTPStatus
    /// This module's own text, which never repeats what the client sent.
    let message: String

    /// The body `{"error":{"code":"bad_request","message":…}}`.
    var json: [UInt8] {
        let code = String(status.reason.lowercased().map { $0 == " " ? "_" : $0 })
        var writer = JSONWriter()
        writer.beginObject()
        writer.error(code: code, message: message)
        writer.endObject()
        return writer.bytes
    }
}
