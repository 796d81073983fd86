import Journal
import Live
import Observability
import Sessions
import Speech
import Store

/// The keys and the usage in a data directory.
struct DirectoryInstallationData: InstallationData {
    private let installation: Installation
    private let store: any ConversationStores
    private let erasure: DirectoryErasure
    private let context: CommandContext

    /// - Parameter data: the data directory of the installation.
    init(_ installation: Installation, in data: DataOption, context: CommandContext) {
        self.installation = installation
        self.context = context
        store = installation.conversations(now: { .now })
        erasure = data.erasure(of: installation, store)
    }

    private func administration() throws -> any AccessKeyAdministration { try installation.keys(hashing: OpenSSLHashing(), now: { .now }) }

    func keys() async throws -> [AccessKey] { try await administration().list() }

    func create(_ request: AccessKeyRequest) async throws -> CreatedAccessKey {
        let keys = try administration()
        let created = try await keys.create(request)
        await bringToFile(keys)
        return created
    }

    func revoke(_ key: ID<AccessKey>) async throws -> Bool {
        let keys = try administration()
        guard try await keys.revoke(key) else { return false }
        await bringToFile(keys)
        return true
    }

    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws -> TopUp { try await administration().topUp(key, seconds: seconds) }

    func users() async throws -> [StoredUser] {
        var users: [StoredUser] = [], page: [StoredUser]
        repeat {
            page = try await store.users(after: users.last?.user, limit: ConversationLimits.page)
            users += page
        } while page.count == ConversationLimits.page
        return users
    }

    func delete(_ user: ID<User>) async throws -> Bool {
        let log = Log(level: .error), blobs = installation.blobs
        let deletion = UserDeletion(
            store: store, blobs: blobs,
            transcripts: TranscriptFolder(in: blobs.transcripts, limits: TranscriptLimits(), log: log), gateway: nil, log: log)
        // The outbox may have usage that the sums of the days do not have yet.
        try await installation.usage.bookAll()
        return try await deletion.delete(user)
    }

    func erasureState() async throws -> ErasureWait.End { try await erasure.eraseDeleted() }

    func deletions() async throws -> [PendingUserDeletion] { try await store.deletions() }

    func usage(_ query: UsageQuery, ofAllUsers: Bool) async throws -> [UsageRow] {
        let ledger = installation.usage
        try await ledger.bookAll()
        return try await ledger.rows(query)
    }

    /// Brings a change of the keys into the database's main file. The change is valid even when that fails; the failure is reported.
    private func bringToFile(_ keys: any AccessKeyAdministration) async {
        do throws(StoreError) { try await keys.bringToFile() } catch {
            context.note("the change is made, but the database's log could not be written into the database file: \(error)")
        }
    }
}
