import Conversations
import Framing
import Protocols
import Speakers
import Speech
import Store

/// The data of a key's user behind a gateway's API.
struct GatewayUserData: UserData {
    let api: GatewayAPI
    /// The time zones of this machine.
    let zones: TimeZones

    var owner: String { "the user" }
    var place: String { "at \(api.address.url)" }
    var deletedDays: Int? { nil }

    func timeZone() async throws -> TimeZoneRules {
        let document = try await needed(.get, "/users/me/settings")
        // A gateway of an earlier version has no time zones.
        guard let name = document.root["time_zone"].string ?? document.root["default_time_zone"].string else { return zones.standard }
        guard let zone = TimeZoneName(name).flatMap({ zones[$0] }) else { throw MissingTimeZone(name) }
        return zone
    }

    func list(_ query: ConversationQuery) async throws -> ConversationPage {
        var words = URLQuery()
        words.add("limit", "\(query.limit)")
        words.add("from", query.from?.rfc3339)
        words.add("to", query.to?.rfc3339)
        words.add("cursor", query.cursor)
        if query.hasGaps { words.add("gaps", "true") }
        let document = try await needed(.get, "/conversations", words)
        let list = document.root["conversations"]
        var page = ConversationPage(conversations: [], next: document.root["next"].string)
        for index in 0..<list.count {
            guard let conversation = Conversation(list[index]) else { throw api.malformed }
            page.conversations.append(conversation)
            page.lengths[conversation.id] = .seconds(list[index]["duration"].double ?? 0)
        }
        return page
    }

    func conversation(_ id: ID<Conversation>) async throws -> Conversation? {
        guard let document = try await api.document(.get, path("conversations", id.rawValue)) else { return nil }
        guard let conversation = Conversation(document.root) else { throw api.malformed }
        return conversation
    }

    func export(_ id: ID<Conversation>, as format: ConversationDocument.Format) async throws -> [UInt8]? {
        try await api.send(.get, path("conversations", id.rawValue) + "/export", ["format": format.rawValue])
    }

    func erasureState() async throws -> ErasureWait.End { ErasureWait.End(try await api.isErased()) }

    func leavesJournal() -> Bool { false }

    func rename(_ conversation: ID<Conversation>, to title: String) async throws -> Bool {
        try await api.send(.patch, path("conversations", conversation.rawValue), body: GatewayAPI.body(("title", title))) != nil
    }

    func delete(_ conversations: [ID<Conversation>], forGood: Bool) async throws -> ID<Conversation>? {
        let words: URLQuery = forGood ? ["for_good": "true"] : URLQuery()
        for id in conversations { if try await api.send(.delete, path("conversations", id.rawValue), words) == nil { return id } }
        return nil
    }

    func deletedConversations(after cursor: String?) async throws -> DeletedConversationPage {
        var words: URLQuery = ["limit": "\(ConversationLimits.page)"]
        words.add("cursor", cursor)
        // A gateway of an earlier version deletes for good.
        guard let document = try await api.document(.get, "/deleted-conversations", words) else { return DeletedConversationPage() }
        let list = document.root["conversations"]
        var page = DeletedConversationPage(next: document.root["next"].string)
        for index in 0..<list.count {
            guard let conversation = DeletedConversation(list[index]) else { throw api.malformed }
            page.conversations.append(conversation)
        }
        return page
    }

    func restore(_ conversation: ID<Conversation>) async throws -> Bool {
        try await api.send(.post, path("conversations", conversation.rawValue) + "/restore") != nil
    }

    func search(_ query: SearchQuery) async throws -> SearchPage {
        var words: URLQuery = ["q": query.text, "limit": "\(query.limit)", "by": query.by.name]
        words.add("from", query.from?.rfc3339)
        words.add("to", query.to?.rfc3339)
        words.add("cursor", query.cursor)
        switch query.speaker {
        case .nobody: break
        case .person(let id): words.add("person", id.rawValue)
        case .user: words.add("person", "user")
        }
        let document = try await needed(.get, "/search", words)
        let list = document.root["hits"]
        // A gateway of an earlier version does not tell whether words were found, or whether the search ended at its limit.
        var page = SearchPage(
            hits: [], next: document.root["next"].string, wordsFound: document.root["words_found"].bool,
            isCapped: document.root["is_capped"].bool ?? false)
        for index in 0..<list.count {
            guard let hit = SearchHit(list[index]) else { throw api.malformed }
            page.hits.append(hit)
        }
        return page
    }

    func people() async throws -> [Person] {
        let document = try await needed(.get, "/people")
        let list = document.root["people"]
        var people: [Person] = []
        for index in 0..<list.count { people.append(try person(list[index])) }
        return people
    }

    func voices() async throws -> [KnownVoice] {
        let document = try await needed(.get, "/voices")
        let list = document.root["voices"]
        var voices: [KnownVoice] = []
        for index in 0..<list.count {
            guard let voice = KnownVoice(list[index]) else { throw api.malformed }
            voices.append(voice)
        }
        return voices
    }

    func add(_ name: String, reusing: Bool) async throws -> (person: Person, isNew: Bool) {
        let before = Set(try await people().map(\.id))
        var body = JSONWriter()
        body.beginObject()
        body.member("name", name)
        body.member("reuse", reusing)
        body.endObject()
        let document = try await needed(.post, "/people", body: body.bytes)
        let person = try person(document.root)
        return (person, !before.contains(person.id))
    }

    func enrol(_ name: String, _ files: [String]) async throws -> (person: Person, isNew: Bool) {
        let before = Set(try await people().map(\.id))
        guard let document = try await api.upload("/people/enroll", fields: [("name", name)], files: files) else { throw api.malformed }
        let person = try person(document.root)
        return (person, !before.contains(person.id))
    }

    func rename(_ person: ID<Person>, to name: String) async throws -> Bool {
        try await api.send(.patch, path("people", person.rawValue), body: GatewayAPI.body(("name", name))) != nil
    }

    func merge(_ person: ID<Person>, into other: ID<Person>) async throws -> Bool {
        try await api.send(.post, path("people", other.rawValue) + "/merge", body: GatewayAPI.body(("person_id", person.rawValue))) != nil
    }

    func merge(_ voice: ID<Voice>, into other: ID<Voice>) async throws -> Bool {
        try await api.send(.post, path("voices", other.rawValue) + "/merge", body: GatewayAPI.body(("voice_id", voice.rawValue))) != nil
    }

    func give(_ voice: ID<Voice>, to person: ID<Person>) async throws -> Bool {
        try await api.send(.patch, path("voices", voice.rawValue), body: GatewayAPI.body(("person_id", person.rawValue))) != nil
    }

    func release(_ voice: ID<Voice>) async throws -> Bool {
        try await api.send(.delete, path("voices", voice.rawValue) + "/adoption") != nil
    }

    func delete(_ person: ID<Person>) async throws -> Bool { try await api.send(.delete, path("people", person.rawValue)) != nil }

    func delete(_ voice: ID<Voice>) async throws -> Bool { try await api.send(.delete, path("voices", voice.rawValue)) != nil }

    func webhooks() async throws -> [WebhookState] {
        let document = try await needed(.get, "/users/me/settings")
        var states: [WebhookState] = []
        for trigger in UserWebhook.Trigger.allCases {
            guard document.root[trigger.setting].string != nil else { continue }
            let failing = document.root[trigger.failingName].string, disabled = document.root[trigger.disabledSetting].string
            states.append(
                WebhookState(
                    trigger: trigger, failingSince: failing.flatMap { UnixTime(rfc3339: $0) }, disabled: disabled.flatMap { UnixTime(rfc3339: $0) }))
        }
        return states
    }

    func deliveries(_ query: DeliveryQuery) async throws -> DeliveryPage {
        var words: URLQuery = ["state": query.isGivenUp ? "given_up" : "waiting", "limit": "\(query.limit)"]
        words.add("cursor", query.cursor)
        let document = try await needed(.get, "/users/me/webhook-deliveries", words)
        let list = document.root["deliveries"]
        var page = DeliveryPage(
            next: document.root["next"].string, waiting: document.root["waiting"].int ?? 0, givenUp: document.root["given_up"].int ?? 0)
        for index in 0..<list.count {
            guard let delivery = ListedDelivery(list[index]) else { throw api.malformed }
            page.deliveries.append(delivery)
        }
        return page
    }

    func sendAgain(_ delivery: ID<WebhookDelivery>?) async throws -> Int {
        guard try await webhooks().contains(where: { $0.disabled == nil }) else { throw NoWebhook() }
        let body = delivery.map { GatewayAPI.body(("id", $0.rawValue)) } ?? GatewayAPI.body()
        guard let document = try await api.document(.post, "/users/me/webhook-deliveries/resend", body: body) else { return 0 }
        return document.root["count"].int ?? 0
    }

    func remove(_ delivery: ID<WebhookDelivery>) async throws -> Bool {
        try await api.send(.delete, "/users/me/" + String(path("webhook-deliveries", delivery.rawValue).dropFirst())) != nil
    }

    private func path(_ kind: String, _ id: String) -> String { "/\(kind)/" + PercentCoding.encode(id) }

    private func person(_ view: JSONView) throws -> Person {
        guard let person = Person(view) else { throw api.malformed }
        return person
    }

    private func needed(_ method: HTTPMethod, _ path: String, _ query: URLQuery = URLQuery(), body: [UInt8]? = nil) async throws -> JSONDocument {
        guard let document = try await api.document(method, path, query, body: body) else { throw api.malformed }
        return document
    }
}

extension URLQuery {
    /// Adds a value unless it is nil.
    mutating func add(_ name: String, _ value: String?) { if let value { add(name, value as String) } }
}

extension SearchQuery.By {
    /// The kind's name in the API.
    fileprivate var name: String {
        switch self {
        case .words: "words"
        case .meaning: "meaning"
        case .both: "both"
        }
    }
}
