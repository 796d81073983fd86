internal import Continuity
internal import Conversations
internal import Speech
internal import Store

/// What becomes known of a session after its end goes into its conversations.
extension ConversationDesk {
    /// The session will be heard again: its conversations are not over before `release`.
    func hold(_ record: SessionRecord) async {
        let user = Self.user(of: record)
        for part in await parts(of: record) { attach(part.conversation, of: user) }
    }

    /// The end of `hold`.
    func release(_ record: SessionRecord) async {
        let user = Self.user(of: record)
        for part in await parts(of: record) {
            detach(part.conversation, of: user, timeout: nil)
            guard let conversation = try? await store.conversation(part.conversation, of: user), conversation.status == .inProgress else { continue }
            leave(conversation, until: now())
        }
    }

    /// Puts the words of a session into its conversations that these do not have.
    ///
    /// - Parameter onlyRecovered: what was committed while the session lived is on its way there already.
    func take(_ stored: StoredTranscript, onlyRecovered: Bool = false) async {
        let user = Self.user(of: stored.record), parts = await parts(of: stored.record)
        for (index, part) in parts.enumerated() {
            let end = index + 1 < parts.count ? parts[index + 1].begins : nil
            do throws(StoreError) {
                try await take(stored, onlyRecovered, part, before: end, of: user)
            } catch {
                log.error(
                    "words of a session's end are missing in its conversation", [.conversation: part.conversation.rawValue, .error: "\(error)"])
            }
        }
    }

    private static func user(of record: SessionRecord) -> ID<User> { record.owner.map { ID($0.user) } ?? .local }

    private func parts(of record: SessionRecord) async -> [SessionPart] {
        do throws(StoreError) {
            return try await store.parts(of: record.id, of: Self.user(of: record))
        } catch {
            log.error("the conversations of a session cannot be read", [.session: record.id.rawValue, .error: "\(error)"])
            return []
        }
    }

    /// - Parameter end: where the session's next conversation begins.
    private func take(
        _ stored: StoredTranscript, _ onlyRecovered: Bool, _ part: SessionPart, before end: Duration?, of user: ID<User>
    ) async throws(StoreError) {
        guard let conversation = try await store.conversation(part.conversation, of: user), conversation.status != .discarded else { return }
        let transcript = stored.transcript
        let said = (0..<transcript.channels).map { number in
            transcript.pieces[number].filter { $0.isRecovered || !onlyRecovered }.flatMap { Self.words(of: $0.commit, rate: transcript.rate) }.filter
            { word in
                word.start >= part.begins && end.map { word.start < $0 } ?? true
            }
        }
        guard let first = said.compactMap({ $0.first?.start }).min() else { return }
        var started: UnixTime?
        var shift = part.shift
        if shift == nil, let begun = stored.record.started {
            if conversation.segments.isEmpty { started = begun + first }
            let heard = (conversation.segments.map(\.end).max() ?? .zero)
            shift = max(begun - (started ?? conversation.started), conversation.segments.isEmpty ? .zero - first : heard)
        }
        guard let shift else { return }
        let late = LateWords(in: conversation.segments)
        var segments: [Segment] = []
        for (number, words) in said.enumerated() {
            let placed = words.map { word in
                var word = word
                word.start = max(.zero, word.start + shift)
                word.end = max(word.start, word.end + shift)
                return word
            }
            segments += late.segments(of: placed, in: ChannelIndex(number)) { ID(newID()) }
        }
        guard !segments.isEmpty else { return }
        let last = segments.map(\.end).max() ?? .zero
        _ = try await store.write(
            ConversationUpdate(
                conversation.id, changed: segments, started: started, finished: max(conversation.finished, (started ?? conversation.started) + last)),
            of: user)
    }

    /// In the session's time. Labels of another recording mean nobody.
    private static func words(of commit: Commit, rate: SampleRate) -> [SpokenWord] {
        commit.words.map { word in
            SpokenWord(
                word.text, start: (word.range.start - .zero).duration(at: rate), end: (word.range.end - .zero).duration(at: rate),
                confidence: word.confidence, engine: commit.engine)
        }
    }
}
