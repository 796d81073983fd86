package import Framing
package import Protocols
internal import Recordings
internal import Store

/// The reason why an operation of the API failed, sent as `{"error":{"code","message"}}`.
package struct APIError: Error {
    package var status: HTTPStatus
    var code: String
    package var message: String
    /// The engine's error, when an engine has failed.
    var provider: ProviderTag?
    /// The time after which the caller may try again; nil: nobody knows it.
    var retryAfter: Duration?

    init(_ status: HTTPStatus, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    package init(_ error: RequestError) {
        (status, code, message) = error.plain
        provider = ProviderError(error).map { ProviderTag($0) }
        if case .tooManyRequests(let wait) = error { retryAfter = wait }
    }

    init(_ error: StoreError) {
        (status, code, message) = error.plain
        retryAfter = error.retryAfter
    }

    static func badRequest(_ message: String) -> APIError { APIError(.badRequest, "bad_request", message) }

    /// Returns the failure for an object that the user does not have. It is the same when another user has the object, so the answer reveals nothing.
    static func notFound(_ what: String, _ id: String) -> APIError { APIError(.notFound, "not_found", "There is no \(what) \(id).") }

    /// The headers of the answer.
    package var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers.setRetryAfter(retryAfter)
        return headers
    }

    /// The error as it is sent.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.error(code: code, message: message)
        provider?.writeMembers(to: &json)
        json.endObject()
        return json.bytes
    }

    /// Returns the result of `body`. Throws the store's error as a failure of the API.
    static func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(APIError) -> Value {
        do throws(StoreError) { return try await body() } catch { throw APIError(error) }
    }
}
