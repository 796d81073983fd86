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

    /// True if something is deleted whose bytes leave the files a little later; nil: as `APIOperation.erases` says.
    package var erases: Bool?

    static let nothing = APIAnswer(status: .noContent)

    static func json(_ status: HTTPStatus = .ok, _ write: (inout JSONWriter) -> Void) -> APIAnswer {
        var json = JSONWriter(capacity: 4_096)
        write(&json)
        return APIAnswer(status: status, body: json.bytes)
    }
}
