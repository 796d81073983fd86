package import Admission
package import Framing

/// One operation of `/api/v1`: its scopes, parameters, answer and action, and the words that describe it.
package struct APIOperation: Sendable {
    /// A value that a request or an answer holds.
    struct Field: Sendable {
        var name: String
        /// Name of the type as in JSON Schema, or of an `APISchema`. A list has the type of its elements in brackets, `[string]`; a value that may be null
        /// has a question mark, `string?`.
        var type: String
        var isRequired = false
        var meaning: String

        init(_ name: String, _ type: String, required: Bool = false, _ meaning: String) {
            self.name = name
            self.type = type
            isRequired = required
            self.meaning = meaning
        }
    }

    enum Answer: Sendable {
        /// The answer is an object with these members.
        case object([Field])
        /// The answer is an object of the `APISchema` of this name.
        case schema(String)
        /// The answer is a list of values of this type, which is written as that of a `Field`.
        case list(String)
        /// The answer is another document, of this media type.
        case content(String)
        case nothing
    }

    /// The path of the API. `path` is below this path.
    package var root = Self.root
    package let method: HTTPMethod
    /// Path of the operation below `/api/v1`: `/conversations/{id}`.
    package let path: String
    /// Scopes of which a key needs one; empty when everyone may call.
    package let scopes: [AccessScope]
    let summary: String
    var query: [Field] = []
    /// Members of the request's body; nil when no body is read.
    var body: [Field]?
    /// Maximum size of the request's body, in bytes; nil: the usual one. A larger body than usual is read beside the gateway's loops.
    package var maxBody: Int?
    /// Media type of a body that the operation takes while it comes; nil when the body is JSON, or there is none.
    package private(set) var streamed: String?
    let answer: Answer
    /// True if success means that something is deleted whose bytes leave the files a little later. The answers have `ErasureHeader`.
    package let erases: Bool
    /// Carries the operation out.
    package let run: @Sendable (APIRequest) async throws(APIError) -> APIAnswer

    /// The path of the API.
    package static let root = "/api/v1"

    /// True if the request has a body, a JSON object.
    package var readsBody: Bool { body != nil }

    /// - Parameter erases: nil: as the method is DELETE.
    init(
        _ method: HTTPMethod, _ path: String, _ scopes: AccessScope..., summary: String, query: [Field] = [], body: [Field]? = nil,
        streamed: String? = nil,
        answer: Answer,
        erases: Bool? = nil,
        run: @escaping @Sendable (APIRequest) async throws(APIError) -> APIAnswer
    ) {
        self.method = method
        self.path = path
        self.scopes = scopes
        self.summary = summary
        self.query = query
        self.body = body
        self.streamed = streamed
        self.answer = answer
        self.erases = erases ?? (method == .delete)
        self.run = run
    }
}
