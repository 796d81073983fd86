internal import Framing

/// The answer of an operation.
struct APIAnswer: Sendable {
    var status: HTTPStatus = .ok
    var contentType = "application/json"
    var headers: HTTPHeaders = [:]
    var body: [UInt8] = []
    /// Blobs whose bytes are sent in place of the body; nil when the body is sent.
    var blobs: StoredContent?
    /// Feed that sends the body while a session runs; nil when the body is sent.
    var feed: SessionFeed?

    static let nothing = APIAnswer(status: .noContent)

    static func json(_ status: HTTPStatus = .ok, _ write: (inout JSONWriter) -> Void) -> APIAnswer {
        var json = JSONWriter(capacity: 4_096)
        write(&json)
        return APIAnswer(status: status, body: json.bytes)
    }
}
