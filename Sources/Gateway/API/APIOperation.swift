internal import Admission
internal import Framing

/// One operation of `/api/v1`: who may do it, what it takes, what it does; and the words that describe it.
struct APIOperation: Sendable {
    /// A value that a request or an answer holds.
    struct Field: Sendable {
        var name: String
        /// Type as JSON Schema names it, or `Segment`. A list has the type of its elements in brackets, `[string]`; a value that may be null has a
        /// question mark, `string?`.
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
        /// An object of these members.
        case object([Field])
        /// Something else, of this type.
        case content(String)
        case nothing
    }

    /// The path of the API. `path` is below this path.
    var root = Self.root
    let method: HTTPMethod
    /// Below `/api/v1`: `/conversations/{id}`.
    let path: String
    /// Scopes, one of which a key must have; empty: everyone may call.
    let scopes: [AccessScope]
    let summary: String
    var query: [Field] = []
    /// nil: none is read.
    var body: [Field]?
    let answer: Answer
    let run: @Sendable (APIRequest) async throws(APIFailure) -> APIAnswer

    static let root = "/api/v1"

    init(
        _ method: HTTPMethod, _ path: String, _ scopes: AccessScope..., summary: String, query: [Field] = [], body: [Field]? = nil, answer: Answer,
        run: @escaping @Sendable (APIRequest) async throws(APIFailure) -> APIAnswer
    ) {
        self.method = method
        self.path = path
        self.scopes = scopes
        self.summary = summary
        self.query = query
        self.body = body
        self.answer = answer
        self.run = run
    }

    func route(_ admission: Admission) -> Route {
        Route(.http, method, root + path, voice: .harken, APIEndpoint(operation: self, admission: admission))
    }
}
