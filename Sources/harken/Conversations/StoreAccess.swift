import Conversations
import Protocols
import Sessions
import Speech
import Store

/// Access to one user's stored data for commands: directly in the data directory, with or without a running gateway.
struct StoreAccess {
    private static let userOption = Option(
        "--user", "USER", standard: ID<User>.local.rawValue, accepts: "a user's name",
        "The user whose data to use. \"local\" is the user of a gateway without keys."
    ) { $0.isEmpty ? nil : $0 }

    static let options: [any OptionDescription] = [userOption, DataOption.option, Flag.json]

    let user: ID<User>
    /// True if the command line names the user.
    private let namesUser: Bool
    private let data: DataOption

    init(_ arguments: Arguments) throws(UsageError) {
        user = ID(try arguments.value(Self.userOption) ?? ID<User>.local.rawValue)
        namesUser = arguments.text(Self.userOption) != nil
        data = try DataOption(arguments)
    }

    private var path: String { data.path }

    /// Opens the stores for a command that reads or changes existing data; nil when there is no data yet. Nothing is created.
    ///
    /// - Throws: `NoData` when the directory that the command line names has no data.
    func existing() throws -> (any ConversationStores)? {
        try data.existing().map { try Installation(in: $0).conversations(now: { .now }) }
    }

    /// Opens the stores for a command that needs existing data.
    ///
    /// - Throws: `NoData` when there is none.
    func needed() throws -> any ConversationStores {
        guard let stores = try existing() else { throw data.noData }
        return stores
    }

    /// Opens the stores. Creates the data directory and the database if they do not exist.
    func open() throws(StoreError) -> any ConversationStores {
        try Installation(in: DataDirectory(creating: path)).conversations(now: { .now })
    }

    /// Returns the path of a stretch of a conversation's audio.
    func audio(_ part: StoredAudio) -> String { path + "/audio/" + part.file }

    /// Returns the id of the conversation that a text names: an id, the beginning of an id, or `last`.
    ///
    /// - Throws: `Missing` when no conversation has the id, `UsageError` when several begin so.
    func id(_ text: String, in store: any ConversationStores) async throws -> ID<Conversation> {
        if text == "last" {
            guard let last = try await store.list(ConversationQuery(limit: 1), of: user).conversations.first else {
                throw Missing("conversation", "yet", of: self)
            }
            return last.id
        }
        // A whole id is looked up by the caller.
        guard text.utf8.count < RandomUUID.length else { return ID(text) }
        var found: [ID<Conversation>] = []
        var query = ConversationQuery(limit: ConversationLimits.page)
        repeat {
            let page = try await store.list(query, of: user)
            if let exact = page.conversations.first(where: { $0.id.rawValue == text }) { return exact.id }
            found += page.conversations.map(\.id).filter { $0.rawValue.hasPrefix(text) }
            query.cursor = page.next
        } while query.cursor != nil && found.count < 2
        guard found.count < 2 else { throw UsageError("several conversations begin with \(text); give more of the id") }
        guard let id = found.first else { throw Missing("conversation", text, of: self) }
        return id
    }

    /// Returns the conversation that a text names: an id, the beginning of an id, or `last`.
    ///
    /// - Throws: `Missing` when it does not exist.
    func document(_ text: String, in store: any ConversationStores) async throws -> ConversationDocument {
        let id = try await id(text, in: store)
        guard let conversation = try await store.conversation(id, of: user) else { throw Missing("conversation", text, of: self) }
        return ConversationDocument(conversation, people: try await store.people(of: user), voices: try await store.voices(of: user))
    }

    /// Returns `message`, or whose conversations there are when the command line names no user and access keys exist.
    func explanation(ofNothing message: String) async throws -> String {
        guard !namesUser, let directory = try data.existing() else { return message }
        let installation = try Installation(in: directory)
        let store = installation.conversations(now: { .now })
        var others: [String] = []
        let users = Set(try await installation.keys(hashing: OpenSSLHashing(), now: { .now }).list().map(\.user)).subtracting([user])
        for other in users.sorted(by: { $0.rawValue < $1.rawValue }) {
            let query = ConversationQuery(limit: 1)
            if try await !store.list(query, of: other).conversations.isEmpty { others.append(other.rawValue) }
        }
        guard !others.isEmpty else { return message }
        return "\(message) of the user \(user); there are conversations of \(others.formatted(with: "and")): give --user USER"
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String

        init(_ what: String, _ id: String, of stores: StoreAccess) {
            description = "\(stores.user) has no \(what) \(id) in \(stores.path)"
        }
    }
}

extension Command {
    /// Runs `body`, and reports an error in one line.
    func attempt(_ context: CommandContext, _ body: () async throws -> Void) async -> ExitStatus {
        do {
            try await body()
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }
}
