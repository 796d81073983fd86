import Conversations
import Live
import LocalEngine
import Protocols
import Sessions
import Speakers
import Speech
import Store

/// One user's data in the data directory of this machine, with or without a running gateway.
struct DirectoryUserData: UserData {
    let store: any ConversationStores
    let erasure: DirectoryErasure
    let user: ID<User>
    /// Path of the data directory.
    let path: String
    /// The folder of the sentence model for search by meaning.
    let models: ModelFolder
    /// The time zones of this machine.
    let zones: TimeZones
    let deletedDays: Int?

    var owner: String { user.rawValue }
    var place: String { "in \(path)" }

    func timeZone() async throws -> TimeZoneRules { try await UserTimeZones(zones, in: store).zone(of: user) }

    func list(_ query: ConversationQuery) async throws -> ConversationPage { try await store.list(query, of: user) }

    func conversation(_ id: ID<Conversation>) async throws -> Conversation? { try await store.conversation(id, of: user) }

    func export(_ id: ID<Conversation>, as format: ConversationDocument.Format) async throws -> [UInt8]? {
        guard let conversation = try await conversation(id) else { return nil }
        return ConversationDocument(conversation, people: try await people(), voices: try await store.voices(of: user))
            .rendered(as: format, in: try await timeZone())
    }

    func rename(_ conversation: ID<Conversation>, to title: String) async throws -> Bool {
        var update = ConversationUpdate(conversation, title: title)
        update.isTitledByHand = true
        return try await store.write(update, of: user)
    }

    func delete(_ conversations: [ID<Conversation>], forGood: Bool) async throws -> ID<Conversation>? {
        let now = UnixTime.now
        for id in conversations {
            guard try await store.delete(id, of: user, days: forGood ? 0 : deletedDays ?? 0, now: now) != nil else { return id }
        }
        return nil
    }

    func erasureState() async throws -> ErasureWait.End { try await erasure.eraseDeleted() }

    func leavesJournal() async -> Bool { await erasure.leavesJournal }

    func deletedConversations(after cursor: String?) async throws -> DeletedConversationPage {
        try await store.deletedConversations(of: user, after: cursor, limit: ConversationLimits.page)
    }

    func restore(_ conversation: ID<Conversation>) async throws -> Bool { try await store.restore(conversation, of: user) }

    func search(_ query: SearchQuery) async throws -> SearchPage { try await store.search(query, embedding: sentences(query), of: user) }

    /// Returns the sentence model for search by meaning; nil: the model does not exist, or the search is by words only.
    private func sentences(_ query: SearchQuery) -> (any TextEmbedding)? {
        guard query.by != .words else { return nil }
        return try? SentenceEmbedder(models, InferenceRuntime(path: models.path(of: .runtime)))
    }

    func people() async throws -> [Person] { try await store.people(of: user) }

    func voices() async throws -> [KnownVoice] {
        try await store.voices(of: user).map {
            KnownVoice(
                id: $0.id, label: SpeakerNames.label(of: $0), owner: $0.owner, evidence: $0.evidence, created: $0.created, adoption: $0.adoption)
        }
    }

    func add(_ name: String, reusing: Bool) async throws -> (person: Person, isNew: Bool) {
        let new = Person(id: ID(RandomUUID.text()), name: name, created: .now)
        let person = try await store.add(new, reusing: reusing, of: user)
        return (person, person.id == new.id)
    }

    func enrol(_ name: String, _ files: [String]) async throws -> (person: Person, isNew: Bool) {
        let listener = try RecordedVoice(models)
        var heard: [EnrolledVoice] = []
        for file in files {
            do throws(EnrolledVoiceError) {
                heard.append(try await listener.enrol(Recording(path: file)))
            } catch {
                throw UnsuitableRecording(file, "\(error)")
            }
        }
        let (person, isNew) = try await add(name, reusing: true)
        let keeper = EnrolledVoiceKeeper(store, newID: RandomUUID.text, now: { .now })
        for voice in heard { try await keeper.keep(voice, of: person.id, of: user) }
        try await VoiceReconciler(store).run(for: user)
        return (person, isNew)
    }

    func rename(_ person: ID<Person>, to name: String) async throws -> Bool { try await store.rename(person, to: name, of: user) }

    func merge(_ person: ID<Person>, into other: ID<Person>) async throws -> Bool {
        try await reconciled(store.merge(person, into: other, of: user))
    }

    func merge(_ voice: ID<Voice>, into other: ID<Voice>) async throws -> Bool { try await reconciled(store.merge(voice, into: other, of: user)) }

    func give(_ voice: ID<Voice>, to person: ID<Person>) async throws -> Bool {
        try await reconciled(store.setOwner(.person(person), of: voice, of: user))
    }

    func release(_ voice: ID<Voice>) async throws -> Bool { try await reconciled(store.release(voice, isRejected: true, of: user)) }

    func delete(_ person: ID<Person>) async throws -> Bool { try await store.delete(person, of: user) }

    func delete(_ voice: ID<Voice>) async throws -> Bool { try await store.delete(voice, of: user) }

    func webhooks() async throws -> [WebhookState] {
        let webhooks = UserChoices(settings: try await store.settings(of: user)).webhooks
        return UserWebhook.Trigger.allCases.compactMap { trigger in
            webhooks[trigger].map { WebhookState(trigger: trigger, failingSince: $0.outage?.since, disabled: $0.disabled) }
        }
    }

    func deliveries(_ query: DeliveryQuery) async throws -> DeliveryPage { try await store.deliveries(query, of: user) }

    func sendAgain(_ delivery: ID<WebhookDelivery>?) async throws -> Int {
        let contents = Set(try await webhooks().filter { $0.disabled == nil }.map(\.trigger.content))
        guard !contents.isEmpty else { throw NoWebhook() }
        if let delivery, let content = try await store.content(of: delivery, of: user), !contents.contains(content) { throw NoWebhook(content) }
        return try await store.sendAgain(delivery, in: contents, of: user, at: .now)
    }

    func remove(_ delivery: ID<WebhookDelivery>) async throws -> Bool { try await store.removeDelivery(delivery, of: user) }

    /// Gives voices without a name to the people whose voices they are, after a change.
    private func reconciled(_ isDone: Bool) async throws -> Bool {
        if isDone { try await VoiceReconciler(store).run(for: user) }
        return isDone
    }
}
