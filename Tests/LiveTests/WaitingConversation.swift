import Conversations
import Foundation
import HarkenTesting
@testable import Live
import Net
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

/// The conversation of a session, for which it is not known yet which one it is: the test says.
struct WaitingConversation {
    /// The time of day.
    static var time: UnixTime { UnixTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }  // real time: of the files' dates

    let store: SQLConversationStore
    let metrics = Metrics()
    let service: ConversationService
    let loop: Loop
    private let shown = Shown()
    private let bound: LoopBound<LiveConversation>

    private final class Shown: Sendable {
        let events = Mutex<[ConversationEvent]>([])
        let isRefused = AtomicFlag()
    }

    static func with(
        endsWithSession: Bool = true, audioDays: Int = 0, texts: (any TextEmbedding)? = nil, log: Log = Log(level: .error),
        now: @escaping @Sendable () -> UnixTime = { Self.time },
        clock: @escaping @Sendable () -> Instant = { .now },
        audio: @escaping @Sendable (SampleRange) -> [Int16] = { [Int16](repeating: 8_000, count: Int($0.count.samples)) },
        blobs: (any BlobStore) -> any BlobStore = { $0 },
        _ body: (WaitingConversation) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-waiting-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let group = try LoopGroup(count: 1, clock: clock)
        defer { group.shutdown() }
        try await body(
            WaitingConversation(
                in: directory, on: group.loops[0], endsWithSession: endsWithSession, audioDays: audioDays, texts: texts, log: log, now: now,
                audio: audio, blobs: blobs))
    }

    private init(
        in directory: String, on loop: Loop, endsWithSession: Bool, audioDays: Int, texts: (any TextEmbedding)?, log: Log,
        now: @escaping @Sendable () -> UnixTime, audio: @escaping @Sendable (SampleRange) -> [Int16],
        blobs: (any BlobStore) -> any BlobStore
    ) async throws {
        self.loop = loop
        let database = try SQLiteDatabase(in: DataDirectory(prepared: directory))
        let kept = blobs(Blobs(in: database.directory).audio)
        store = SQLConversationStore(in: database, audio: kept, now: now)
        let service = ConversationService(
            store: store, audio: kept, audioDays: audioDays, voiceDays: 365, deletedDays: 7, texts: texts, summaries: nil, voices: TestEars(),
            detecting: nil, speakerPatience: .seconds(120), completionPatience: .seconds(240), poll: .seconds(3_600), completionWaits: [],
            listener: { nil },
            newPath: { directory + "/heard" }, log: log, metrics: metrics, newID: { UUID().uuidString.lowercased() },
            now: now)
        self.service = service
        let shown = shown
        let made = await loop.run {
            LoopBound(
                LiveConversation(
                    session: ID("session"), user: .local, request: ConversationRequest(endsWithSession: endsWithSession), language: nil,
                    started: now(), rate: .speech, channels: 1, service: service, loop: loop,
                    audio: audio, refused: { shown.isRefused.set() },
                    show: { event in shown.events.withLock { $0.append(event) } }), on: loop)
        }
        bound = try #require(made)
    }

    /// What its client was told.
    var told: [ConversationEvent] { shown.events.withLock { $0 } }

    /// True once the session was told to end, because nothing of its user is stored.
    var isRefused: Bool { shown.isRefused.isSet }

    @discardableResult
    func run<Result: Sendable>(_ body: @escaping @Sendable (LiveConversation) -> Result) async -> Result? { await bound.run(body) }

    /// One word each second.
    func say(_ words: Int) async throws {
        let isHeard = AtomicFlag()
        await run { conversation in
            for second in 0..<words {
                let range = SampleRange(SampleIndex(Int64(16_000 * second)), count: SampleCount(16_000))
                conversation.committed([Word("w\(second + 1)", range, confidence: 1)], in: .first, by: .local, model: nil)
            }
            conversation.settled { isHeard.set() }
        }
        try await until { isHeard.isSet }
    }
}
