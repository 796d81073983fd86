internal import Conversations
internal import Live
internal import Observability
internal import Recordings
internal import Usage

/// The operations below `/api/v1`.
package enum APIOperations {
    /// Returns all operations.
    ///
    /// - Parameters:
    ///   - routes: the gateway's other routes.
    ///   - isWebSocket: returns whether a WebSocket is served at a path.
    package static func all(
        _ parts: APIParts, beside routes: [RouteName], isWebSocket: @escaping @Sendable (String) -> Bool
    ) -> [APIOperation] {
        let recordings = parts.recordings, conversations = recordings.conversations, store = conversations.store
        let clock = UserClock(conversations)
        let groups: [[APIOperation]] = [
            LoginOperations(admission: parts.admission).all,
            AboutOperations(version: parts.version, entries: parts.entries).all,
            SessionOperations(
                admission: parts.admission, contexts: parts.contexts, transcripts: parts.transcripts, recovery: parts.recovery,
                ledger: recordings.usage.ledger, conversations: store, log: recordings.log, version: parts.version, isWebSocket: isWebSocket
            ).all,
            ConversationOperations(
                store: store, service: conversations, erasure: parts.erasure, clock: clock, newID: recordings.newID
            ).all,
            DeletedConversationOperations(store: store, service: conversations, erasure: parts.erasure).all,
            ErasureOperation(store: store, erasure: parts.erasure).all,
            ConversationPartOperations(
                store: store, peaks: conversations.peaks, transcripts: parts.transcripts, chunked: recordings.chunked, log: recordings.log
            ).all,
            VoiceOperations(store: store, service: conversations).all,
            SegmentOperations(store: store, service: conversations, erasure: parts.erasure).all,
            SearchOperations(store: store, embedding: conversations.texts, clock: clock).all,
            CaptionOperations().all,
            PeopleOperations(store: store, service: conversations, newID: recordings.newID, now: recordings.now).all,
            UserOperations(
                store: store, deletion: parts.deletion,
                export: UserExport(
                    store: store, audio: conversations.audio, ledger: recordings.usage.ledger, transcripts: parts.transcripts, version: parts.version,
                    now: recordings.now, settleAudio: { await conversations.cutAudio() }),
                importing: UserImport(
                    store: store, audio: conversations.audio, newID: recordings.newID, now: recordings.now,
                    reconcileVoices: { await conversations.reconcileVoices(of: $0).value }), spool: recordings.spool,
                admission: parts.admission, contexts: parts.contexts, webhooks: parts.webhookSender, zones: conversations.timeZones.zones,
                now: recordings.now
            ).all,
            WebhookOperations(
                store: store, secrets: parts.webhookSecrets, wake: { conversations.webhooks?.wake() }, now: recordings.now
            ).all,
            UsageOperations(
                ledger: recordings.usage.ledger, limits: parts.limits, prices: parts.prices, now: recordings.now
            ).all,
            KeyOperations(keys: parts.keys, log: recordings.log, now: recordings.now).all,
            EngineOperations(entries: parts.entries, contexts: parts.contexts, statistics: recordings.metrics.engines, now: recordings.now).all,
            DrainOperation(admission: parts.admission, contexts: parts.contexts).all,
            StorageOperation(status: parts.storage).all,
            JobOperations(store: store, recordings: recordings).all,
            SpeechProfileOperations(profiles: SpeechProfiles(service: conversations)).all,
        ]
        let operations = Array(groups.joined())
        return operations + [OpenAPI.operation(describing: operations, routes)]
    }
}
