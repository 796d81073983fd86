internal import Framing

/// An error of the API in its description: the status, the codes that come with it, and an example.
struct NamedError: Sendable {
    let name: String
    let status: HTTPStatus
    let meaning: String
    /// Codes of the errors with this status, the most usual one first.
    let codes: [String]
    let example: String

    static let all = [badRequest, unauthenticated, payment, forbidden, notFound, conflict, tooLarge, tooMuch, tooMany, unavailable]

    private static let badRequest = NamedError(
        name: "BadRequest", status: .badRequest, meaning: "A part of the request cannot be used; the message says which one and what is accepted.",
        codes: ["bad_request", "incomplete_body", APIError.badArchive], example: "limit takes a whole number from 1 to 500.")
    private static let unauthenticated = NamedError(
        name: "Unauthenticated", status: .unauthorized, meaning: "There is no credential, or it is not valid.", codes: ["unauthenticated"],
        example: "A valid key or user token is needed: Authorization: Bearer KEY.")
    private static let payment = NamedError(
        name: "OutOfCredit", status: .paymentRequired, meaning: "The credit of the key, or a limit of the operator, is used up.",
        codes: ["out_of_credit", "quota_exceeded"], example: "The key has no credit left.")
    private static let forbidden = NamedError(
        name: "Forbidden", status: .forbidden, meaning: "The key does not have the scope that the operation needs.",
        codes: ["forbidden", "own_key_mismatch"], example: "The key needs the scope read.")
    private static let notFound = NamedError(
        name: "NotFound", status: .notFound, meaning: "The caller does not have this object. Objects of others are answered in the same way.",
        codes: ["not_found"], example: "There is no conversation 5b1f.")
    private static let conflict = NamedError(
        name: "Conflict", status: .conflict, meaning: "The present state of the object does not allow this.", codes: ["conflict"],
        example: "The conversation goes on; end its session first.")
    private static let tooLarge = NamedError(
        name: "TooLarge", status: .contentTooLarge, meaning: "The body is too long.", codes: ["too_large"],
        example: "The body is longer than 1048576 bytes.")
    private static let tooMuch = NamedError(
        name: "TooMuch", status: .unprocessableContent, meaning: "A limit of the user's data is reached.", codes: ["too_much"],
        example: "The user has 10000 people already.")
    private static let tooMany = NamedError(
        name: "TooManyRequests", status: .tooManyRequests, meaning: "There are too many requests at once.", codes: ["too_many_requests"],
        example: "Too many requests at once; try again later.")
    private static let unavailable = NamedError(
        name: "Unavailable", status: .serviceUnavailable, meaning: "The gateway cannot answer now; the same request may succeed later.",
        codes: ["unavailable"], example: "The gateway has just started; ask again in a moment.")

    /// Returns the errors that an operation may answer with.
    static func of(_ operation: APIOperation) -> [NamedError] {
        var errors: [NamedError] = []
        let hasParameters = !OpenAPI.parameters(of: operation.path).isEmpty, hasBody = operation.body != nil || operation.streamed != nil
        if hasBody || !operation.query.isEmpty { errors.append(badRequest) }
        if !operation.scopes.isEmpty { errors += [unauthenticated, forbidden] }
        if hasParameters { errors.append(notFound) }
        if hasBody { errors += [conflict, tooLarge, tooMuch] }
        return errors + [tooMany, unavailable]
    }

    // MARK: - JSON

    func writeReference(to json: inout JSONWriter) {
        json.key(escaping: "\(status.code)")
        json.beginObject()
        json.member("$ref", "#/components/responses/\(name)")
        json.endObject()
    }

    func writeComponent(to json: inout JSONWriter) {
        json.key(escaping: name)
        json.beginObject()
        json.member("description", "\(meaning) Codes: \(codes.joined(separator: ", ")).")
        json.key("content")
        json.beginObject()
        json.key("application/json")
        json.beginObject()
        json.key("schema")
        json.beginObject()
        json.member("$ref", literal: "#/components/schemas/Error")
        json.endObject()
        json.key("example")
        json.beginObject()
        json.error(code: codes.first ?? "", message: example)
        json.endObject()
        json.endObject()
        json.endObject()
        json.endObject()
    }

    /// Writes the schema of all errors.
    static func writeSchema(to json: inout JSONWriter) {
        json.beginObject()
        json.member("type", literal: "object")
        json.key("required")
        json.array(["error"])
        json.key("properties")
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.member("type", literal: "object")
        json.key("required")
        json.array(["code", "message"])
        json.key("properties")
        json.beginObject()
        for (name, meaning) in [("code", "Name of the error, for programs."), ("message", "What happened and what to do, for people.")] {
            json.key(escaping: name)
            json.beginObject()
            json.member("type", literal: "string")
            json.member("description", meaning)
            json.endObject()
        }
        json.endObject()
        json.endObject()
        json.endObject()
        json.endObject()
    }
}
