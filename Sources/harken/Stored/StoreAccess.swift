import Conversations
import Gateway
import LocalEngine
import ObjectStorage
import Sessions
import Settings
import Speech
import Store

/// Access to one user's stored data for commands: directly in the data directory, with or without a running gateway.
struct StoreAccess {
    private static let userOption = Option(
        "--user", "USER", standard: ID<User>.local.rawValue, accepts: "a user's name",
        "The user whose data to use. \"local\" is the user of a gateway without keys."
    ) { $0.isEmpty ? nil : $0 }

    /// Options that name the data.
    static let places: [any OptionDescription] = [userOption, DataOption.option]
    static let options: [any OptionDescription] = places + [Flag.json]

    let user: ID<User>
    /// True if the command line names the user.
    let namesUser: Bool
    let data: DataOption
    /// The time zones of this machine.
    let zones: TimeZones
    /// Number of days for which a deleted conversation can be restored; 0: none.
    let deletedDays: Int

    init(_ arguments: Arguments) throws(UsageError) {
        user = ID(try arguments.value(Self.userOption) ?? ID<User>.local.rawValue)
        namesUser = arguments.text(Self.userOption) != nil
        data = try DataOption(arguments)
        zones = try SystemTimeZones.ofCommand(arguments.environment)
        var settings = Settings()
        settings.merge(arguments.environment)
        do throws(ConfigurationError) {
            deletedDays = try GatewayConfiguration.deletedDays(settings)
        } catch {
            throw UsageError("\(error)")
        }
    }

    /// Opens the stores for a command that reads or changes existing data; nil when there is no data yet. Nothing is created.
    ///
    /// - Throws: `NoData` when the directory that the command line names has no data.
    func existing() throws -> Installation? { try data.existing().map { try data.installation(in: $0) } }

    /// Opens the stores for a command that needs existing data.
    ///
    /// - Throws: `NoData` when there is none.
    func needed() throws -> Installation {
        guard let installation = try existing() else { throw data.noData }
        return installation
    }

    /// Opens the stores. Creates the data directory and the database if they do not exist.
    func open() throws(StoreError) -> Installation { try data.installation(in: DataDirectory(creating: data.path)) }

    /// Returns the user's data in opened stores.
    ///
    /// - Parameter models: the folder of the sentence model for search by meaning.
    func userData(in installation: Installation, models: ModelFolder) -> DirectoryUserData {
        let store = installation.conversations(now: { .now })
        return DirectoryUserData(
            store: store, erasure: data.erasure(of: installation, store), user: user, path: data.path, models: models, zones: zones,
            deletedDays: deletedDays)
    }

    /// Returns the archives of the user's data in a data directory.
    func archives(in directory: DataDirectory) throws -> DirectoryArchives {
        DirectoryArchives(installation: try data.installation(in: directory), user: user, bucket: data.bucket.map { "\($0.address)" })
    }

    /// Returns the path of a stretch of a conversation's audio.
    func audio(_ part: StoredAudio) -> String { data.path + "/audio/" + part.file }

    /// Returns `message`, or whose conversations there are when the command line names no user and access keys exist.
    func explanation(ofNothing message: String) async throws -> String {
        guard !namesUser, let directory = try data.existing() else { return message }
        let installation = try data.installation(in: directory)
        let store = installation.conversations(now: { .now })
        var others: [String] = []
        let users = Set(try await installation.keys(hashing: OpenSSLHashing(), now: { .now }).list().map(\.user)).subtracting([user])
        for other in users.sorted(by: { $0.rawValue < $1.rawValue }) {
            let query = ConversationQuery(limit: 1)
            if try await !store.list(query, of: other).conversations.isEmpty { others.append(other.rawValue) }
        }
        guard !others.isEmpty else { return message }
        return "\(message) of the user \(user); there are conversations of \(others.abridged()): give --user USER"
    }
}

extension Command {
    /// Runs `body`, and reports an error in one line. A command that is cancelled before its end is interrupted, whatever the signal was.
    func attempt(_ context: CommandContext, _ body: () async throws -> Void) async -> ExitStatus {
        do {
            try await body()
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return Task.isCancelled ? .interrupted : .failed
        }
    }
}
