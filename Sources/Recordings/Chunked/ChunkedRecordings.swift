package import Admission
package import Conversations
internal import Framing
import Live
internal import Observability
internal import Protocols
package import RecordingAssembly
internal import Settings
internal import Speakers
package import Speech
package import Store
internal import Usage

/// The service for recordings that come in chunks: reserves each chunk, has it recognised, assembles the conversation, and completes it.
package actor ChunkedRecordings {
    /// Maximum time until a client gets an answer, because clients give up after a minute. A client whose chunk takes longer is told to ask again;
    /// the work goes on.
    package static let patience: Duration = .seconds(50)
    private static let pollInterval: Duration = .milliseconds(50)
    /// Time without new chunks after which an open recording is completed. It is long because recorders may be without a network for days.
    private static let forgottenAfter: Duration = .seconds(7 * 86_400)

    /// The result of taking in a chunk.
    package struct Taken: Sendable {
        var chunk: RecognizedChunk
        var language: LanguageTag?
        var run: ID<UsageRecord>?
        var isDuplicate: Bool
    }

    /// Audio whose file is kept while it is being worked on.
    package struct Held: Sendable {
        package let recording: Recording
        /// Reference that keeps the file; nil when its owner keeps it.
        package let file: SpooledFile?

        package init(_ recording: Recording, file: SpooledFile? = nil) {
            self.recording = recording
            self.file = file
        }
    }

    /// A chunk's evidence of the time at which its recording began.
    private struct Beginning: Sendable {
        /// The time of the recording's first sample, as the client says; nil when it does not say.
        var stated: UnixTime?
        /// The latest possible time: the chunk was recorded before it came.
        var latest: UnixTime
    }

    package typealias Work = @Sendable (LanguageTag?) async throws(ChunkedRecordingError) -> (transcript: Transcript, run: UsageRecord)

    package struct Place: Sendable, Hashable {
        package var user: ID<User>
        package var conversation: String

        package init(user: ID<User>, conversation: String) {
            self.user = user
            self.conversation = conversation
        }
    }

    package nonisolated let recordings: any ChunkStore
    private var limiter: RateLimiter
    /// The register of the gateways that use the database; nil when it has one gateway.
    private let replicas: (any ReplicaStore)?
    /// The work on each conversation's segments; none for conversations on which no work is done.
    private var works: [Place: SerialWork] = [:]

    package init(_ recordings: any ChunkStore, replicas: (any ReplicaStore)? = nil, limits: RateLimiter.Settings) {
        self.recordings = recordings
        self.replicas = replicas
        limiter = RateLimiter(limits)
    }

    /// Counts a request.
    ///
    /// - Returns: nil when the request is allowed, otherwise the time to wait before the next one.
    package func take(_ policy: RateLimiter.Policy, by user: ID<User>) async -> Duration? {
        guard let replicas else { return limiter.take(policy, by: user, now: .now) }
        do throws(StoreError) {
            let wait = try await replicas.count(policy.name, by: user, window: policy.window, most: limiter.limit(of: policy))
            return limiter.settings.isShadow ? nil : wait
        } catch {
            // Without the database this gateway counts alone.
            return limiter.take(policy, by: user, now: .now)
        }
    }

    /// Reads the open recordings after a start, before conversations of earlier runs are completed: more chunks may still come for these recordings.
    ///
    /// - Parameter isShared: true if an earlier process still lives. It keeps the chunks and the recordings that it works on.
    package func recover(_ services: RecordingServices, isShared: Bool = false) async {
        do throws(StoreError) {
            if !isShared { try await recordings.recover(now: services.retention.now()) }
            for recording in try await recordings.standing(RecordingState.open.rawValue, isAbandoned: false) {
                services.conversations.attach(ID(recording.conversation), of: recording.user)
            }
            if !isShared { try await finishAbandoned(services) }
        } catch {
            services.log.error("recordings of earlier runs cannot be read", [.error: "\(error)"])
        }
    }

    /// Takes up the chunks and the recordings on which other gateways worked that are dead now. Open recordings wait for their clients.
    package func takeUpAbandoned(_ services: RecordingServices) async {
        do throws(StoreError) {
            try await recordings.recover(now: services.retention.now())
            try await finishAbandoned(services)
        } catch {
            services.log.error("recordings of dead gateways cannot be read", [.error: "\(error)"])
        }
    }

    private func finishAbandoned(_ services: RecordingServices) async throws(StoreError) {
        for recording in try await recordings.standing(RecordingState.finishing.rawValue, isAbandoned: true) {
            services.conversations.attach(ID(recording.conversation), of: recording.user)
            Task {
                do throws(ChunkedRecordingError) {
                    _ = try await finish(Place(user: recording.user, conversation: recording.conversation), services)
                } catch {
                    // The client asks again, or the next start completes the recording.
                    services.log.warning(
                        "a recording of an earlier run cannot be ended", [.conversation: recording.conversation, .error: error.detail])
                }
            }
        }
    }

    /// Completes recordings whose clients never did. Call about once an hour.
    func endForgotten(_ services: RecordingServices) async {
        let since = services.retention.now() + (.zero - Self.forgottenAfter)
        do throws(StoreError) {
            for recording in try await recordings.quiet(since: since, state: RecordingState.open.rawValue) {
                do throws(ChunkedRecordingError) {
                    _ = try await finish(Place(user: recording.user, conversation: recording.conversation), services)
                } catch {
                    services.log.warning("an abandoned recording cannot be ended", [.conversation: recording.conversation, .error: error.detail])
                }
            }
        } catch {
            services.log.error("recordings cannot be read", [.error: "\(error)"])
        }
    }

    /// Begins a recording. A recording that exists stays unchanged.
    ///
    /// - Parameters:
    ///   - started: the time of the first sample; nil: now.
    ///   - pause: silence at which the conversation is split when it is complete; nil: it stays whole.
    package func begin(
        _ place: Place, language: LanguageTag?, source: String, started: UnixTime? = nil, pause: Duration? = nil, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) {
        let now = services.now()
        let conversation = Conversation(
            id: ID(place.conversation), user: place.user, source: source, language: language, started: started ?? now, finished: started ?? now)
        let recording = StoredRecording(
            user: place.user, conversation: place.conversation, state: RecordingState.open.rawValue, language: language, pause: pause)
        try await ChunkedRecordingError.stored { () throws(StoreError) in
            // The recording is stored first, because it keeps the conversation open after a restart.
            if try await recordings.begin(recording, now: now) {
                services.conversations.attach(conversation.id, of: place.user)
            } else if try await recordings.find(place.conversation, of: place.user)?.state != recording.state {
                return
            }
            _ = try await services.conversations.store.begin(conversation)
        }
    }

    /// Begins a recording whose name its client has chosen. Names belong to one user, and the same name again means the same recording.
    ///
    /// - Parameter started: the time of the first sample; nil: now.
    package func beginChosen(
        _ place: Place, language: LanguageTag?, source: String, started: UnixTime? = nil, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) {
        let store = services.conversations.store
        let (known, conversation) = try await ChunkedRecordingError.stored { () throws(StoreError) in
            (try await recordings.find(place.conversation, of: place.user), try await store.conversation(ID(place.conversation), of: place.user))
        }
        guard known != nil || conversation == nil else {
            throw ChunkedRecordingError(
                .conflict, "not_in_progress", "a conversation with this name exists and is not a recording in progress")
        }
        try await begin(place, language: language, source: source, started: started, services)
        let state = try await ChunkedRecordingError.stored { () throws(StoreError) in
            try await recordings.find(place.conversation, of: place.user)?.state
        }
        guard state == RecordingState.open.rawValue else { throw Self.finished }
    }

    /// Returns what was noticed about the files of a recording, on the recording's time line; none for conversations that are not recordings.
    package nonisolated func notices(of place: Place) async throws(StoreError) -> [RecordingNotice] {
        // Most chunks have none, and a day's chunks are not all read for it.
        let accepted = try await recordings.accepted(place.conversation, of: place.user, having: RecognizedChunk.noticesMark)
        return accepted.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.flatMap { stored -> [RecordingNotice] in
            let chunk = RecognizedChunk(stored.record ?? "", id: stored.id, start: stored.start, duration: stored.duration)
            return chunk?.notices.map { $0.moved(by: stored.start) } ?? []
        }
    }

    // MARK: Chunks

    /// Takes in a chunk. A chunk that was taken in before gets its earlier result.
    ///
    /// - Parameters:
    ///   - chunk: the chunk; its duration is zero when its bytes do not tell the duration.
    ///   - patience: maximum time to wait. The caller is then told to ask again. nil: waits as long as the work takes.
    ///   - started: the time of the recording's first sample, as the client says; nil when the chunk's request does not say.
    ///   - came: the time at which the chunk had come; nil: now.
    ///   - isWhole: true if the chunk is the whole recording, whose speakers the engine has told apart from end to end.
    ///   - work: recognises the chunk, in the recording's language.
    package func take(
        _ chunk: StoredChunk, in held: Held, at place: Place, by grant: Grant, patience: Duration?, started: UnixTime? = nil,
        came: UnixTime? = nil, isWhole: Bool = false, _ services: RecordingServices, _ work: @escaping Work
    ) async throws(ChunkedRecordingError) -> Taken {
        let (id, hash) = (chunk.id, chunk.hash)
        let beginning = Beginning(stated: started, latest: came ?? services.now())
        let reserved = try await ChunkedRecordingError.stored { () throws(StoreError) in
            try await recordings.reserve(chunk, in: place.conversation, of: place.user) { known, recording in
                let verdict = ChunkVerdict.of(
                    hash, known: known.map { KnownChunk(hash: $0.hash, isAccepted: $0.record != nil) },
                    in: RecordingState(rawValue: recording.state) ?? .finished)
                return ((verdict, recording.language), verdict == .new)
            }
        }
        guard let ((verdict, language), known) = reserved else { throw .notFound }
        switch verdict {
        case .mismatch: throw ChunkedRecordingError(.conflict, "chunk_mismatch", "chunk_id payload mismatch")
        case .closed: throw Self.finished
        case .underWay: throw Self.inProgress
        case .duplicate:
            guard let known, let record = known.record,
                let chunk = RecognizedChunk(record, id: id, start: known.start, duration: known.duration)
            else { throw ChunkedRecordingError(.internalError) }
            return Taken(chunk: chunk, language: language, run: known.run, isDuplicate: true)
        case .new: break
        }
        // A separate task: the chunk is recognised even when its client has given up. The client asks again later.
        let task = Task { await recognize(chunk, held, at: place, beginning, isWhole: isWhole, language, grant, services, work) }
        guard let patience else {
            return try await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }.get()
        }
        guard let result = await Timeout.system.value(of: task, within: patience) else { throw Self.inProgress }
        return try result.get()
    }

    package static let inProgress = ChunkedRecordingError(.conflict, "chunk_in_progress", "chunk in progress", retryAfter: .seconds(5))
    package static let finished = ChunkedRecordingError(
        .conflict, "conversation_finished", "the conversation is finished and accepts no more chunks")

    private func recognize(
        _ stored: StoredChunk, _ held: Held, at place: Place, _ beginning: Beginning, isWhole: Bool, _ language: LanguageTag?, _ grant: Grant,
        _ services: RecordingServices, _ work: Work
    ) async -> Result<Taken, ChunkedRecordingError> {
        defer { withExtendedLifetime(held.file) {} }
        do throws(ChunkedRecordingError) {
            let (transcript, run) = try await work(language)
            var chunk =
                isWhole
                ? RecognizedChunk(whole: transcript, id: stored.id, engine: run.engine)
                : RecognizedChunk(
                    transcript, id: stored.id, start: stored.start, duration: stored.duration > .zero ? stored.duration : nil, engine: run.engine)
            chunk = await heard(chunk, in: held.recording, of: place.user, services)
            let accepted = StoredChunk(
                id: chunk.id, hash: "", start: chunk.start, duration: chunk.duration, run: run.id, record: chunk.record)
            let others = try await ChunkedRecordingError.stored { () throws(StoreError) in
                try await recordings.accept(accepted, run, in: place.conversation, of: place.user, now: services.now())
            }
            services.usage.stored(run)
            guard let others else { throw ChunkedRecordingError.notFound }
            // Time that two chunks share is charged only once.
            grant.charge(UniqueTime.added(by: chunk.start..<chunk.end, to: others.map { $0.start..<$0.start + max(.zero, $0.duration) }))
            await RecordingAudio(service: services.conversations).keep(
                chunk, in: held.recording, beside: others, silencing: transcript.channels.flatMap { $0.hidden }, at: transcript.rate,
                of: ID(place.conversation), place.user)
            await assemble(place, Beginning(stated: beginning.stated, latest: beginning.latest + (.zero - chunk.end)), services)
            if language == nil, !chunk.words.isEmpty, !others.contains(where: Self.hasWords) {
                await name(transcript.language, of: place, services)
            }
            return .success(Taken(chunk: chunk, language: Self.spoken(transcript.language, in: language), run: run.id, isDuplicate: false))
        } catch {
            do throws(StoreError) { try await recordings.release(stored.id, in: place.conversation, of: place.user) } catch {
                // While the chunk stays reserved, its client is told that the chunk is being recognised.
                let retry = StoreRetry(schedule: services.settings.storeRetries, log: services.log, metrics: services.metrics)
                retry.failed(.chunkRelease, of: stored.id, attempts: 1, error)
                Task { [recordings] in
                    _ = await retry.run(.chunkRelease, of: stored.id, failed: 1) { () throws(StoreError) in
                        try await recordings.release(stored.id, in: place.conversation, of: place.user)
                    }
                }
            }
            return .failure(error)
        }
    }

    private static func hasWords(_ chunk: StoredChunk) -> Bool {
        guard let record = chunk.record else { return false }
        return RecognizedChunk(record, id: chunk.id, start: chunk.start, duration: chunk.duration)?.words.isEmpty == false
    }

    /// Returns the language of a chunk: as the recording's client names it, unless another one was heard.
    private static func spoken(_ heard: LanguageTag, in language: LanguageTag?) -> LanguageTag {
        guard let language, !language.isMulti else { return heard }
        return heard == .undetermined || heard.usual.primary == language.usual.primary ? language : heard
    }

    /// Gives a conversation whose client named no language the one in which it begins.
    private func name(_ language: LanguageTag, of place: Place, _ services: RecordingServices) async {
        guard language != .undetermined else { return }
        do throws(StoreError) {
            _ = try await services.conversations.store.write(ConversationUpdate(ID(place.conversation), language: language), of: place.user)
        } catch {
            services.log.warning(
                "a conversation's language cannot be stored", [.conversation: place.conversation, .error: "\(error)"])
        }
    }

    /// Returns the chunk with the voices of its speakers; unchanged when there is no voice model.
    package nonisolated func heard(_ chunk: RecognizedChunk, in recording: Recording, of user: ID<User>, _ services: RecordingServices) async
        -> RecognizedChunk
    {
        guard let voices = services.conversations.voices, let directory = await Self.directory(of: user, services) else { return chunk }
        return await ChunkVoices(voices: voices, queue: services.spool.queue, media: services.media, log: services.log).heard(
            chunk, in: recording, knowing: directory)
    }

    /// Returns the voices that a user's recordings know; nil when they cannot be read, and then no speaker is identified.
    private static func directory(of user: ID<User>, _ services: RecordingServices) async -> VoiceDirectory? {
        do throws(StoreError) {
            return VoiceDirectory(try await services.conversations.store.voices(of: user), rule: services.conversations.speakerRule)
        } catch {
            services.log.warning("known voices cannot be read", [.error: "\(error)"])
            return nil
        }
    }

    // MARK: The conversation

    /// Rebuilds a conversation's segments from its chunks. Runs one after the other for each conversation.
    ///
    /// - Parameters:
    ///   - beginning: what a new chunk tells about the recording's beginning; nil when no chunk is new.
    ///   - isWhole: true if no more chunks come. Voices that are not known yet become known voices then.
    private func assemble(_ place: Place, _ beginning: Beginning? = nil, isWhole: Bool = false, _ services: RecordingServices) async {
        let work = works[place] ?? SerialWork()
        works[place] = work
        await work.run { [recordings] in await Self.assemble(place, beginning, isWhole: isWhole, recordings, services) }
        if work.isIdle, works[place] === work { works[place] = nil }
    }

    private static func assemble(
        _ place: Place, _ beginning: Beginning?, isWhole: Bool, _ recordings: any ChunkStore, _ services: RecordingServices
    ) async {
        let store = services.conversations.store
        do throws(StoreError) {
            // The chunks of a finished conversation have no words any more: the words are in the conversation.
            let accepted = try await recordings.accepted(place.conversation, of: place.user, unless: RecordingState.finished.rawValue)
            guard let accepted else { return }
            let chunks = accepted.compactMap { stored in
                stored.record.flatMap { RecognizedChunk($0, id: stored.id, start: stored.start, duration: stored.duration) }
            }
            guard let conversation = try await store.conversation(ID(place.conversation), of: place.user) else { return }
            var speakers = Reconciliation(chunks, rule: services.conversations.speakerRule)
            if isWhole { try await name(&speakers, place, services) }
            let segments = Reconstruction.segments(of: chunks, speakers: speakers) { origin in
                ID(DerivedUUID("\(place.conversation)/\(origin.chunk)", index: origin.word).description)
            }
            let old = Dictionary(conversation.segments.map { ($0.id, $0) }) { first, _ in first }
            let ids = Set(segments.map(\.id))
            var update = ConversationUpdate(conversation.id)
            update.changed = segments.filter { segment in old[segment.id].map { !segment.saysTheSame(as: $0) } ?? true }
            update.removed = conversation.segments.map(\.id).filter { !ids.contains($0) }
            let started = beginning.map { min($0.stated ?? conversation.started, $0.latest) } ?? conversation.started
            if started != conversation.started { update.started = started }
            update.finished = chunks.map(\.end).max().map { started + $0 }
            _ = try await store.write(update, of: place.user)
        } catch {
            // The chunks are stored, so the next chunk or the completion repeats this work.
            services.log.warning("a conversation could not be made from its chunks", [.conversation: place.conversation, .error: "\(error)"])
        }
    }

    /// Identifies speakers by their voices, if enough of their speech was heard. A new voice is stored, so that "Speaker 3" of today is "Speaker 3"
    /// tomorrow.
    package static func name(_ speakers: inout Reconciliation, _ place: Place, _ services: RecordingServices) async throws(StoreError) {
        guard var directory = await directory(of: place.user, services) else { return }
        for speaker in speakers.speakers where speaker.identity.voice != nil { directory.remove(speaker.identity.voice ?? ID("")) }
        for (index, speaker) in speakers.speakers.enumerated() where speaker.identity.who == .unknown {
            guard let voice = speaker.voice, let part = speaker.parts.first else { continue }
            switch directory.match(voice.voiceprint, evidence: voice.duration) {
            case .undecided, .tie: continue
            case .known(let candidate, let confidence):
                speakers.identify(index, as: SpeakerIdentity(.voice(candidate.voice), by: .voiceprint, confidence: confidence))
                directory.remove(candidate.voice)
            case .unknown:
                // The same id results when this is repeated.
                let id = DerivedUUID("\(place.conversation)/\(part.chunk)/\(part.cluster)/voice").description
                let new = NewVoice(id: ID(id), voiceprint: voice.voiceprint, evidence: voice.duration, created: services.now())
                let kept = try await services.conversations.store.add(new, of: place.user)
                speakers.identify(index, as: SpeakerIdentity(.voice(kept.id), by: .voiceprint, confidence: 1))
            }
        }
    }

    /// Completes a recording. Waits for the chunks that are being recognised. May be repeated.
    ///
    /// - Returns: the conversation; nil when the recording had no speech.
    package func finish(_ place: Place, _ services: RecordingServices) async throws(ChunkedRecordingError) -> Conversation? {
        let states = (open: RecordingState.open.rawValue, finishing: RecordingState.finishing.rawValue, finished: RecordingState.finished.rawValue)
        let store = services.conversations.store
        let (recording, kept) = try await ChunkedRecordingError.stored { () throws(StoreError) in
            (try await recordings.find(place.conversation, of: place.user), try await store.conversation(ID(place.conversation), of: place.user))
        }
        guard let recording else {
            // The conversation is of another kind, or its recording was finished so long ago that it was forgotten.
            guard let kept else { throw .notFound }
            guard kept.status == .completed else {
                throw ChunkedRecordingError(.conflict, "not_in_progress", "the conversation is not a recording in progress")
            }
            return kept
        }
        if recording.state == states.finished { return kept }
        _ = try await ChunkedRecordingError.stored { () throws(StoreError) in
            try await recordings.move(
                place.conversation, of: place.user, from: [states.open, states.finishing], to: states.finishing, now: services.now())
        }
        let deadline = Instant.now + Self.patience
        while try await ChunkedRecordingError.stored({ () throws(StoreError) in try await recordings.underWay(place.conversation, of: place.user) })
            > 0
        {
            guard Instant.now < deadline else {
                throw ChunkedRecordingError(.serviceUnavailable, "chunks_in_progress", "chunks are still being recognized", retryAfter: .seconds(5))
            }
            try? await Task.sleep(for: Self.pollInterval)
        }
        await assemble(place, isWhole: true, services)
        let id = ID<Conversation>(place.conversation)
        if kept?.status == .inProgress || kept?.status == .processing, let done = await services.conversations.complete(id, of: place.user) {
            await services.conversations.learn(from: done)
        }
        while true {
            let found = try await ChunkedRecordingError.stored { () throws(StoreError) in try await store.conversation(id, of: place.user) }
            guard let found, found.status == .inProgress || found.status == .processing else {
                // The split comes before the recording is marked as finished, so that an interrupted completion repeats it.
                let whole = if let found, let pause = recording.pause { try await parted(found, by: pause, services) } else { found }
                try await ChunkedRecordingError.stored { () throws(StoreError) in
                    try await recordings.finish(
                        place.conversation, of: place.user, from: [states.finishing], to: states.finished, now: services.now(),
                        emptied: RecognizedChunk.emptied)
                }
                services.conversations.detach(id, of: place.user, timeout: nil)
                return whole
            }
            // Another task completes the recording now.
            guard Instant.now < deadline else {
                throw ChunkedRecordingError(.serviceUnavailable, "processing", "the conversation is being completed", retryAfter: .seconds(5))
            }
            try? await Task.sleep(for: Self.pollInterval)
        }
    }
}

extension Segment {
    /// True if both segments have the same recognized content. Later changes by people are not compared.
    fileprivate func saysTheSame(as other: Segment) -> Bool {
        text == other.text && start == other.start && end == other.end && speaker == other.speaker && words.count == other.words.count
            && (identity == other.identity || identity == .unknown || other.identity.isFixed)
    }
}
