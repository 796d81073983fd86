package import Framing
import Speech

/// An error of Soniox's REST API: the HTTP status, the vendor's stable name of the error, and the fields of the request that are at fault.
///
/// Source: Soniox "Errors" API reference, and the OpenAPI description of the REST API.
package struct SonioxAPIError: Error, Sendable, Equatable {
    /// A field of the request that cannot be used.
    package struct Field: Sendable, Equatable {
        /// The vendor's name of the fault: `missing`, `value_error`.
        package var type: String
        /// Place of the field, such as `body.payload.model`.
        package var location: String
        package var message: String
    }

    package var status: HTTPStatus
    /// The vendor's name of the error, by which clients tell errors apart.
    package var type: String
    package var message: String
    package var fields: [Field]
    /// Wait until the request may succeed; nil: unknown.
    package var retryAfter: Duration?

    package init(_ status: HTTPStatus, _ type: String, _ message: String, fields: [Field] = [], retryAfter: Duration? = nil) {
        self.status = status
        self.type = type
        self.message = message
        self.fields = fields
        self.retryAfter = retryAfter
    }

    static let invalid = "invalid_request"
    private static let unavailable = "service_unavailable"
    private static let limit = "limit_exceeded"

    package static let fileNotFound = SonioxAPIError(.notFound, "file_not_found", "File could not be found.")
    package static let transcriptionNotFound = SonioxAPIError(.notFound, "transcription_not_found", "Transcription could not be found.")
    package static let invalidCursor = SonioxAPIError(.badRequest, "invalid_cursor", "Invalid cursor parameter.")
    package static let fileInUse = state("Cannot delete the file of a transcription with queued or processing status.")
    package static let transcriptionInUse = state("Cannot delete transcription with processing status.")
    package static let notCompleted = state("Can only get transcript with completed status.")
    package static let hasFailed = state("File transcription has failed.")
    package static let transcriptIsGone = state("Transcript no longer available.")

    /// Returns the error for a file beyond the number of files that a user may have. A client that waits gets no room: it must delete files.
    package static func tooManyFiles(most: Int) -> SonioxAPIError {
        SonioxAPIError(.tooManyRequests, limit, "Exceeded maximum number of files (maximum is \(most)). Delete files that are not needed any more.")
    }

    private static func state(_ message: String) -> SonioxAPIError { SonioxAPIError(.conflict, "transcription_invalid_state", message) }

    /// Returns the error for a body that is not what the route takes.
    package static func invalidBody(_ message: String) -> SonioxAPIError { SonioxAPIError(.badRequest, invalid, message) }

    /// Returns the error for a member of an order.
    package static func member(_ name: String, _ message: String, type: String = "value_error") -> SonioxAPIError {
        field("body.payload.\(name)", message, type: type)
    }

    package static func field(_ location: String, _ message: String, type: String = "value_error") -> SonioxAPIError {
        SonioxAPIError(
            .badRequest, invalid, "Invalid request. \(message)", fields: [Field(type: type, location: location, message: message)])
    }

    package init(_ error: RequestError) {
        switch error {
        case .unauthenticated: self.init(.unauthorized, "unauthenticated", "Incorrect or missing API key.")
        case .forbidden(let reason), .otherKey(let reason): self.init(.forbidden, "permission_denied", reason)
        case .outOfCredit: self.init(.paymentRequired, "organization_balance_exhausted", "Organization balance exhausted. Add credit to go on.")
        case .limitReached(let words): self.init(.paymentRequired, "project_monthly_budget_exhausted", "The budget is exhausted. \(words)")
        case .tooManyRequests(let wait):
            self.init(.tooManyRequests, Self.limit, "Rate limit exceeded. Try again later.", retryAfter: wait ?? .seconds(1))
        case .notFound(let what): self.init(.notFound, "not_found", what)
        case .methodNotAllowed(let allowed): self.init(.methodNotAllowed, "method_not_allowed", "Allowed here: \(allowed)")
        case .tooLarge(let limit, _): self.init(.badRequest, Self.invalid, "Exceeded maximum file size (maximum is \(limit) bytes).")
        case .incompleteBody: self = .invalidBody("The body was cut off before its end.")
        case .badRequest(let what), .remoteContent(let what): self = .invalidBody(what)
        case .unsupportedLanguage(_, let what), .languageNotAllowed(let what): self = .member(LanguageParameter.sonioxRecorded.name, what)
        case .invalidField(let what, let name): self = .field("body.\(name)", what)
        case .unknownModel(let name): self = .member("model", "There is no model \"\(name.prefix(bytes: 80))\".")
        case .unavailable(let reason): self.init(.serviceUnavailable, Self.unavailable, reason)
        case .engine(let error, let engine, let payer): self.init(ProviderError(error, by: engine, payer: payer))
        case .internalError:
            self.init(.internalServerError, "internal_error", "Something went wrong in the gateway. The request can be tried again.")
        }
    }

    private init(_ failure: ProviderError) {
        let wait: Duration? = if case .rateLimited(let wait) = failure.error { wait } else { nil }
        self.init(failure.status, SonioxJobError.type(of: failure.error), failure.error.told, retryAfter: wait)
    }

    /// Returns the answer that rejects a request with this error.
    package func response(requestID: String) -> ErrorResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("status_code", status.code)
        json.member("error_type", type)
        json.member("message", message)
        json.key("validation_errors")
        json.beginArray()
        for field in fields {
            json.beginObject()
            json.member("error_type", field.type)
            json.member("location", field.location)
            json.member("message", field.message)
            json.endObject()
        }
        json.endArray()
        json.member("request_id", requestID)
        json.member("more_info", "https://soniox.com/docs/api-reference/errors#\(type)")
        json.endObject()
        var headers: HTTPHeaders = ["Content-Type": "application/json", "x-request-id": requestID]
        headers.setRetryAfter(retryAfter)
        return ErrorResponse(status: status, headers: headers, body: json.bytes)
    }

    /// Returns the answer to a rejected request.
    package static func response(to error: RequestError, requestID: String) -> ErrorResponse {
        var response = SonioxAPIError(error).response(requestID: requestID)
        if case .methodNotAllowed(let allowed) = error { response.headers.add("Allow", allowed) }
        return response
    }
}
