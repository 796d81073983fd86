internal import Admission
internal import Framing
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Operations of administrators on the access keys of all users.
struct KeyOperations: Sendable {
    let keys: any AccessKeyAdministration
    let log: Log
    let now: @Sendable () -> UnixTime

    private static let members: [APIOperation.Field] = [
        .init("id", "string", required: true, "The key's id, which is not secret."),
        .init("prefix", "string", required: true, "The first characters of the key."), .init("name", "string?", required: true, "The key's name."),
        .init("user", "string", required: true, "The user of the key."),
        .init("scopes", "[string]", required: true, "The uses that the key allows; empty: everything but administration."),
        .init("languages", "[string]", required: true, "The only languages that the key allows, by their codes; empty: every language."),
        .init("created_at", "string", required: true, "UTC, RFC 3339."), .init("expires_at", "string?", required: true, "The end, or null."),
        .init("revoked_at", "string?", required: true, "The time of the revocation, or null."),
        .init("credits", "integer?", required: true, "Seconds of audio that the key may still use; null: not limited."),
    ]

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/admin/keys", .admin, summary: "Lists all access keys, also revoked and expired ones.",
                answer: .object([
                    .init(
                        "keys", "[AccessKey]", required: true, "The newest first.")
                ])
            ) { _ throws(APIError) in
                let list = try await APIError.stored { () throws(StoreError) in try await keys.list() }
                return .json { json in
                    json.beginObject()
                    json.key("keys")
                    json.beginArray()
                    for key in list {
                        json.beginObject()
                        json.member("id", key.id.rawValue)
                        json.members(of: key)
                        json.endObject()
                    }
                    json.endArray()
                    json.endObject()
                }
            },
            APIOperation(
                .post, "/admin/keys", .admin, summary: "Makes an access key, and returns it once.",
                body: [
                    .init("name", "string", "The key's name in lists."), .init("user", "string", "The key's user; a new one if it is left out."),
                    .init("scopes", "[string]", "The uses that the key allows; everything but administration if it is left out."),
                    .init("languages", "[string]", "The only languages that the key allows, such as de; every language if it is left out."),
                    .init("expires_at", "string", "The key's end: a time, or a day."),
                    .init("credits", "integer", "Seconds of audio that the key may use; not limited if it is left out."),
                ], answer: .object([.init("key", "string", required: true, "The key, which is not shown again.")] + Self.members)
            ) { request throws(APIError) in
                let wanted = try self.request(request)
                let made = try await changed { () throws(StoreError) in try await keys.create(wanted) }
                return .json(.created) { json in
                    json.beginObject()
                    json.member("id", made.key.id.rawValue)
                    json.member("key", made.text)
                    json.members(of: made.key)
                    json.endObject()
                }
            },
            APIOperation(
                .delete, "/admin/keys/{id}", .admin,
                summary: "Revokes an access key for good: it is refused from the next request on, and its sessions end.", answer: .nothing,
                erases: false
            ) { request throws(APIError) in
                guard try await changed({ () throws(StoreError) in try await keys.revoke(request.id("id")) }) else { throw Self.missing(request) }
                return .nothing
            },
            APIOperation(
                .post, "/admin/keys/{id}/topup", .admin, summary: "Adds seconds of audio to the credit of a key.",
                body: [.init("seconds", "integer", required: true, "The seconds to add.")],
                answer: .object([
                    .init("id", "string", required: true, "The key's id."), .init("credits", "integer", required: true, "Seconds that are left now."),
                ])
            ) { request throws(APIError) in
                guard let seconds = try Self.seconds("seconds", from: 1, request) else { throw .badRequest("The body must have \"seconds\".") }
                switch try await changed({ () throws(StoreError) in try await keys.topUp(request.id("id"), seconds: seconds) }) {
                case .noSuchKey: throw Self.missing(request)
                case .notCounted: throw APIError(.conflict, "conflict", "The audio of this key is not limited, so the key needs no credit.")
                case .done(let credit):
                    return .json { json in
                        json.beginObject()
                        json.member("id", request.parameters["id"] ?? "")
                        json.member("credits", Int(credit.components.seconds))
                        json.endObject()
                    }
                }
            },
        ]
    }

    private func request(_ request: APIRequest) throws(APIError) -> AccessKeyRequest {
        let scopes = try request.strings("scopes") ?? []
        for scope in scopes where AccessScope(rawValue: scope) == nil {
            let known = AccessScope.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("There is no scope \"\(scope.prefix(bytes: 100))\"; scopes are \(known).")
        }
        let user = try request.string("user")
        if let user, user.isEmpty || user.utf8.count > 200 { throw .badRequest("\"user\" must have 1 to 200 bytes.") }
        let name = try request.string("name")
        if let name, name.utf8.count > 200 { throw .badRequest("\"name\" may have at most 200 bytes.") }
        return AccessKeyRequest(
            name: name, user: user.map { ID($0) }, scopes: scopes,
            languages: try request.languages("languages").map(AllowedLanguages.list) ?? [], expires: try end(request),
            creditSeconds: try Self.seconds("credits", from: 0, request))
    }

    private func end(_ request: APIRequest) throws(APIError) -> UnixTime? {
        guard let text = try request.string("expires_at") else { return nil }
        guard let time = UnixTime(rfc3339: text), now() < time else {
            throw .badRequest("\"expires_at\" must be a future time such as 2027-01-31T12:00:00Z, or a day such as 2027-01-31.")
        }
        return time
    }

    private static func seconds(_ name: String, from least: Int64, _ request: APIRequest) throws(APIError) -> Int64? {
        guard let seconds = try request.integer(name).map({ Int64($0) }) else { return nil }
        guard (least...AccessKey.maxCreditSeconds).contains(seconds) else {
            throw .badRequest("\"\(name)\" must be a number of seconds from \(least) to \(AccessKey.maxCreditSeconds).")
        }
        return seconds
    }

    /// Makes a change, and brings it into the database's file, so that a lost log cannot undo it.
    private func changed<Result: Sendable>(_ change: () async throws(StoreError) -> Result) async throws(APIError) -> Result {
        let result = try await APIError.stored(change)
        do throws(StoreError) { try await keys.bringToFile() } catch {
            log.warning("a change of the keys could not be written into the database's file yet", [.error: "\(error)"])
        }
        return result
    }

    private static func missing(_ request: APIRequest) -> APIError { .notFound("key", request.parameters["id"] ?? "") }
}
