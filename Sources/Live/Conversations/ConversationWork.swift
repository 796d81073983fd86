package import Conversations
internal import Observability
internal import Protocols
package import Speech
package import Store

/// The work of a live conversation in the store. The items are carried out outside the conversation's loop, one after the other.
package struct ConversationWork: Sendable {
    package enum Item: Sendable {
        /// Stores that the session may be taken over by another gateway.
        case open(OpenLiveSession)
        /// Finds the conversation that is in progress, the last completed one, and the known voices and people.
        case find
        case create(Conversation)
        case join(SessionPart)
        /// Stores a change of the conversation's machine. `number` counts the changes.
        case store(ConversationUpdate, number: Int)
        /// Checks whether the conversation is still in progress.
        case check(ID<Conversation>)
        case process(ID<Conversation>)
        case delete(ID<Conversation>)
        /// Reads the user's voices and people if they have changed since this revision; nil to read them in any case.
        case know(after: Int64?)
        case keep(NewVoice, label: Int)
        case learn(ID<Voice>, Voiceprint, Duration)
        /// Stores the owner that was set for a voice by hand.
        case name(ID<Voice>, Voice.Owner)
        /// Creates a person for an unknown speaker who has said their name.
        case introduce(SelfIntroduction)
        /// Adds audio to this conversation. The conversation begins at `start` of the session. `file` has the file, unless there is none.
        case addAudio(ID<Conversation>, start: Duration, file: AsyncStream<ConversationAudio.Kept>)
        /// Makes a time of the session silent in audio that is stored.
        case silence(SampleRange)
        /// Waits until the stream ends: the work for the session's audio has come as far.
        case awaitAudio(AsyncStream<Void>)
        /// Marks the end of the session's items: when it is reached, all earlier items are done.
        case last

        /// True for items that end a conversation.
        var endsConversation: Bool {
            switch self {
            case .process, .delete: true
            case _: false
            }
        }

        /// True for items without which words are missing in the conversation. Each of them may be carried out again.
        var isEssential: Bool {
            switch self {
            case .create, .join, .store, .check, .process, .delete: true
            case _: false
            }
        }
    }

    package enum WorkEvent: Sendable {
        /// The conversation and the last completed one at the session's beginning, with the voices and people that were known then; nil when these
        /// could not be read.
        case found(Conversation?, last: ID<Conversation>?, KnownVoices?)
        /// The voices and people, if they have changed; nil when they have not changed or could not be read.
        case looked(KnownVoices?)
        case voice(Voice, label: Int)
        case introduced(SelfIntroduction, ID<Person>)
        case processing(Conversation)
        /// The conversation is completed; nil in place of the conversation when it cannot be completed or does not exist.
        case completed(ID<Conversation>, Conversation?)
        /// All changes up to this one are stored.
        case stored(Int)
        /// A change could not be stored.
        case failed
        /// The conversation was deleted or is over: no change of it is stored any more.
        case rejected(ID<Conversation>)
        /// The session has its row: another gateway can take it over.
        case opened
        /// Another gateway has taken the session over: no change of it is stored here any more.
        case moved
        /// The user is being deleted: nothing is stored of the user any more.
        case refused
        case last
    }

    /// Maximum time for which words wait in memory for a store that cannot be used. After that they are in the session's transcript only.
    private static let patience: Duration = .seconds(600)
    /// Waits between attempts. The last one is repeated.
    private static let waits: [Duration] = [.milliseconds(200), .seconds(1), .seconds(2), .seconds(5)]

    let session: ID<Session>
    let user: ID<User>
    let request: ConversationRequest
    /// The conversation with which a session goes on that another gateway had; nil: none.
    let continued: ID<Conversation>?
    /// The part of a session that another gateway can take over; nil: none.
    let part: ID<Session>?
    let service: ConversationService
    /// Keeper of the session's audio; nil when no audio is kept.
    let audio: ConversationAudio?
    /// Sample rate of the session's audio.
    let rate: SampleRate
    /// Waits between further attempts to silence audio while the store cannot be used.
    var silencingWaits: [Duration] = ConversationService.silencingWaits
    /// Called on any thread.
    let tell: @Sendable (WorkEvent) -> Void

    /// Carries out items until the stream ends.
    ///
    /// - Returns: false when words could not be stored, or stored audio could not be silenced because the store cannot be used.
    func carryOut(_ items: AsyncStream<Item>) async -> Bool {
        var isMoved = false, isRefused = false, isWhole = true
        var opening: Task<Void, Never>?
        var silencing: [Task<Bool, Never>] = []
        service.beginsAudio(of: session)
        defer { service.endsAudio(of: session) }
        for await item in items {
            if isRefused, item.isEssential {
                leaveOut(item)
                continue
            }
            if case .silence(let range) = item {
                if let later = await silence([time(of: range)]) { silencing.append(later) }
                continue
            }
            do throws(StoreError) {
                if item.endsConversation {
                    if !isMoved {
                        try await persist { () throws(StoreError) in isMoved = try await hasLostSession() }
                        if isMoved { tell(.moved) }
                    }
                    // The conversation goes on at the gateway that has the session.
                    if isMoved { continue }
                }
                if item.isEssential {
                    try await persist { () throws(StoreError) in try await carryOut(item) }
                } else if case .addAudio(let id, let start, let file) = item {
                    for await kept in file {
                        let late = try await add(kept, to: id, start)
                        if let later = await silence(late) { silencing.append(later) }
                    }
                } else {
                    try await carryOut(item)
                }
            } catch {
                if case .conflict = error, case .store = item {
                    isMoved = true
                    tell(.moved)
                    continue
                }
                if case .conflict = error, case .create = item {
                    // Another process has begun to delete the user. Another conversation would be refused as well.
                    isRefused = true
                    tell(.refused)
                    continue
                }
                if case .open(let session) = item {
                    // Other work does not wait.
                    opening = Task { await openLater(session, error) }
                    continue
                }
                service.log.error("a conversation cannot be stored", [.error: "\(error)"])
                if item.isEssential { isWhole = false }
                if case .store = item { tell(.failed) }
                // The session goes on without a conversation; its transcript is stored separately.
                if case .find = item { tell(.found(nil, last: nil, nil)) }
                if case .know = item { tell(.looked(nil)) }
            }
        }
        opening?.cancel()
        await opening?.value
        for task in silencing where await !task.value { isWhole = false }
        return isWhole
    }

    /// Answers an item that is not carried out, because the user is being deleted.
    private func leaveOut(_ item: Item) {
        switch item {
        case .store: tell(.failed)
        case .process(let id): tell(.completed(id, nil))
        case _: break
        }
    }

    /// Returns true if another gateway has taken the session over, which this gateway may not have noticed.
    private func hasLostSession() async throws(StoreError) -> Bool {
        guard let part, let replicas = service.replicas else { return false }
        return try await replicas.hasLost(part)
    }

    /// Tries again to store that the session may be taken over.
    private func openLater(_ session: OpenLiveSession, _ first: StoreError) async {
        var error = first
        for wait in [Duration.milliseconds(200), .seconds(1), .seconds(5), .seconds(30)] {
            guard (try? await Task.sleep(for: wait)) != nil else { return }
            do throws(StoreError) {
                try await service.replicas?.open(session)
                return tell(.opened)
            } catch let later {
                error = later
            }
        }
        service.log.error("a session cannot be left to other gateways", [.session: session.id.rawValue, .error: "\(error)"])
    }

    private func carryOut(_ item: Item) async throws(StoreError) {
        switch item {
        case .open(let session):
            try await service.replicas?.open(session)
            tell(.opened)
        case .find: try await find()
        case .create(let conversation):
            guard try await service.store.begin(conversation), let title = conversation.title else { return }
            var update = ConversationUpdate(conversation.id, title: title)
            update.isTitledByHand = true
            _ = try await service.store.write(update, of: user)
        case .join(let part): _ = try await service.store.join(part, of: user)
        case .store(let update, let number): tell(try await service.store.write(update, of: user) ? .stored(number) : .rejected(update.conversation))
        case .check(let id): if try await service.store.status(of: id, of: user) != .inProgress { tell(.rejected(id)) }
        case .last: tell(.last)
        case .delete(let id): _ = try await service.store.discard(id, of: user)
        case .process(let id):
            if let conversation = try await service.store.conversation(id, of: user) { tell(.processing(conversation)) }
            // Later words do not wait for the completion.
            Task {
                if let done = await service.complete(id, of: user) {
                    // The client of a session that is over waits for its conversation, but not for what is learned from it.
                    tell(.completed(id, done))
                    return await service.learn(from: done)
                }
                // Another session may have created the person before.
                do throws(StoreError) {
                    let there = try await service.store.conversation(id, of: user)
                    tell(.completed(id, there?.status == .completed ? there : nil))
                } catch {
                    service.log.error("a completed conversation cannot be read", [.conversation: id.rawValue, .error: "\(error)"])
                    tell(.completed(id, nil))
                }
            }
        case .know(let revision): tell(.looked(try await known(after: revision)))
        case .keep(let voice, let label): tell(.voice(try await service.store.add(voice, of: user), label: label))
        case .learn(let voice, let voiceprint, let evidence):
            _ = try await service.store.setVoiceprint(voiceprint, evidence: evidence, of: voice, of: user)
        case .name(let voice, let owner):
            _ = try await service.store.setOwner(owner, of: voice, of: user)
            service.reconcileVoices(of: user)
        case .introduce(let introduction):
            let new = Person(id: ID(service.newID()), name: introduction.name, created: service.now())
            do throws(StoreError) {
                tell(.introduced(introduction, try await service.store.add(new, reusing: true, of: user).id))
            } catch {
                // Only a person can say which of several people of one name speaks.
                guard case .conflict = error else { throw error }
            }
        // The caller carries these out: they may leave audio to silence.
        case .addAudio, .silence: break
        case .awaitAudio(let end): for await _ in end {}
        }
    }

    private func time(of range: SampleRange) -> Range<Duration> {
        let begin = (range.start - .zero).duration(at: rate), end = (range.end - .zero).duration(at: rate)
        return begin..<max(begin, end)
    }

    /// Silences times of the session in audio that is stored.
    ///
    /// - Returns: the further attempts where the first one has failed: words do not wait for a storage that is away. Their value is false when they
    ///   have failed, too. nil: no further attempt is needed.
    private func silence(_ times: [Range<Duration>]) async -> Task<Bool, Never>? {
        if await service.silence(times, ofSession: session, of: user) { return nil }
        return Task { await service.silence(times, ofSession: session, of: user, waits: silencingWaits) }
    }

    /// Adds a file to a conversation.
    ///
    /// - Returns: the times of the file that were silenced in stored audio before the file had its place.
    private func add(
        _ kept: ConversationAudio.Kept, to id: ID<Conversation>, _ start: Duration
    ) async throws(StoreError) -> [Range<Duration>] {
        let begin = SampleCount(kept.start.samples).duration(at: rate), duration = kept.count.duration(at: rate)
        let stored = StoredAudio(
            file: kept.file.text, start: begin - start, duration: duration, byteCount: kept.byteCount, created: service.now())
        guard try await service.keepsAudio(of: user), try await service.store.add(stored, to: id, of: user) else {
            try await audio?.remove(kept)
            return []
        }
        service.storedAudio(of: id, of: user)
        // Words that were recognized again may have come before their audio was stored.
        return service.silences(of: session, from: begin, to: begin + duration)
    }

    private func find() async throws(StoreError) {
        let known = try await known(after: nil)
        let last = try await service.store.lastCompleted(of: user)
        var found: Conversation?
        if let continued { found = try await service.store.conversation(continued, of: user) }
        if found != nil {
            return tell(.found(found, last: last, known))
        } else if let chosen = request.chosen {
            found = try await service.store.conversation(chosen, of: user)
        } else if request.channels.isEmpty {
            found = try await service.store.inProgress(of: user, source: request.source, device: request.device)
        }
        tell(.found(found, last: last, known))
    }

    /// Reads the voices and people; nil when they have not changed.
    private func known(after known: Int64?) async throws(StoreError) -> KnownVoices? {
        let revision = try await service.store.revision(of: user)
        guard revision != known else { return nil }
        let voices = try await service.store.voices(of: user), people = try await service.store.people(of: user)
        let owner = try await service.store.settings(of: user)[UserChoices.Setting.name.rawValue]
        return KnownVoices(voices, people, owner: owner, revision: revision)
    }

    /// Carries out an item, and tries again while the store cannot be used, so that no words are lost. Later items wait.
    private func persist(_ body: () async throws(StoreError) -> Void) async throws(StoreError) {
        let deadline = Instant.now + Self.patience
        for attempt in 0... {
            do throws(StoreError) {
                try await body()
                if attempt > 0 { service.log.info("a conversation is stored again", [.count: "\(attempt)"]) }
                return
            } catch {
                guard error.mayPass, .now < deadline else { throw error }
                if attempt == 0 { service.log.warning("a conversation waits to be stored", [.error: "\(error)"]) }
                try? await Task.sleep(for: Self.waits[min(attempt, Self.waits.count - 1)])
            }
        }
    }
}
