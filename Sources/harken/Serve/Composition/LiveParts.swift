import Admission
import Audio
import Engines
import Gateway
import Journal
import Live
import Net
import Observability
import Recordings
import Sessions
import Speech
import Store

/// The parts of a gateway that serve live sessions and store their words.
struct LiveParts: Sendable {
    /// Maximum number of repairs at once. Engines of this process have their own queue, in which live audio comes first; vendors take some repairs at
    /// a time.
    private static let repairsAtOnce = 16

    let conversations: ConversationService
    let recovery: CrashRecovery
    let contexts: LiveContexts
    let erasure: ErasureService
    let webhookSecrets: WebhookSecrets
    let webhookSender: WebhookSender

    init(_ inputs: GatewayInputs, _ models: EngineModels, _ storage: StorageParts, _ admission: Admission) async throws {
        webhookSecrets = try WebhookSecrets(of: storage.directory)
        webhookSender = WebhookSender(
            DeliverySender(client: inputs.client, now: inputs.now), allowed: inputs.configuration.webhookAddresses,
            isOpen: { await admission.loadOpenness() }, now: inputs.now)
        conversations = Self.conversations(inputs, models, storage, admission, webhookSecrets, webhookSender)
        recovery = CrashRecovery(earlier: storage.journal.earlier, transcripts: storage.transcripts)
        contexts = try await Self.contexts(inputs, models, storage, conversations, recovery)
        erasure = ErasureService(
            store: storage.stores.conversations, transcripts: storage.transcripts, earlier: storage.journal.earlier, contexts: contexts.all,
            age: inputs.configuration.transcripts.age, log: inputs.log, now: inputs.now)
    }

    private static func conversations(
        _ inputs: GatewayInputs, _ models: EngineModels, _ storage: StorageParts, _ admission: Admission,
        _ webhookSecrets: WebhookSecrets, _ webhookSender: WebhookSender
    ) -> ConversationService {
        let configuration = inputs.configuration, log = inputs.log, client = inputs.client
        let entries = inputs.entries, spool = storage.spool, newID = inputs.newID
        return ConversationService(
            store: storage.stores.conversations, replicas: storage.stores.replicas, audio: storage.stores.blobs.audio,
            audioDays: configuration.audioDays,
            voiceDays: configuration.voiceDays,
            deletedDays: configuration.deletedDays,
            texts: models.sentences,
            summaries: configuration.summaries.map { ModelSummaries($0, client: client, log: log) { await admission.grantForSummary(of: $0) } },
            media: inputs.media, voices: models.voiceprints, detecting: models.voices, speakerPatience: configuration.speakerPatience,
            labelPatience: configuration.labelPatience, completionPatience: configuration.completionPatience,
            poll: configuration.conversationPoll, completionWaits: configuration.completionWaits,
            webhooks: WebhookService(
                secrets: webhookSecrets, store: storage.stores.conversations,
                sender: webhookSender,
                promise: configuration.webhookPromise,
                log: log, metrics: inputs.metrics, newID: newID, random: { .random(in: .min ... .max) }, now: inputs.now),
            zones: inputs.zones,
            listener: { entries.first { $0.name == .local && $0.isUsable }?.prerecorded }, newPath: { spool.path(for: newID()) }, log: log,
            metrics: inputs.metrics, newID: newID, now: inputs.now)
    }

    /// Makes the shared state of each loop's sessions, on that loop.
    private static func contexts(
        _ inputs: GatewayInputs, _ models: EngineModels, _ storage: StorageParts, _ conversations: ConversationService, _ recovery: CrashRecovery
    ) async throws -> LiveContexts {
        let configuration = inputs.configuration, log = inputs.log
        let continuity = LiveContinuity(
            recovery: configuration.recovery, stall: configuration.stall, repairTime: configuration.repairTime, modes: configuration.modes,
            repairQueue: RepairQueue(capacity: repairsAtOnce), folder: storage.spool.directory, health: try EngineHealth(),
            redaction: configuration.redaction)
        let waiting = ResumableSessions(), voiceBudget = VoiceBudget()
        var settings = WebSocketConfiguration()
        settings.allowsCompression = configuration.compressesWebSockets
        var contexts: [LoopBound<LiveContext>] = []
        for (index, loop) in inputs.loops.enumerated() {
            let startedAt = inputs.now().milliseconds
            let made = await loop.run { [settings] in
                Result { () throws(JournalError) in
                    let journal = try JournalLog(
                        directory: inputs.directory.journal, loop: index, limits: configuration.journal,
                        startedAt: startedAt,
                        writer: storage.journal, log: log)
                    return LoopBound(
                        LiveContext(
                            loop: loop, journal: journal, transcripts: storage.transcripts, evaluations: storage.shadows,
                            conversations: conversations, gate: configuration.gate, voices: models.voices, listener: models.listener,
                            turns: models.turns, store: inputs.stores.health, completion: recovery, metrics: inputs.metrics, usage: storage.usage,
                            log: log,
                            webSocket: settings, webSocketClient: inputs.webSocketClient, continuity: continuity, waiting: waiting,
                            voiceBudget: voiceBudget, creditWarnings: configuration.creditWarnings, tracer: inputs.tracer),
                        on: loop)
                }
            }
            contexts.append(try (made ?? .failure(.stopped)).get())
        }
        let all = LiveContexts(contexts, health: continuity.health, entries: inputs.entries, replicas: storage.stores.replicas, log: log)
        continuity.health.serve(all)
        return all
    }
}
