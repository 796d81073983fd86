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
    private let path: String

    init(_ arguments: Arguments) throws(UsageError) {
        user = ID(try arguments.value(Self.userOption) ?? ID<User>.local.rawValue)
        path = try DataOption.path(arguments)
    }

    func open() throws(StoreError) -> any ConversationStores {
        try Installation(in: DataDirectory(creating: path)).conversations(now: { .now })
    }

    /// Returns the path of a stretch of a conversation's audio.
    func audio(_ part: StoredAudio) -> String { path + "/audio/" + part.file }

    /// Returns the conversation with this id.
    ///
    /// - Throws: `Missing` when it does not exist.
    func document(_ id: ID<Conversation>, in store: any ConversationStores) async throws -> ConversationDocument {
        guard let conversation = try await store.conversation(id, of: user) else { throw Missing("conversation", id.rawValue, of: self) }
        return ConversationDocument(conversation, people: try await store.people(of: user), voices: try await store.voices(of: user))
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
