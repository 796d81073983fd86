package import Audio
internal import Continuity
package import Conversations
internal import Journal
package import Observability
internal import Protocols
package import Speakers
package import Speech
package import Store
import Synchronization

/// The service for the conversations of live sessions: gives access to the store, and completes conversations when they are over.
package final class ConversationService: Sendable {
    package let store: any ConversationStores
    /// The register of the gateways that use the database; nil when it has one gateway.
    package let replicas: (any ReplicaStore)?
    /// Set while another gateway of the database lives. Sessions are left to other gateways only then.
    package let hasOthers = AtomicFlag()
    /// The engine that finds voiceprints; nil when there is none, and no speaker is recognised by voice.
    package let voices: (any Voiceprinting)?
    /// The detector that tells speech from other sound; nil when there is none.
    package let detecting: (any VoiceDetecting)?
    /// The source that decodes recordings.
    package let media: any MediaSource
    package let speakerRule = SpeakerRule()
    let reconciliations: VoiceReconciliations
    /// Maximum time without a voice that was heard, or without a final, after which words go on without their speaker.
    package let speakerPatience: Duration
    /// The same for final words of a transcript.
    package let labelPatience: Duration
    /// Default of both times.
    package static let standardPatience = WaitingSpeech.standardPatience
    /// Maximum time that a client that has finished waits for its conversation to be complete, or to be stored.
    package let completionPatience: Duration
    /// Default of `completionPatience`.
    package static let standardCompletionPatience: Duration = .seconds(5)
    /// Interval at which a live conversation checks the store and its own timeout.
    package let poll: Duration
    package let log: Log
    package let metrics: Metrics
    /// A new UUID.
    package let newID: @Sendable () -> String
    package let now: @Sendable () -> UnixTime
    /// Model that embeds texts for searches by meaning; nil when there is none.
    package let texts: (any TextEmbedding)?
    /// The users' time zones.
    package let timeZones: UserTimeZones
    /// The users' webhooks; nil when this gateway has none.
    package let webhooks: WebhookService?
    private let completion: ConversationCompletion
    /// Input for the voices of people that are to be learned.
    private let enrollments: AsyncStream<UntaughtVoice>.Continuation
    private let teaching: Task<Void, Never>?
    private let awaitedAudio = AwaitedAudio()
    /// Number of days for which audio is kept, unless the user has chosen; zero: no audio is kept.
    private let audioDays: Int
    /// Number of days after which a voice without a name that is not heard any more is deleted.
    private let voiceDays: Int
    /// Number of days for which a deleted conversation can be restored; zero: conversations are deleted for good.
    package let deletedDays: Int
    /// Conversations' audio, and recordings of users' voices.
    package let audio: any BlobStore
    /// The loudness of the kept audio.
    package let peaks: AudioPeaks
    /// The sessions of a shared database that are here.
    let held = HeldSessions()
    private let cutting = SerialWork()
    /// The calls of `take`: each sees the words, and the conversation's beginning, that the one before has stored.
    let taking = SerialWork()
    private let state = Mutex(State())

    private struct State {
        /// Number of sessions that write to each conversation now.
        var live: [OwnedConversation: Int] = [:]
        /// Time when each conversation whose session has left is over, unless a session comes back by then.
        var left: [OwnedConversation: UnixTime] = [:]
        /// Conversations without words that stay open for the words of a session that is over.
        var awaiting: [ID<Session>: (conversation: OwnedConversation, timeout: Duration)] = [:]
        /// Transcripts for conversations in which sessions speak. The transcripts are taken when no session speaks in the conversation any more.
        var late: [OwnedConversation: [(stored: StoredTranscript, onlyRecovered: Bool)]] = [:]
        /// Times that were silenced, of the sessions whose audio is being stored.
        var silences: [ID<Session>: [Range<Duration>]] = [:]
        /// Number of sessions that are over, and whose last words and audio are not all stored.
        var ending = 0
        /// True once the conversations that earlier runs left are known.
        var hasRecovered = false
    }

    /// Maximum time that completing a conversation takes, all attempts included.
    private static let processingLimit: Duration = .seconds(300)
    /// Maximum time for which a gateway that stops waits for what its sessions have left. Words that are not stored by then are taken from the journal at
    /// the next start.
    private static let settlingLimit: Duration = .seconds(10)
    private static let settlingPoll: Duration = .milliseconds(20)
    package static let sweepInterval: Duration = .seconds(5)
    /// Maximum number of enrollments that wait; further ones are dropped until a later start.
    private static let maxEnrollments = 1_000
    /// Maximum number of earlier runs' enrollments that are queued at a start.
    private static let maxEarlierEnrollments = 100

    /// - Parameters:
    ///   - zones: the time zones that are known here.
    ///   - listener: returns this machine's engine; nil while the engine cannot be used.
    ///   - newPath: returns the path of a file that does not exist yet.
    package init(
        store: any ConversationStores, replicas: (any ReplicaStore)? = nil, audio: any BlobStore, audioDays: Int, voiceDays: Int,
        deletedDays: Int,
        texts: (any TextEmbedding)?, summaries: ModelSummaries?,
        media: any MediaSource = InProcessMedia(), voices: (any Voiceprinting)?, detecting: (any VoiceDetecting)?, speakerPatience: Duration,
        labelPatience: Duration = ConversationService.standardPatience,
        completionPatience: Duration = ConversationService.standardCompletionPatience,
        poll: Duration, completionWaits: [Duration],
        webhooks: WebhookService? = nil, zones: TimeZones = TimeZones(),
        listener: @escaping @Sendable () -> (any PrerecordedEngine)?, newPath: @escaping @Sendable () -> String, log: Log, metrics: Metrics,
        newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime
    ) {
        self.audio = audio
        peaks = AudioPeaks(in: audio, media: media)
        self.audioDays = audioDays
        self.voiceDays = voiceDays
        self.deletedDays = deletedDays
        self.store = store
        reconciliations = VoiceReconciliations(store, rule: speakerRule, log: log)
        self.replicas = replicas
        self.media = media
        self.voices = voices
        self.detecting = detecting
        self.speakerPatience = speakerPatience
        self.labelPatience = labelPatience
        self.completionPatience = completionPatience
        self.poll = poll
        self.log = log
        self.metrics = metrics
        self.newID = newID
        self.now = now
        self.texts = texts
        self.webhooks = webhooks
        timeZones = UserTimeZones(zones, in: store)
        completion = ConversationCompletion(
            store: store, texts: texts, summaries: summaries, timeZones: timeZones, waits: completionWaits,
            newDelivery: webhooks == nil ? nil : newID, log: log)
        let (stream, continuation) = AsyncStream.makeStream(of: UntaughtVoice.self, bufferingPolicy: .bufferingOldest(Self.maxEnrollments))
        enrollments = continuation
        teaching = voices.map { [rule = speakerRule, media, awaitedAudio, reconciliations] voices in
            let teaching = EnrollmentWorker(
                store: store, voices: voices, rule: rule, listener: listener, audio: audio, media: media, awaited: awaitedAudio,
                reconciliations: reconciliations, newPath: newPath, newID: newID, now: now, log: log, metrics: metrics)
            return Task(priority: .utility) { await teaching.run(stream) }
        }
    }

    deinit { teaching?.cancel() }

    /// Queues an enrollment: a person was assigned by hand in a conversation that is over, and the person's voice is learned from it later.
    package func teach(_ voice: UntaughtVoice) {
        enrollments.yield(voice)
    }

    /// Queues the enrollments again that found no audio of this conversation, which has some now.
    func storedAudio(of id: ID<Conversation>, of user: ID<User>) { for voice in awaitedAudio.take(id, of: user) { teach(voice) } }

    /// Gives voices without a name to the people whose voices they are, after a change of the user's people or voices. Returns at once: the change
    /// itself is stored, and its answer does not wait for what follows from it.
    ///
    /// - Returns: the reconciliation, for callers that need its end.
    @discardableResult package func reconcileVoices(of user: ID<User>) -> Task<Void, Never> { reconciliations.begin(for: user) }

    /// Returns the keeper of a session's audio; nil when no audio is kept.
    ///
    /// - Parameters:
    ///   - session: the live session; nil for a recording.
    ///   - days: number of days that the user has chosen; nil when the user has not chosen.
    package func keeper(of session: ID<Session>?, rate: SampleRate, channels: Int, days: Int?) -> ConversationAudio? {
        audioDays == 0 || days == 0
            ? nil
            : ConversationAudio(
                in: audio, of: session, rate: rate, channels: channels, newID: newID,
                announce: { [store] (file, time) throws(StoreError) in try await store.announce(file, for: time) })
    }

    /// Stores a file, which a row will name. If the process ends before that, the file is deleted within hours.
    ///
    /// - Returns: the number of bytes.
    @discardableResult func keep(_ draft: BlobDraft, as name: BlobName) async throws(StoreError) -> Int {
        try await store.announce(name.text, for: ConversationAudio.standardTime)
        return try await audio.put(draft, as: name)
    }

    /// Returns false if the user has chosen, since the session began, to keep no audio.
    package func keepsAudio(of user: ID<User>) async throws(StoreError) -> Bool {
        UserChoices(settings: try await store.settings(of: user)).audioDays != 0
    }

    /// Deletes audio whose time is over. Call every hour or so.
    package func forgetAudio(now: UnixTime) async {
        var removed = RemovedAudio(), ages: Set<Int> = []
        defer {
            if let least = ages.min(), let most = ages.max() {
                log.info(
                    "audio whose time is over is deleted",
                    [
                        .count: "\(removed.files)", .bytes: "\(removed.bytes)", .days: least == most ? "\(least)" : "\(least) to \(most)",
                    ])
            }
        }
        do throws(StoreError) {
            for user in try await store.usersWithAudio(before: now) {
                let days = UserChoices(settings: try await store.settings(of: user)).audioDays ?? audioDays
                let audio = try await store.removeAudio(before: now + .seconds(-86_400 * days), of: user)
                if audio.files > 0 { ages.insert(days) }
                removed += audio
            }
        } catch {
            log.error("old audio cannot be deleted", [.error: "\(error)"])
        }
    }

    /// Deletes a conversation. It can be restored for the days that the operator has set, unless the disk is full.
    ///
    /// - Parameter forGood: true to delete the conversation for good, also one that could be restored.
    /// - Returns: nil when the conversation does not exist.
    package func delete(_ id: ID<Conversation>, of user: ID<User>, forGood: Bool) async throws(StoreError) -> ConversationDeletion? {
        try await store.delete(id, of: user, days: forGood ? 0 : deletedDays, now: now())
    }

    /// Deletes for good the conversations that were deleted and whose days are over. Call every hour or so.
    package func endDeletions(now: UnixTime) async {
        do throws(StoreError) {
            let count = try await store.endDeletions(keptUntil: now)
            if count > 0 { log.info("deleted conversations whose days are over are gone for good", [.count: "\(count)"]) }
        } catch {
            log.error("deleted conversations whose days are over are still there", [.error: "\(error)"])
        }
    }

    /// Goes on with deletions that were interrupted, of which other processes have begun some, and deletes files that nothing has named in time. Call
    /// every hour or so.
    package func finishDeletions() async {
        do throws(StoreError) {
            try await store.deleteUnnamedFiles()
            try await store.finishErasures()
        } catch {
            log.error("deletions cannot be finished yet", [.error: "\(error)"])
        }
    }

    /// Begins to erase what other processes have deleted. Call every minute or so.
    package func takeUpErasures() async {
        do throws(StoreError) { try await store.takeUpErasures() } catch {
            log.error("deletions of other processes cannot be looked for", [.error: "\(error)"])
        }
    }

    /// Deletes voices without a name that were not heard for long. Call every hour or so.
    package func forgetVoices(now: UnixTime) async {
        do throws(StoreError) {
            let count = try await store.removeVoices(unheardSince: now + .seconds(-86_400 * voiceDays))
            if count > 0 { log.info("voices that were not heard for long are forgotten", [.count: "\(count)", .days: "\(voiceDays)"]) }
        } catch {
            log.error("old voices cannot be deleted", [.error: "\(error)"])
        }
    }

    /// Cuts the shared files of split conversations, so that each conversation's file holds only its own audio.
    package func cutAudio() async { await cutting.run { [self] in await cutAll() } }

    /// Embeds conversations whose meaning is not stored.
    package func complement() async { await completion.complement() }

    /// Notes that audio of a session will be stored, until `endsAudio`.
    func beginsAudio(of session: ID<Session>) { state.withLock { $0.silences[session] = $0.silences[session] ?? [] } }

    /// Notes that no more audio of a session is stored.
    func endsAudio(of session: ID<Session>) { state.withLock { $0.silences[session] = nil } }

    /// Notes times of a session that are silenced in stored audio, for audio that is stored later.
    func noteSilences(_ times: [Range<Duration>], of session: ID<Session>) {
        state.withLock { state in
            guard let known = state.silences[session] else { return }
            state.silences[session] = known + times.filter { !known.contains($0) }
        }
    }

    /// Returns the times between two times of a session that were silenced while its audio was being stored.
    func silences(of session: ID<Session>, from start: Duration, to end: Duration) -> [Range<Duration>] {
        state.withLock { $0.silences[session] ?? [] }.filter { $0.lowerBound < end && $0.upperBound > start }
    }

    /// Notes that a session is over, and that `work` stores what it has left.
    func ended(_ work: Task<Bool, Never>) {
        state.withLock { $0.ending += 1 }
        Task {
            _ = await work.value
            state.withLock { $0.ending -= 1 }
        }
    }

    /// Waits until what sessions have left is stored and users' voices agree, or for as long as a gateway that stops may wait.
    package func settle() async {
        let deadline = Instant.now + Self.settlingLimit
        if await !isTrue(by: deadline, { state.withLock { $0.ending == 0 } }) {
            log.warning("what sessions have left is not all stored; the next start completes it")
        }
        // Work that ended sessions left undone may have changed voices.
        if await !isTrue(by: deadline, { reconciliations.isEmpty }) {
            log.warning("voices without a name are not all compared with those of people; their users' next conversations complete it")
        }
    }

    private func isTrue(by deadline: Instant, _ condition: () -> Bool) async -> Bool {
        while !condition() {
            guard .now < deadline, (try? await Task.sleep(for: Self.settlingPoll)) != nil else { return false }
        }
        return true
    }

    /// Notes that a session writes to the conversation.
    package func attach(_ id: ID<Conversation>, of user: ID<User>) {
        let key = OwnedConversation(id: id, user: user)
        state.withLock { state in
            state.live[key, default: 0] += 1
            state.left[key] = nil
        }
    }

    /// Notes that a session does not write to the conversation any more.
    ///
    /// - Parameter timeout: silence after which the conversation is over; nil when it is over already, or has not begun.
    package func detach(_ id: ID<Conversation>, of user: ID<User>, timeout: Duration?) {
        let key = OwnedConversation(id: id, user: user)
        state.withLock { state in
            let count = state.live[key, default: 1] - 1
            state.live[key] = count > 0 ? count : nil
            guard count <= 0, let timeout else { return }
            state.left[key] = now() + timeout
        }
    }

    /// Keeps a conversation without words open until `noMoreWords`: the session is over, and its audio is recognized again. The caller has attached the
    /// conversation, and does not detach it.
    ///
    /// - Parameter timeout: silence, after the last words came, after which the conversation is over. One that gets no words is over earlier.
    func awaitWords(of session: ID<Session>, in id: ID<Conversation>, of user: ID<User>, timeout: Duration) {
        let former = state.withLock { $0.awaiting.updateValue((OwnedConversation(id: id, user: user), timeout), forKey: session) }
        if let former { detach(former.conversation.id, of: former.conversation.user, timeout: former.timeout) }
    }

    /// Notes that no more words of a session come. A conversation that was kept open for them and has none is deleted.
    package func noMoreWords(of session: ID<Session>) async {
        guard let (conversation, timeout) = state.withLock({ $0.awaiting.removeValue(forKey: session) }) else { return }
        let hasWords = await hasWords(conversation)
        detach(conversation.id, of: conversation.user, timeout: Conversation.patience(timeout: timeout, hasWords: hasWords))
    }

    /// Returns true also when the store cannot be read: a conversation whose words are not known waits longer.
    private func hasWords(_ key: OwnedConversation) async -> Bool {
        do throws(StoreError) { return try await store.conversation(key.id, of: key.user)?.segments.isEmpty == false } catch {
            log.error("the words of a conversation cannot be read", [.conversation: key.id.rawValue, .error: "\(error)"])
            return true
        }
    }

    /// Keeps a transcript if a session speaks in the conversation, until none does: meanwhile the conversation's beginning must not move. The transcript
    /// is kept in memory only, so its session's journal must stay. Sessions that are over, and for whose words the conversation stays open, do not count.
    ///
    /// - Returns: false when no session speaks there, and nothing is kept.
    func postpone(_ stored: StoredTranscript, _ onlyRecovered: Bool, to id: ID<Conversation>, of user: ID<User>) -> Bool {
        let key = OwnedConversation(id: id, user: user), session = stored.record.id
        return state.withLock { state in
            let waiting = state.awaiting.values.count { $0.conversation == key }
            guard state.live[key, default: 0] > waiting else { return false }
            var late = state.late[key] ?? []
            if let index = late.firstIndex(where: { $0.stored.record.id == session }) {
                late[index] = (stored, onlyRecovered && late[index].onlyRecovered)
            } else {
                late.append((stored, onlyRecovered))
            }
            state.late[key] = late
            return true
        }
    }

    /// Completes a conversation that is over. `learn(from:)` follows when those who wait for the conversation were told.
    ///
    /// - Returns: the conversation, when this call has completed it; nil when the conversation does not exist, was complete, or cannot be completed.
    package func complete(_ id: ID<Conversation>, of user: ID<User>) async -> Conversation? {
        let late = state.withLock { state in
            let key = OwnedConversation(id: id, user: user)
            state.left[key] = nil
            return state.live[key] == nil ? state.late.removeValue(forKey: key) ?? [] : []
        }
        for (stored, onlyRecovered) in late { await take(stored, onlyRecovered: onlyRecovered) }
        let done = await completion.complete(id, of: user)
        if done != nil { webhooks?.wake() }
        return done
    }

    /// Stores the meaning of a completed conversation for searches, and learns its voices. Takes seconds where a model must be loaded first.
    package func learn(from conversation: Conversation) async {
        let user = conversation.user
        await completion.embed(conversation)
        await reconcileVoices(of: user).value
        for person in Set(conversation.segments.filter(\.identity.isFixed).compactMap(\.identity.person)) {
            teach(UntaughtVoice(person, in: conversation.id, of: user))
        }
    }

    /// Takes over conversations that earlier runs left open. Sessions that are still being recognised must be `held` before.
    ///
    /// - Parameter time: start of this process. Completions that began later are this process's own.
    package func recover(processingSince time: UnixTime) async {
        await takeUp(processingSince: time)
        state.withLock { $0.hasRecovered = true }
        await takeUpEnrollments()
        await sweep()
    }

    /// Queues voices that were assigned by hand in earlier runs and were not learned then. A voice whose enrollment was rejected is queued again, in case
    /// its segments have changed; otherwise nothing is recognized for it.
    private func takeUpEnrollments() async {
        guard teaching != nil else { return }
        do throws(StoreError) {
            for voice in try await store.untaught(speaking: SegmentEnrollment.minSpeech, limit: Self.maxEarlierEnrollments) { teach(voice) }
        } catch {
            log.error("conversations with voices that are still to be learned cannot be read", [.error: "\(error)"])
        }
    }

    /// Takes over open conversations that no session is responsible for, so that every conversation is completed in the end. Call every minute or so.
    package func takeUpForgotten() async {
        guard state.withLock({ $0.hasRecovered }) else { return }
        await takeUp(processingSince: now() + (.zero - Self.processingLimit))
    }

    private func takeUp(processingSince time: UnixTime) async {
        let now = now()
        do throws(StoreError) {
            let standing = try await store.standing(.processing, since: time, limit: 10_000) + store.standing(.inProgress, since: now, limit: 10_000)
            for found in standing { leave(found.conversation, hasWords: found.hasWords, until: now) }
        } catch {
            log.error("conversations of earlier runs cannot be read", [.error: "\(error)"])
        }
    }

    /// Completes the conversation after its timeout, unless a session comes back to it.
    ///
    /// - Parameter time: the earliest time at which the conversation is completed.
    func leave(_ conversation: Conversation, hasWords: Bool, until time: UnixTime) {
        let silence = conversation.status == .inProgress ? Conversation.patience(timeout: conversation.timeout, hasWords: hasWords) : .zero
        let key = OwnedConversation(id: conversation.id, user: conversation.user)
        state.withLock { state in
            guard state.live[key] == nil, state.left[key] == nil else { return }
            state.left[key] = max(time, conversation.finished + silence)
        }
    }

    /// Returns false for a conversation with which a session at another gateway goes on.
    private func mayComplete(_ key: OwnedConversation) async -> Bool {
        do throws(StoreError) { return try await store.mayTakeUp(key.id, of: key.user) } catch {
            // The conversation is taken up again with those that were forgotten.
            log.error("a conversation cannot be completed yet", [.conversation: key.id.rawValue, .error: "\(error)"])
            return false
        }
    }

    /// Completes the conversations whose sessions have left for good. Call every few seconds.
    package func sweep() async {
        let now = now()
        let over = state.withLock { state in
            let over = state.left.filter { $0.value <= now }.keys
            for key in over { state.left[key] = nil }
            return over
        }
        for key in over where await mayComplete(key) {
            if let done = await complete(key.id, of: key.user) { await learn(from: done) }
        }
    }
}
