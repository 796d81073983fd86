import Conversations
import Protocols
import Speakers
import Speech
import Store

/// One user's stored data, in the data directory of this machine or behind a gateway's API.
protocol UserData: Sendable {
    /// Returns whether deleted data has left the disk, or what keeps it there. In a data directory, erases what is deleted, or leaves that to the
    /// gateway that runs on it.
    func erasureState() async throws -> ErasureWait.End

    /// Returns true if, after `erasureState`, a gateway still has to clear its journal of what was deleted in a data directory. False behind a
    /// gateway, whose answer to `erasureState` counts its journal.
    func leavesJournal() async -> Bool

    /// The owner of the data, and the place of the data, for messages: `local has no … in /var/lib/harken`.
    var owner: String { get }
    var place: String { get }

    /// Number of days for which a deleted conversation can be restored, 0 for none; nil: the gateway decides.
    var deletedDays: Int? { get }

    /// Returns the user's time zone.
    ///
    /// - Throws: `MissingTimeZone` when this machine does not know it.
    func timeZone() async throws -> TimeZoneRules

    func list(_ query: ConversationQuery) async throws -> ConversationPage

    /// Returns a conversation without its segments; nil when it does not exist.
    func conversation(_ id: ID<Conversation>) async throws -> Conversation?

    /// Returns a conversation as a file; nil when it does not exist.
    func export(_ id: ID<Conversation>, as format: ConversationDocument.Format) async throws -> [UInt8]?

    /// Gives a conversation a title, which automation does not change; false when the conversation does not exist.
    ///
    /// - Parameter title: the title; blank: the title is made of the words again.
    func rename(_ conversation: ID<Conversation>, to title: String) async throws -> Bool

    /// Deletes conversations, which can be restored for some days.
    ///
    /// - Parameter forGood: true to delete them for good, also those that could be restored.
    /// - Returns: the first one that does not exist; nil when all are deleted.
    func delete(_ conversations: [ID<Conversation>], forGood: Bool) async throws -> ID<Conversation>?

    /// Returns a page of the deleted conversations that can be restored, the last deleted first.
    func deletedConversations(after cursor: String?) async throws -> DeletedConversationPage

    /// Restores a deleted conversation; false when there is none with this id.
    func restore(_ conversation: ID<Conversation>) async throws -> Bool

    func search(_ query: SearchQuery) async throws -> SearchPage

    func people() async throws -> [Person]

    /// Returns the voices that were told apart, also those of people.
    func voices() async throws -> [KnownVoice]

    /// Adds a person. A name that exists is not added twice: see `NameKey`.
    ///
    /// - Parameter reusing: true to return the person who has the name already; false to throw the conflict.
    func add(_ name: String, reusing: Bool) async throws -> (person: Person, isNew: Bool)

    /// Adds a person with recordings of their voice, or adds the recordings to the person who has the name already. Unless all files are suitable,
    /// nothing is stored.
    func enrol(_ name: String, _ files: [String]) async throws -> (person: Person, isNew: Bool)

    /// The changes below return false when one of their objects does not exist.
    func rename(_ person: ID<Person>, to name: String) async throws -> Bool
    func merge(_ person: ID<Person>, into other: ID<Person>) async throws -> Bool
    func merge(_ voice: ID<Voice>, into other: ID<Voice>) async throws -> Bool
    func give(_ voice: ID<Voice>, to person: ID<Person>) async throws -> Bool
    /// Takes an adopted voice from its owner, who does not get it automatically again.
    func release(_ voice: ID<Voice>) async throws -> Bool
    func delete(_ person: ID<Person>) async throws -> Bool
    func delete(_ voice: ID<Voice>) async throws -> Bool

    /// Returns the states of the user's webhooks.
    func webhooks() async throws -> [WebhookState]

    /// Returns a page of the deliveries to the user's webhooks.
    func deliveries(_ query: DeliveryQuery) async throws -> DeliveryPage

    /// Lets a delivery that was given up, or with nil all of them, wait again.
    ///
    /// - Returns: the number of deliveries.
    /// - Throws: `NoWebhook` when no webhook is on, or not that of the delivery.
    func sendAgain(_ delivery: ID<WebhookDelivery>?) async throws -> Int

    /// Removes a delivery; false when it does not exist.
    func remove(_ delivery: ID<WebhookDelivery>) async throws -> Bool
}

/// A voice that was told apart from others, without its voiceprint.
struct KnownVoice: Sendable {
    var id: ID<Voice>
    /// The name of a voice without a person: `Speaker 3`.
    var label: String
    var owner: Voice.Owner
    /// Duration of the speech that the voice was learned from.
    var evidence: Duration
    var created: UnixTime
    /// The automatic decision that gave the voice its owner; nil when a person did.
    var adoption: Voice.Adoption?
}

/// An object that a user does not have.
struct MissingData: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, _ id: String, of owner: String, _ place: String) { description = "\(owner) has no \(what) \(id) \(place)" }
}

/// A time zone that the user has chosen and that this machine does not know.
struct MissingTimeZone: Error, CustomStringConvertible {
    let description: String

    init(_ name: String) { description = "this machine has no rules of the time zone \(TerminalText.safe(name)); install the package tzdata" }
}

extension UserData {
    /// Returns the time zone in which times are shown, and in which the days begin that `moments` name. Where there is no day, UTC replaces a zone that
    /// this machine does not know.
    func timeZone(for moments: [NamedMoment?]) async throws -> TimeZoneRules {
        let hasDay = moments.contains {
            switch $0 {
            case nil, .time: false
            case .day, .daysAgo: true
            }
        }
        do {
            return try await timeZone()
        } catch let error as MissingTimeZone {
            guard hasDay else { return .utc }
            throw error
        }
    }

    func missing(_ what: String, _ id: String) -> MissingData { MissingData(what, id, of: owner, place) }

    /// Returns the id of the conversation that a text names: an id, the beginning of an id, or `last`.
    ///
    /// - Throws: `MissingData` when no conversation has the id, `UsageError` when several begin so, and for an empty text, with which all begin.
    func id(_ text: String) async throws -> ID<Conversation> {
        guard !text.isEmpty else { throw UsageError("an empty id names no conversation; harken conversations list shows the ids") }
        if text == "last" {
            guard let last = try await list(ConversationQuery(limit: 1)).conversations.first else { throw missing("conversation", "yet") }
            return last.id
        }
        // A whole id is looked up by the caller.
        guard text.utf8.count < RandomUUID.length else { return ID(text) }
        var found: [ID<Conversation>] = []
        var query = ConversationQuery(limit: ConversationLimits.page)
        repeat {
            let page = try await list(query)
            if let exact = page.conversations.first(where: { $0.id.rawValue == text }) { return exact.id }
            found += page.conversations.map(\.id).filter { $0.rawValue.hasPrefix(text) }
            query.cursor = page.next
        } while query.cursor != nil && found.count < 2
        guard found.count < 2 else { throw UsageError("several conversations begin with \(text); give more of the id") }
        guard let id = found.first else { throw missing("conversation", text) }
        return id
    }

    /// Returns all deleted conversations that can be restored, the last deleted first.
    func allDeletedConversations() async throws -> [DeletedConversation] {
        var found: [DeletedConversation] = []
        var cursor: String?
        repeat {
            let page = try await deletedConversations(after: cursor)
            found += page.conversations
            cursor = page.next
        } while cursor != nil
        return found
    }

    /// Returns the deleted conversation that a text names: an id, the beginning of an id, or `last` for the last deleted one.
    func deletedConversation(_ text: String, among deleted: [DeletedConversation]) throws -> DeletedConversation {
        guard !text.isEmpty else { throw UsageError("an empty id names no deleted conversation; harken conversations deleted shows the ids") }
        if text == "last", let last = deleted.first { return last }
        if let exact = deleted.first(where: { $0.id.rawValue == text }) { return exact }
        let found = deleted.filter { $0.id.rawValue.hasPrefix(text) }
        guard found.count < 2 else { throw UsageError("several deleted conversations begin with \(text); give more of the id") }
        guard let conversation = found.first else { throw missing("deleted conversation", text) }
        return conversation
    }

    /// Returns all deliveries that were given up, or that wait.
    func allDeliveries(isGivenUp: Bool) async throws -> [ListedDelivery] {
        var found: [ListedDelivery] = []
        var query = DeliveryQuery(isGivenUp: isGivenUp, limit: ConversationLimits.page)
        repeat {
            let page = try await deliveries(query)
            found += page.deliveries
            query.cursor = page.next
        } while query.cursor != nil
        return found
    }

    /// Returns the id of the delivery that a text names: an id, or the beginning of an id.
    func delivery(_ text: String, among listed: [ListedDelivery]) throws -> ID<WebhookDelivery> {
        let ids = listed.map(\.delivery.id)
        if let exact = ids.first(where: { $0.rawValue == text }) { return exact }
        let found = text.isEmpty ? [] : ids.filter { $0.rawValue.hasPrefix(text) }
        guard found.count < 2 else { throw UsageError("several deliveries begin with \(text); give more of the id") }
        guard let id = found.first else { throw missing("delivery", text) }
        return id
    }

    /// Returns the names of the speakers in conversations.
    func speakerNames() async throws -> SpeakerNames {
        SpeakerNames(people: try await people(), labels: Dictionary(try await voices().map { ($0.id, $0.label) }) { first, _ in first })
    }
}
