package import Admission
internal import Conversations
package import Framing
internal import Live
internal import Protocols
internal import Settings
internal import Speech
internal import Store

/// One request to the API, from a caller who was admitted to the operation.
package struct APIRequest: Sendable {
    let caller: AuthenticatedCaller
    /// Values of the path's parameters, such as `{id}`.
    let parameters: [String: String]
    let head: HTTPRequestHead
    /// The sender of the request.
    let client: ClientAddress
    /// The request's body; nil when there was none.
    let body: JSONValue?
    /// The body of a request to an operation that takes it while it comes; nil for other operations.
    let stream: (any BodySource)?

    package init(
        caller: AuthenticatedCaller, parameters: [String: String], head: HTTPRequestHead, client: ClientAddress, body: JSONValue?,
        stream: (any BodySource)? = nil
    ) {
        self.caller = caller
        self.parameters = parameters
        self.head = head
        self.client = client
        self.body = body
        self.stream = stream
    }

    var user: ID<User> { caller.user }

    var query: URLQuery { head.query }

    /// The session that the path names, by its id or by the name that its protocol has told the client.
    var session: ID<Session> { SessionName.id(of: parameters["id"] ?? "") }

    func id<Of>(_ name: String, as: Of.Type = Of.self) -> ID<Of> { ID(parameters[name] ?? "") }

    /// Returns the conversation that the path names. Throws `missingConversation` when the caller has no such conversation.
    func conversation(in store: any ConversationStores) async throws(APIError) -> Conversation {
        let found = try await APIError.stored { () throws(StoreError) in try await store.conversation(id("id"), of: user) }
        guard let found else { throw missingConversation }
        return found
    }

    /// Throws `missingConversation` when the caller has no conversation that the path names.
    func requireConversation(in store: any ConversationStores) async throws(APIError) {
        let status = try await APIError.stored { () throws(StoreError) in try await store.status(of: id("id"), of: user) }
        guard status != nil else { throw missingConversation }
    }

    /// The failure of a request whose path names a conversation that the caller does not have.
    var missingConversation: APIError { .notFound("conversation", parameters["id"] ?? "") }

    // MARK: The body

    func string(_ name: String) throws(APIError) -> String? {
        switch body?[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some: throw .badRequest("\"\(name)\" must be a text.")
        }
    }

    func needed(_ name: String) throws(APIError) -> String {
        guard let text = try string(name), !text.isEmpty else { throw .badRequest("The body must be JSON with a text \"\(name)\".") }
        return text
    }

    /// Reads a key. Errors do not show it.
    func key(_ name: String) throws(APIError) -> KeyText {
        let text = try needed(name)
        do throws(KeyText.Flaw) { return try KeyText(text) } catch { throw .badRequest("\"\(name)\" \(error); send \(KeyText.accepted).") }
    }

    func integer(_ name: String) throws(APIError) -> Int? {
        switch body?[name] {
        case nil, .null: return nil
        case .int(let number): return number
        case .some: throw .badRequest("\"\(name)\" must be a whole number.")
        }
    }

    /// Returns a position in seconds from the body; nil when the body does not name it.
    func seconds(_ name: String) throws(APIError) -> Duration? {
        guard let value = body?[name], value != .null else { return nil }
        guard let seconds = value.double else { throw .badRequest("\"\(name)\" must be a number of seconds.") }
        guard (0...1e9).contains(seconds) else { throw .badRequest("\"\(name)\" must be a number of seconds, such as 90.5.") }
        return .seconds(seconds)
    }

    func flag(_ name: String) throws(APIError) -> Bool? {
        switch body?[name] {
        case nil, .null: return nil
        case .bool(let flag): return flag
        case .some: throw .badRequest("\"\(name)\" must be true or false.")
        }
    }

    func strings(_ name: String) throws(APIError) -> [String]? {
        switch body?[name] {
        case nil, .null: return nil
        case .array(let list):
            var texts: [String] = []
            for element in list {
                guard case .string(let text) = element else { throw .badRequest("\"\(name)\" must be a list of texts.") }
                texts.append(text)
            }
            return texts
        case .some: throw .badRequest("\"\(name)\" must be a list of texts.")
        }
    }

    /// Refuses a body with a member that the operation does not know, by its name: a typing error would change nothing and look like a choice.
    ///
    /// - Parameters:
    ///   - names: the members that the operation reads.
    ///   - readable: members that are left alone.
    ///   - kind: the word for a member in the message.
    func refuseMembers(beside names: [String], _ readable: [String] = [], called kind: String = "member") throws(APIError) {
        guard case .object(let members)? = body else { return }
        let known = Set(names + readable)
        guard let other = members.map(\.name).first(where: { !known.contains($0) }) else { return }
        let name = other.prefix(bytes: 100), suggestion = Suggestion.text(for: name, among: names)
        throw .badRequest("There is no \(kind) \"\(name)\"" + (suggestion.isEmpty ? "." : suggestion))
    }

    /// Reads a list of languages that are allowed.
    ///
    /// - Returns: the list as it is stored; nil when the list is empty, or not there.
    func languages(_ name: String) throws(APIError) -> String? {
        guard let names = try strings(name), !names.isEmpty else { return nil }
        guard let list = AllowedLanguages.stored(names) else {
            throw .badRequest("\"\(name)\" must be a list of languages' codes such as de or pt-BR, or of their English names.")
        }
        return list
    }

    /// Reads an owner from the body: `person_id`, with a person's id or null for nobody; or `is_user`.
    func owner() throws(APIError) -> Voice.Owner {
        if let flag = body?["is_user"], flag != .null {
            guard case .bool(let isUser) = flag else { throw .badRequest("\"is_user\" must be true or false.") }
            if isUser { return .user }
        }
        guard let person = body?["person_id"] else {
            guard body?["is_user"] == .bool(false) else { throw .badRequest("Name the person: \"person_id\" (null: nobody), or \"is_user\": true.") }
            return .nobody
        }
        guard person != .null else { return .nobody }
        return .person(ID(try needed("person_id")))
    }

    // MARK: The query

    /// Returns a choice of the query: `true` or `false`; false when the query does not name it.
    func queryFlag(_ name: String) throws(APIError) -> Bool {
        switch query.first(name) {
        case nil, "false": return false
        case "true": return true
        case .some: throw .badRequest("\(name) takes true or false.")
        }
    }

    func count(_ name: String, standard: Int, most: Int) throws(APIError) -> Int {
        guard let text = query.first(name) else { return standard }
        guard let count = Int(text), (1...most).contains(count) else { throw .badRequest("\(name) takes a whole number from 1 to \(most).") }
        return count
    }

    func time(_ name: String) throws(APIError) -> UnixTime? {
        guard let text = query.first(name) else { return nil }
        guard let time = UnixTime(rfc3339: text) else {
            throw .badRequest("\(name) takes a time such as 2026-01-31T12:00:00Z, or a day such as 2026-01-31.")
        }
        return time
    }

    /// Speaker in the query parameter `person`: a person's id, or `user` for the user.
    var speaker: Voice.Owner {
        switch query.first("person") {
        case nil, "": .nobody
        case "user": .user
        case .some(let id): .person(ID(id))
        }
    }
}
