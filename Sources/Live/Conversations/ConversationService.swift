package import Audio
package import Conversations
internal import Journal
package import Observability
internal import Protocols
package import Speakers
package import Speech
package import Store
import Synchronization

/// The service that takes the conversations of live sessions: has the store, and completes conversations when they are over.
package final class ConversationService: Sendable {
    package let store: any ConversationStores
    /// The engine that finds voiceprints; nil: nobody is known again.
    package let voices: (any Voiceprinting)?
    /// The detector that tells speech from other sound; nil: nothing does.
    package let detecting: (any VoiceDetecting)?
    /// The source that decodes recordings.
    package let media: any MediaSource
    package let speakerRule = SpeakerRule()
    /// Maximum time that words wait until their speaker is known.
    package let speakerPatience: Duration
    /// Time between two looks of a live conversation.
    package let poll: Duration
    package let log: Log
    package let metrics: Metrics
    /// A new UUID.
    package let newID: @Sendable () -> String
    package let now: @Sendable () -> UnixTime
    /// Finds meanings; nil: there are none.
    package let texts: (any TextEmbedding)?
    private let completion: ConversationCompletion
    /// Input for the voices of people that are to be learned.
    private let lessons: AsyncStream<UntaughtVoice>.Continuation
    private let teaching: Task<Void, Never>?
    /// Number of days for which audio is kept, unless the user has chosen; zero: no audio is kept.
    private let audioDays: Int
    package let audioFolder: String
    private let state = Mutex(State())

    private struct State {
        /// Number of sessions that write to each conversation now.
        var live: [OwnedConversation: Int] = [:]
        /// Time when each conversation whose session has left is over, unless a session comes back by then.
        var left: [OwnedConversation: UnixTime] = [:]
        /// Transcripts for conversations in which sessions speak. The transcripts are taken when no session speaks in the conversation any more.
        var late: [OwnedConversation: [(stored: StoredTranscript, onlyRecovered: Bool)]] = [:]
        /// The last of the tasks that cut audio, one after the other.
        var cutting: Task<Void, Never>?
        /// It is known what earlier runs left.
        var hasRecovered = false
    }

    /// Maximum time that a conversation without a timeout of its own waits for its client.
    private static let patience: Duration = .seconds(120)
    /// Maximum time that completing a conversation takes, all attempts included.
    private static let processingLimit: Duration = .seconds(300)
    package static let sweepInterval: Duration = .seconds(5)
    /// Lessons that may wait; more of them are for another time.
    private static let maxLessons = 1_000
    /// Lessons of earlier runs that are taken up at a start.
    private static let maxEarlierLessons = 100

    /// - Parameters:
    ///   - listener: the engine of this machine, while it can be used.
    ///   - newPath: gives a path where nothing is.
    package init(
        store: any ConversationStores, audioFolder: String, audioDays: Int, texts: (any TextEmbedding)?, summaries: ModelSummaries?,
        media: any MediaSource = InProcessMedia(), voices: (any Voiceprinting)?, detecting: (any VoiceDetecting)?, speakerPatience: Duration,
        poll: Duration, completionWaits: [Duration],
        listener: @escaping @Sendable () -> (any PrerecordedEngine)?, newPath: @escaping @Sendable () -> String, log: Log, metrics: Metrics,
        newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime
    ) {
        self.audioFolder = audioFolder
        self.audioDays = audioDays
        self.store = store
        self.media = media
        self.voices = voices
        self.detecting = detecting
        self.speakerPatience = speakerPatience
        self.poll = poll
        self.log = log
        self.metrics = metrics
        self.newID = newID
        self.now = now
        self.texts = texts
        completion = ConversationCompletion(store: store, texts: texts, summaries: summaries, waits: completionWaits, log: log)
        let (stream, continuation) = AsyncStream.makeStream(of: UntaughtVoice.self, bufferingPolicy: .bufferingOldest(Self.maxLessons))
        lessons = continuation
        teaching = voices.map { [rule = speakerRule] voices in
            let teaching = EnrollmentWorker(
                store: store, voices: voices, rule: rule, listener: listener, audioFolder: audioFolder, newPath: newPath, newID: newID,
                now: now, log: log, metrics: metrics)
            return Task(priority: .utility) { await teaching.run(stream) }
        }
    }

    deinit { teaching?.cancel() }

    /// A hand has said what a person says in a conversation that is over: their voice is learned from it, in a while.
    package func teach(_ voice: UntaughtVoice) {
        lessons.yield(voice)
    }

    /// Keeps the audio of a session; nil: none is kept.
    ///
    /// - Parameter days: number of days that the user has chosen; nil: the user has not chosen.
    package func keeper(rate: SampleRate, channels: Int, days: Int?) -> ConversationAudio? {
        audioDays == 0 || days == 0 ? nil : ConversationAudio(folder: audioFolder, rate: rate, channels: channels, newID: newID)
    }

    /// Returns false if the user has chosen meanwhile that none of their audio is kept.
    package func keepsAudio(of user: ID<User>) async throws(StoreError) -> Bool {
        UserChoices(settings: try await store.settings(of: user)).audioDays != 0
    }

    /// Deletes audio that has been kept for long enough. To be called every hour or so.
    package func forgetAudio() async {
        do throws(StoreError) {
            for user in try await store.usersWithAudio(before: now()) {
                let chosen = UserChoices(settings: try await store.settings(of: user)).audioDays
                let before = now() + .seconds(-86_400 * (chosen ?? audioDays))
                _ = try await store.removeAudio(before: before, of: user)
            }
        } catch {
            log.error("old audio cannot be deleted", [.error: "\(error)"])
        }
    }

    /// Gives the parts of conversations that were split a file each: what was said in one is in no file of the other.
    package func cutAudio() async {
        let turn = state.withLock { state in
            let before = state.cutting
            let turn = Task {
                await before?.value
                await cutAll()
            }
            state.cutting = turn
            return turn
        }
        await turn.value
    }

    /// Gives conversations meaning that were completed without.
    package func complement() async { await completion.complement() }

    /// A session writes to it.
    package func attach(_ id: ID<Conversation>, of user: ID<User>) {
        let key = OwnedConversation(id: id, user: user)
        state.withLock { state in
            state.live[key, default: 0] += 1
            state.left[key] = nil
        }
    }

    /// A session does not write to it any more.
    ///
    /// - Parameter timeout: silence that ends it; nil: it is over, or nothing.
    package func detach(_ id: ID<Conversation>, of user: ID<User>, timeout: Duration?) {
        let key = OwnedConversation(id: id, user: user)
        state.withLock { state in
            let count = state.live[key, default: 1] - 1
            state.live[key] = count > 0 ? count : nil
            guard count <= 0, let timeout else { return }
            state.left[key] = now() + timeout
        }
    }

    package func isLive(_ id: ID<Conversation>, of user: ID<User>) -> Bool {
        state.withLock { $0.live[OwnedConversation(id: id, user: user)] != nil }
    }

    /// A session that speaks in a conversation knows by when that began: what is from before waits until it is over.
    func postpone(_ stored: StoredTranscript, _ onlyRecovered: Bool, to id: ID<Conversation>, of user: ID<User>) {
        state.withLock { $0.late[OwnedConversation(id: id, user: user), default: []].append((stored, onlyRecovered)) }
    }

    /// Completes a conversation that is over.
    ///
    /// - Returns: the conversation, when this call has completed it; nil when it is not there, was complete, or cannot be completed.
    package func complete(_ id: ID<Conversation>, of user: ID<User>) async -> Conversation? {
        let late = state.withLock { state in
            let key = OwnedConversation(id: id, user: user)
            state.left[key] = nil
            return state.live[key] == nil ? state.late.removeValue(forKey: key) ?? [] : []
        }
        for (stored, onlyRecovered) in late { await take(stored, onlyRecovered: onlyRecovered) }
        guard let done = await completion.complete(id, of: user) else { return nil }
        for person in Set(done.segments.filter(\.identity.isFixed).compactMap(\.identity.person)) { teach(UntaughtVoice(person, in: id, of: user)) }
        return done
    }

    /// Takes up what earlier runs left. What their sessions still say has to be `held` before.
    package func recover() async {
        await takeUp(processingSince: now())
        state.withLock { $0.hasRecovered = true }
        await takeUpLessons()
        await sweep()
    }

    /// Queues voices that were assigned by hand in earlier runs and were not learned then. A voice whose lesson was rejected is queued again,
    /// because rejections are not noted.
    private func takeUpLessons() async {
        guard teaching != nil else { return }
        do throws(StoreError) {
            for voice in try await store.untaught(speaking: Teaching.leastSpeech, limit: Self.maxEarlierLessons) { teach(voice) }
        } catch {
            log.error("conversations with voices that are still to be learned cannot be read", [.error: "\(error)"])
        }
    }

    /// Takes up what nobody sees to, so that no conversation stays unfinished whatever happened to its session. To be called every minute or so.
    package func takeUpForgotten() async {
        guard state.withLock({ $0.hasRecovered }) else { return }
        await takeUp(processingSince: now() + (.zero - Self.processingLimit))
    }

    private func takeUp(processingSince time: UnixTime) async {
        let now = now()
        do throws(StoreError) {
            for conversation in try await store.standing(.processing, since: time, limit: 10_000) { leave(conversation, until: now) }
            for conversation in try await store.standing(.inProgress, since: now, limit: 10_000) { leave(conversation, until: now) }
        } catch {
            log.error("conversations of earlier runs cannot be read", [.error: "\(error)"])
        }
    }

    /// It is over when its silence is, unless a session comes back to it.
    package func leave(_ conversation: Conversation, until time: UnixTime) {
        let silence = conversation.status == .inProgress ? conversation.timeout ?? Self.patience : .zero
        let key = OwnedConversation(id: conversation.id, user: conversation.user)
        state.withLock { state in
            guard state.live[key] == nil, state.left[key] == nil else { return }
            state.left[key] = max(time, conversation.finished + silence)
        }
    }

    /// Completes those whose sessions have left for good. To be called every few seconds.
    package func sweep() async {
        let now = now()
        let over = state.withLock { state in
            let over = state.left.filter { $0.value <= now }.keys
            for key in over { state.left[key] = nil }
            return over
        }
        for key in over { _ = await complete(key.id, of: key.user) }
    }
}
