import Framing
import Speech
import Store

/// The keys and the usage behind a gateway's API.
struct GatewayInstallationData: InstallationData {
    let api: GatewayAPI

    func keys() async throws -> [AccessKey] {
        guard let document = try await api.document(.get, "/admin/keys") else { throw api.malformed }
        let list = document.root["keys"]
        var keys: [AccessKey] = []
        for index in 0..<list.count {
            guard let key = AccessKey(list[index]) else { throw api.malformed }
            keys.append(key)
        }
        return keys
    }

    func create(_ request: AccessKeyRequest) async throws -> CreatedAccessKey {
        var body = JSONWriter()
        body.beginObject()
        if let name = request.name { body.member("name", name) }
        if let user = request.user { body.member("user", user.rawValue) }
        body.key("scopes")
        body.array(request.scopes)
        body.key("languages")
        body.array(request.languages.map(\.rawValue))
        if let expires = request.expires { body.member("expires_at", expires.rfc3339) }
        if let credits = request.creditSeconds { body.member("credits", Int(credits)) }
        body.endObject()
        guard let document = try await api.document(.post, "/admin/keys", body: body.bytes), let key = AccessKey(document.root),
            let text = document.root["key"].string
        else { throw api.malformed }
        return CreatedAccessKey(key: key, text: text)
    }

    func revoke(_ key: ID<AccessKey>) async throws -> Bool {
        try await api.send(.delete, "/admin/keys/" + PercentCoding.encode(key.rawValue)) != nil
    }

    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws -> TopUp {
        // A key without a credit is a conflict, whose message says so.
        var body = JSONWriter()
        body.beginObject()
        body.member("seconds", Int(seconds))
        body.endObject()
        let path = "/admin/keys/" + PercentCoding.encode(key.rawValue) + "/topup"
        guard let document = try await api.document(.post, path, body: body.bytes) else { return .noSuchKey }
        guard let credit = document.root["credits"].int else { throw api.malformed }
        return .done(.seconds(credit))
    }

    func users() async throws -> [StoredUser] {
        var users: [StoredUser] = [], next: String?
        repeat {
            var words: URLQuery = ["limit": "\(ConversationLimits.page)"]
            words.add("cursor", next)
            guard let document = try await api.document(.get, "/admin/users", words) else { throw api.malformed }
            let list = document.root["users"]
            for index in 0..<list.count {
                guard let user = list[index]["user"].string, let conversations = list[index]["conversations"].int,
                    let bytes = list[index]["audio_bytes"].int
                else { throw api.malformed }
                let last = list[index]["last_conversation_at"].string.flatMap { UnixTime(rfc3339: $0) }
                users.append(StoredUser(ID(user), conversations: conversations, audioBytes: Int64(bytes), lastConversation: last))
            }
            next = document.root["next"].string
        } while next != nil
        return users
    }

    func delete(_ user: ID<User>) async throws -> Bool {
        guard try await api.send(.delete, "/admin/users/" + PercentCoding.encode(user.rawValue)) != nil else { return false }
        try await UserDeletionWait(user: user).run(deletions)
        return true
    }

    func erasureState() async throws -> ErasureWait.End { ErasureWait.End(try await api.isErased()) }

    func deletions() async throws -> [PendingUserDeletion] {
        // An older gateway does not know the route.
        guard let document = try await api.document(.get, "/admin/deletions") else { return [] }
        let list = document.root["deletions"]
        var deletions: [PendingUserDeletion] = []
        for index in 0..<list.count {
            guard let user = list[index]["user"].string, let since = list[index]["since"].string.flatMap({ UnixTime(rfc3339: $0) }),
                let conversations = list[index]["conversations"].int
            else { throw api.malformed }
            deletions.append(PendingUserDeletion(user: ID(user), since: since, conversations: conversations))
        }
        return deletions
    }

    func usage(_ query: UsageQuery, ofAllUsers: Bool) async throws -> [UsageRow] {
        var words: URLQuery = ["by": query.grouping.rawValue]
        words.add("since", query.since?.rfc3339)
        guard let document = try await api.document(.get, ofAllUsers ? "/admin/usage" : "/usage", words) else { throw api.malformed }
        let list = document.root["rows"]
        var rows: [UsageRow] = []
        for index in 0..<list.count {
            guard let row = UsageRow(list[index]) else { throw api.malformed }
            rows.append(row)
        }
        return rows
    }
}
