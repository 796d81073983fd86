import Admission
import Audio
import Conversations
@testable import Engines
import Foundation
import HarkenTesting
import Live
import Net
@testable import Observability
import Protocols
import RecordingAssembly
@testable import Recordings
import Speech
import Store
import Testing
import Usage

/// The parts that work on recordings, with engines of the test's choice. Nothing listens, and no other machine is asked.
final class TestRecordings: Sendable {
    let services: RecordingServices
    let database: SQLiteDatabase
    private let folder: TemporaryFolder

    /// A gateway without keys: every caller is on this machine.
    private struct NoKeys: AccessKeyStore {
        func isEmpty() async throws(StoreError) -> Bool { true }
        func verify(_ presented: String) async throws(StoreError) -> KeyVerdict { .unknown }
        func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict { .unknown }
        func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError) {}
        func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool { false }
        func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding] { [] }
    }

    private init(
        _ engines: [any PrerecordedEngine], _ media: any MediaSource, _ diarizer: (any RecordingDiarizing)?, _ folder: TemporaryFolder, _ log: Log
    ) async throws {
        self.folder = folder
        let newID: @Sendable () -> String = { UUID().uuidString.lowercased() }
        let now: @Sendable () -> UnixTime = { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }  // real time: of the files' dates
        let database = try SQLiteDatabase(in: DataDirectory(prepared: folder.path))
        self.database = database
        let metrics = Metrics(), client = try HTTPClient(), spool = try Spool(directory: folder.path(of: "spool"))
        let entries = engines.map { EngineEntry(name: $0.name, capabilities: $0.capabilities, prerecorded: $0) }
        let router = Router(entries: entries, order: engines.map(\.name))
        let blobs = Blobs(in: database.directory)
        let store = SQLConversationStore(in: database, audio: blobs.audio, now: now)
        let usage = UsageRecorder(
            SQLUsageStore(in: database), prices: PriceTable.standard, metrics: UsageMetrics(), log: log, isWatched: false, newID: newID, now: now)
        let admission = Admission(
            access: Access(
                keys: try KeyVerdicts(of: NoKeys()), tokens: try TemporaryTokens(), users: nil,
                logins: LoginTokens(secret: try InstallationSecret(of: database.directory), store: NoKeys(), now: now)),
            keys: NoKeys(),
            accounts: BillingAccounts(keys: NoKeys(), sessionsPerUser: nil), store: store,
            watch: LimitWatch(UsageLimits(), usage: usage, log: log, now: now),
            directory: EngineDirectory(entries: entries, router: router, reachable: [], client: client), descriptors: DescriptorBudget(), log: log)
        let conversations = ConversationService(
            store: store, audio: blobs.audio, audioDays: 30, voiceDays: 365, deletedDays: 7, texts: nil, summaries: nil, voices: nil, detecting: nil,
            speakerPatience: .seconds(2), poll: .seconds(5), completionWaits: [], listener: { nil }, newPath: { spool.path(for: newID()) },
            log: log, metrics: metrics, newID: newID, now: now)
        let retries = RetrySchedule(first: [.milliseconds(20)], then: .milliseconds(40))
        let runner = JobRunner(
            jobs: SQLJobQueue(in: database),
            uploads: UploadFolder(in: blobs.uploads, uploads: SQLUploadStore(in: database), most: 1 << 30, log: log),
            results: UnstoredResults(in: blobs.results), secrets: try JobSecrets(of: database.directory), owner: newID(),
            schedule: retries)
        services = RecordingServices(
            admission: admission, usage: usage, metrics: metrics, log: log, tracer: nil, client: client, spool: spool,
            batch: RecordingLimiter(most: 256), media: media, aligner: nil, diarizer: diarizer, conversations: conversations,
            chunked: ChunkedRecordings(SQLChunkStore(in: database), limits: RateLimiter.Settings()), runner: runner, models: router.models,
            settings: RecordingSettings(
                recordingBytes: nil, storeRetries: retries, routing: WorkloadRouting(), fetchesURLs: false, fetchReach: .publicOnly),
            now: now, retention: RetentionTime(in: nil, wall: now), newID: newID)
    }

    /// Runs `body` with the parts, and stops their work after.
    ///
    /// - Parameters:
    ///   - diarizer: model that tells speakers apart; nil: there is none.
    ///   - folder: the data directory; a folder of an earlier call is the same gateway after a restart.
    static func with(
        _ engines: [any PrerecordedEngine], media: any MediaSource = InProcessMedia(), diarizer: (any RecordingDiarizing)? = nil,
        in folder: TemporaryFolder = TemporaryFolder(), log: Log = Log(level: .error), _ body: (TestRecordings) async throws -> Void
    ) async throws {
        let recordings = try await TestRecordings(engines, media, diarizer, folder, log)
        let result: Result<Void, any Error>
        do {
            try await body(recordings)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await recordings.services.runner.stop()
        recordings.services.client.shutdown()
        try result.get()
    }

    var store: any ConversationStores { services.conversations.store }

    /// Folder of results that the store has not taken.
    var resultFolder: String { folder.path(of: "results") }

    /// Writes a recording to the spool.
    func spooled(_ bytes: [UInt8]) async throws -> SpooledFile {
        let path = services.newPath()
        try Data(bytes).write(to: URL(filePath: path))
        return try await SpooledFile(hashing: path, spool: services.spool)
    }

    func change(_ statement: StaticString) async throws {
        try await database.write { (connection) throws(StoreError) in try connection.run(statement) }
    }
}
