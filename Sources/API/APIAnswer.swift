package import Framing

/// The answer of an operation.
package struct APIAnswer: Sendable {
    package var status: HTTPStatus = .ok
    package var contentType = "application/json"
    package var headers: HTTPHeaders = [:]
    package var body: [UInt8] = []
    /// Blobs whose bytes are sent in place of the body; nil when the body is sent.
    package var blobs: StoredContent?
    /// Source of a body that is made while it is sent; nil when the body is sent.
    package var source: (any AnswerSource)?
    /// Feed that sends the body while a session runs; nil when the body is sent.
    package var feed: SessionFeed?

    static let nothing = APIAnswer(status: .noContent)

    /// The answer of a deletion for good. The data has left every answer, and leaves the files soon: the header names the operation that tells when.
    static let erasing = APIAnswer(status: .noContent, headers: ["X-Harken-Erasure": "/api/v1/erasure"])

    static func json(_ status: HTTPStatus = .ok, _ write: (inout JSONWriter) -> Void) -> APIAnswer {
        var json = JSONWriter(capacity: 4_096)
        write(&json)
        return APIAnswer(status: status, body: json.bytes)
    }
}
