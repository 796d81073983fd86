import API
import Admission
import Engines
import Gateway
import Journal
import Live
import Net
import Observability
import Recordings
import Speech
import Store

/// A gateway with all of its parts, except its listening address. The parts start, drain and end in the order of the methods here.
final class Composition: Sendable {
    /// The HTTP service at the address that the gateway listens at.
    let service: GatewayService
    let routes: Routes
    let recordings: RecordingServices
    private let inputs: GatewayInputs
    private let admission: Admission
    private let tokens: TemporaryTokens
    private let storage: StorageParts
    private let live: LiveParts
    private let housekeeping: Housekeeping
    /// Membership in the register of replicas; nil when the database has one gateway.
    private let membership: Membership?
    private let startedAt: UnixTime

    init(_ inputs: GatewayInputs) async throws {
        let configuration = inputs.configuration
        startedAt = inputs.now()
        inputs.metrics.setCapacity(configuration.sessions(within: inputs.descriptors))
        let router = Router(entries: inputs.entries, order: configuration.engines)
        let models = EngineModels(of: inputs.entries)
        let storage = try await StorageParts(inputs)
        let admission = try AdmissionParts(inputs, router: router, storage)
        let live = try await LiveParts(inputs, models, storage, admission.admission)
        let recordings = try RecordingServices(inputs, router: router, models, storage, admission.admission, live.conversations)
        let meter = StorageMeter(of: inputs.directory, models: inputs.modelFolder, space: inputs.diskSpace)
        let disks = StorageWatch(meter, log: inputs.log)
        await disks.begin()
        let deletion = UserDeletion(
            store: storage.stores.conversations, blobs: storage.stores.blobs, transcripts: storage.transcripts,
            gateway: .init(
                contexts: live.contexts, erasure: live.erasure, reject: { [admission = admission.admission] in admission.reject($0) },
                cancel: { [runner = recordings.runner] in await runner.cancel($0) }),
            log: inputs.log)
        await deletion.follow()
        let api = APIParts(
            version: configuration.version, limits: configuration.limits, prices: configuration.prices, admission: admission.admission,
            keys: inputs.keys, entries: inputs.entries, contexts: live.contexts, recordings: recordings, transcripts: storage.transcripts,
            recovery: live.recovery, erasure: live.erasure, deletion: deletion, webhookSecrets: live.webhookSecrets,
            webhookSender: live.webhookSender, storage: disks.status
        )
        let routes = Routes(
            GatewayParts(
                configuration, admission: admission.admission, entries: inputs.entries, contexts: live.contexts,
                recovery: live.recovery, recordings: recordings, api: api, store: inputs.stores.health, storage: disks.status,
                startedAt: startedAt))
        let responder = Responder(
            configuration, router: router, entries: inputs.entries, wrongCredentials: admission.wrongCredentials, metrics: inputs.metrics,
            log: inputs.log, now: inputs.now)
        service = GatewayService(
            routes.main, responder: responder, admission: admission.admission, proxies: configuration.trustedProxies, newID: inputs.newID)
        housekeeping = Housekeeping(inputs, storage, admission, live, deletion, disks)
        membership = storage.stores.replicas.map { Membership($0, admission, live, recordings, deletion, inputs) }
        self.inputs = inputs
        self.admission = admission.admission
        tokens = admission.tokens
        self.storage = storage
        self.live = live
        self.recordings = recordings
        self.routes = routes
    }

    /// Resumes the jobs that an earlier run left.
    func resumeJobs() async { await recordings.runner.start(recordings, isShared: storage.isShared) }

    /// Starts to complete, in the background, the transcripts of earlier runs' sessions, and from now on those of this run's sessions.
    func recoverSessions() async {
        await live.recovery.start(
            .init(
                admission: recordings.admission, conversations: live.conversations, usage: storage.usage, metrics: inputs.metrics, log: inputs.log,
                tracer: inputs.tracer, engines: inputs.configuration.engines, transcriptAge: inputs.configuration.transcripts.age,
                startedAt: startedAt, now: inputs.now,
                after: { [loop = inputs.loops[0]] wait, work in loop.execute { loop.schedule(at: loop.now + wait, work) } },
                retention: storage.retention, newPath: recordings.newPath,
                forgetSpeech: { [erasure = live.erasure] in await erasure.run() },
                earlierProcessesEnded: { [recordings] in await recordings.runner.takeUpEarlier(recordings) },
                sessionsTakenUp: { [conversations = live.conversations, startedAt] in await conversations.takeUpAudio(before: startedAt) }))
        await recordings.chunked.recover(recordings, isShared: storage.isShared)
    }

    /// True if the sessions that earlier runs left are known.
    var knowsEarlierSessions: Bool { get async { await live.recovery.hasLookedThrough } }

    /// Refuses new sessions and recordings, and ends clients that have no session yet. Open sessions go on, their lost clients may return, and stored data is served.
    func beginDrain() {
        admission.beginDrain()
        live.contexts.endEntrances()
        inputs.metrics.drainBegan()
    }

    /// Returns the temporary tokens and tickets, for the process that takes over.
    func tokensToHandOver() -> [UInt8] { tokens.document(now: .now) }

    /// Takes the temporary tokens and tickets of the process from which this one takes over.
    func adoptTokens(_ document: [UInt8]) {
        if !tokens.adopt(document, now: .now) {
            inputs.log.warning("the temporary tokens of the earlier gateway cannot be read; their holders need new ones")
        }
    }

    /// Leaves new sessions, and what earlier processes have left, to the process that has taken over. Open sessions go on.
    func leaveToNext() async {
        housekeeping.leaveToNext()
        await live.recovery.leaveEarlier()
        await recordings.runner.leaveToNext()
        inputs.metrics.drainBegan()
    }

    /// Interval at which the end of the open sessions is looked for.
    private static let drainPoll = Duration.milliseconds(50)

    /// Waits until no session is open.
    ///
    /// - Parameters:
    ///   - limit: maximum time to wait; nil when there is none.
    ///   - mayBegin: returns true while a session may still begin.
    func sessionsEnd(within limit: Duration?, while mayBegin: @Sendable () -> Bool = { false }) async {
        let deadline = limit.map { Instant.now + $0 }
        while await liveSessions() > 0 || mayBegin() {
            if let deadline, deadline <= .now { return }
            guard (try? await Task.sleep(for: Self.drainPoll)) != nil else { return }
        }
    }

    /// Waits until the jobs are over whose vendor keys only this process has.
    ///
    /// - Parameter limit: maximum time to wait; nil when there is none.
    func ownKeyJobsEnd(within limit: Duration?) async {
        let deadline = limit.map { Instant.now + $0 }
        while await recordings.runner.hasOwnKeys {
            if let deadline, deadline <= .now { return }
            guard (try? await Task.sleep(for: Self.drainPoll)) != nil else { return }
        }
    }

    /// Brings the open sessions to the end that their clients' protocols have for a gateway that goes down: all received audio is recognized, and
    /// clients are told to connect again.
    func handOverSessions() { live.contexts.drain() }

    /// Stops the work on jobs, on transcripts of sessions that are over, and on deliveries to webhooks. The next run continues this work.
    func stopJobs() async {
        await live.conversations.webhooks?.stop()
        await live.recovery.stop()
        await recordings.runner.stop()
    }

    /// Stores, for the last time, what sessions have left: their transcripts and their charges. Called after the last session has ended.
    func settle() async {
        // The ends of sessions may still be queued on the loops.
        await live.contexts.settle()
        await live.conversations.settle()
        await storage.transcripts.settle()
        await storage.shadows.settle()
        await live.contexts.finishJournals()
        await housekeeping.settle()
        await membership?.end()
    }

    /// Number of live sessions now.
    func liveSessions() async -> Int { await live.contexts.sessionCount() }
}
