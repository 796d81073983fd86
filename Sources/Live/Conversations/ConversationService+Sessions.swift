package import Continuity
internal import Conversations
package import Journal
internal import Observability
internal import Speech
internal import Store
internal import TextNormalization

/// Puts words of a session that become known after its end into the session's conversations.
extension ConversationService {
    /// Keeps the session's conversations open until `release`, because the session's audio will be recognised again.
    package func hold(_ record: SessionRecord) async {
        let user = Self.user(of: record)
        for part in await parts(of: record) ?? [] { attach(part.conversation, of: user) }
    }

    /// Ends `hold`.
    ///
    /// - Parameter wordsMayCome: true if the session's audio is recognized again later. A conversation without words stays open for them.
    package func release(_ record: SessionRecord, wordsMayCome: Bool) async {
        let user = Self.user(of: record)
        for part in await parts(of: record) ?? [] {
            var conversation: Conversation?
            do throws(StoreError) { conversation = try await store.conversation(part.conversation, of: user) } catch {
                log.error("a conversation of an earlier run could not be ended yet", [.conversation: part.conversation.rawValue, .error: "\(error)"])
            }
            if conversation?.status != .inProgress { conversation = nil }
            if wordsMayCome, let conversation, conversation.segments.isEmpty {
                awaitWords(of: record.id, in: conversation.id, of: user, timeout: conversation.timeout ?? .zero)
                continue
            }
            detach(part.conversation, of: user, timeout: nil)
            if let conversation { leave(conversation, hasWords: !conversation.segments.isEmpty, until: now()) }
        }
    }

    /// Makes the conversations again of which the journal knows, and the store does not: the gateway ended before the store had accepted them.
    /// Conversations that were deleted are not made again, nor are those in which nobody has spoken.
    ///
    /// - Returns: false when the store cannot be used; the reason is in the log.
    package func restore(_ record: SessionRecord, _ transcript: SessionTranscript) async -> Bool {
        let user = Self.user(of: record), known = record.conversations
        guard !known.isEmpty else { return true }
        do throws(StoreError) {
            let parts = Set(try await store.parts(of: record.id, of: user).map(\.conversation.rawValue))
            let forgotten = try await store.forgottenSpeech(of: record.id)
            for (index, conversation) in known.enumerated() where !parts.contains(conversation.id) {
                let end = index + 1 < known.count ? known[index + 1].begins : nil
                let said = Self.said(in: transcript, from: conversation.begins, before: end, without: forgotten)
                guard said.contains(where: { !$0.isEmpty }) || (!transcript.isWhole && end == nil && forgotten.isEmpty) else { continue }
                let id = ID<Conversation>(conversation.id)
                _ = try await store.begin(
                    Conversation(
                        id: id, user: user, source: conversation.source, device: conversation.device, language: record.language,
                        started: conversation.created, finished: conversation.created, call: conversation.call, timeout: conversation.timeout))
                _ = try await store.join(
                    SessionPart(session: record.id, conversation: id, begins: conversation.begins, shift: conversation.shift), of: user)
                log.info("a conversation of an earlier run was made again", [.conversation: conversation.id, .session: record.id.rawValue])
            }
            return true
        } catch {
            log.error("the conversations of an earlier run cannot be made again yet", [.session: record.id.rawValue, .error: "\(error)"])
            return false
        }
    }

    /// Puts words of a session into its conversations if they are missing there. The stored audio of its hidden words is silenced: words that were
    /// recognized again were not known to be hidden when the audio was stored.
    ///
    /// - Parameters:
    ///   - onlyRecovered: true to take recovered words only. Words committed while the session lived are on their way to the conversations already.
    ///   - silencing: false to leave the audio as it is, for a caller who must not wait: a later call silences it.
    /// - Returns: false when words are missing, or hidden words are audible. Either the store cannot be used, and the reason is in the log, or words wait
    ///   until no session speaks in the conversation. The session's journal must stay until another call returns true.
    @discardableResult package func take(_ stored: StoredTranscript, onlyRecovered: Bool = false, silencing: Bool = true) async -> Bool {
        let areStored = await taking.run { [self] in await takeWords(of: stored, onlyRecovered) }
        guard silencing else { return areStored }
        let isSilent = await silence(Self.hidden(in: stored), ofSession: stored.record.id, of: Self.user(of: stored.record))
        return areStored && isSilent
    }

    /// - Returns: false when words are missing.
    private func takeWords(of stored: StoredTranscript, _ onlyRecovered: Bool) async -> Bool {
        let user = Self.user(of: stored.record)
        guard let parts = await parts(of: stored.record) else { return false }
        guard !parts.isEmpty else { return true }
        let forgotten: [ForgottenSpeech]
        do throws(StoreError) {
            forgotten = try await store.forgottenSpeech(of: stored.record.id)
        } catch {
            log.error("the record of deleted speech of a session cannot be read", [.session: stored.record.id.rawValue, .error: "\(error)"])
            return false
        }
        var isDone = true
        for (index, part) in parts.enumerated() {
            let end = index + 1 < parts.count ? parts[index + 1].begins : nil
            do throws(StoreError) {
                if try await !take(stored, onlyRecovered, part, before: end, without: forgotten, of: user) { isDone = false }
            } catch {
                log.error(
                    "words of a session's end are missing in its conversation", [.conversation: part.conversation.rawValue, .error: "\(error)"])
                if error.mayPass { isDone = false }
            }
        }
        return isDone
    }

    /// Returns the times of the session whose words are hidden.
    private static func hidden(in stored: StoredTranscript) -> [Range<Duration>] {
        guard !stored.record.redaction.isEmpty else { return [] }
        let rate = stored.transcript.rate
        return stored.transcript.pieces.joined().flatMap(\.commit.words).filter(\.isHidden).map { word in
            let start = (word.range.start - .zero).duration(at: rate)
            return start..<max(start, (word.range.end - .zero).duration(at: rate))
        }
    }

    private static func user(of record: SessionRecord) -> ID<User> { record.owner.map { ID($0.user) } ?? .local }

    /// - Returns: nil when the store cannot be used; the reason is in the log.
    private func parts(of record: SessionRecord) async -> [SessionPart]? {
        do throws(StoreError) {
            return try await store.parts(of: record.id, of: Self.user(of: record))
        } catch {
            log.error("the conversations of a session cannot be read", [.session: record.id.rawValue, .error: "\(error)"])
            return nil
        }
    }

    /// - Parameter end: time in the session at which the session's next conversation begins; nil when there is none.
    /// - Returns: false when the words wait until no session speaks in the conversation.
    private func take(
        _ stored: StoredTranscript, _ onlyRecovered: Bool, _ part: SessionPart, before end: Duration?, without forgotten: [ForgottenSpeech],
        of user: ID<User>
    ) async throws(StoreError) -> Bool {
        guard let conversation = try await store.conversation(part.conversation, of: user), conversation.status != .discarded else { return true }
        let said = Self.said(in: stored.transcript, from: part.begins, before: end, without: forgotten, onlyRecovered: onlyRecovered)
        guard let first = said.compactMap({ $0.first?.start }).min() else { return true }
        var started: UnixTime?
        var shift = part.shift
        // The audio of a session that was recorded earlier began at the time of the recording.
        if shift == nil, let begun = stored.record.recorded ?? stored.record.started {
            if conversation.segments.isEmpty {
                // A record of an earlier version has no time of recording. A conversation that was created long before its session has it.
                let isSaved =
                    stored.record.recorded == nil && begun - conversation.started > max(conversation.timeout ?? .zero, Conversation.standardTimeout)
                started = (isSaved ? conversation.started : begun) + first
                shift = .zero - first
            } else {
                shift = max(begun - conversation.started, conversation.segments.map(\.end).max() ?? .zero)
            }
        }
        guard let shift else { return true }
        let late = LateWords(in: conversation.segments)
        var segments: [Segment] = []
        for (number, words) in said.enumerated() {
            let placed = words.map { $0.moved(by: shift) }
            segments += late.segments(of: placed, in: ChannelIndex(number)) { ID(newID()) }
        }
        guard let start = segments.map(\.start).min() else { return true }
        // Words before the conversation's former first word move the conversation's beginning back, by whole milliseconds.
        let earlier = Duration.milliseconds(Int64((max(.zero, .zero - start) / .milliseconds(1)).rounded(.up)))
        if earlier > .zero, postpone(stored, onlyRecovered, to: conversation.id, of: user) {
            log.info(
                "words of a session's beginning wait until no session speaks in their conversation",
                [.conversation: conversation.id.rawValue, .session: stored.record.id.rawValue])
            return false
        }
        for index in segments.indices { segments[index].move(by: earlier) }
        let began = (started ?? conversation.started) + (.zero - earlier)
        let last = segments.map(\.end).max() ?? .zero
        var update = ConversationUpdate(
            conversation.id, changed: segments, started: started, finished: max(conversation.finished, began + last))
        update.movesBack = earlier
        // The next call finds these words where they are now. Words that move the beginning have a part whose shift is known.
        if part.shift == nil {
            update.placed = part
            update.placed?.shift = shift
        }
        _ = try await store.write(update, of: user)
        return true
    }

    /// Returns the words that a session has said in a part of it, by channel, without those that must be forgotten.
    ///
    /// - Parameter end: time in the session at which the next part begins; nil when there is none.
    private static func said(
        in transcript: SessionTranscript, from begins: Duration, before end: Duration?, without forgotten: [ForgottenSpeech],
        onlyRecovered: Bool = false
    ) -> [[SpokenWord]] {
        (0..<transcript.channels).map { number in
            transcript.pieces[number].filter { $0.isRecovered || !onlyRecovered }.flatMap { words(of: $0.commit, rate: transcript.rate) }.filter {
                word in
                let middle = word.start + (word.end - word.start) / 2
                return word.start >= begins && end.map { word.start < $0 } ?? true
                    && !forgotten.contains { $0.covers(middle, in: ChannelIndex(number)) }
            }
        }
    }

    /// Returns the words with times of the session. Speaker labels from another recording are dropped.
    private static func words(of commit: Commit, rate: SampleRate) -> [SpokenWord] {
        commit.words.map { word in
            SpokenWord(
                word.text, start: (word.range.start - .zero).duration(at: rate), end: (word.range.end - .zero).duration(at: rate),
                confidence: word.confidence, engine: commit.engine, blankBefore: word.blankBefore)
        }
    }
}
