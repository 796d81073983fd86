package import Conversations
package import Speech

extension SQLConversationStore {
    package func setText(
        _ text: String, of segment: ID<Segment>, in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Segment? {
        try ConversationLimits.check(text, "a segment's text", most: ConversationLimits.segmentText)
        let now = now()
        let changed = try await change(user, deletes: true) {
            [words = database.words, zones] (archive, connection) throws(StoreError) -> (segment: Segment, stale: Stale?)? in
            guard let number = try archive.conversation(conversation, on: connection),
                let before = try ConversationRow.segments(of: number, ids: [segment], on: connection).first
            else { return nil }
            guard before.text != text else { return (before, nil) }
            var edited = before.edited(to: text)
            // The times of more words than a segment may have are not kept.
            if edited.words.count > ConversationLimits.segmentWords { edited.words = [] }
            try connection.run(SegmentRow.edit, SegmentRow.edition(of: edited, in: number))
            try words.update([segment], of: number, on: connection)
            try Self.noteErasure(of: .words, .edits, on: connection)
            try Self.forgetSpeech(of: before, in: number, now: now, on: connection)
            try Self.sumUp(number, in: try zones.zone(of: archive, on: connection), on: connection)
            // The segment must not be found by the meaning of its former words.
            try Self.dropWindows(of: number, on: connection)
            return try ConversationRow.segments(of: number, ids: [segment], on: connection).first.map {
                ($0, Stale(archive: archive, conversations: [number]))
            }
        }
        guard let changed else { return nil }
        guard let stale = changed.stale else { return changed.segment }
        forget(stale)
        startErasing(.edits)
        return changed.segment
    }

    package func redact(
        _ range: Range<Duration>, in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> [Segment]? {
        let now = now()
        let changed = try await change(user, deletes: true) {
            [words = database.words, zones] (archive, connection) throws(StoreError) -> (segments: [Segment], stale: Stale)? in
            guard let number = try archive.conversation(conversation, on: connection), let whole = try ConversationRow.whole(number, on: connection)
            else { return nil }
            try Self.checkIsOver(whole)
            let redacted = whole.segments.compactMap { $0.redacting(range) }
            for segment in redacted { try connection.run(SegmentRow.edit, SegmentRow.edition(of: segment, in: number)) }
            if !redacted.isEmpty { try words.update(redacted.map(\.id), of: number, on: connection) }
            try Self.noteErasure(of: .words, on: connection)
            try Self.forgetSpeech(range, nil, in: number, now: now, on: connection)
            try Self.sumUp(number, in: try zones.zone(of: archive, on: connection), on: connection)
            // The conversation must not be found by the meaning of its former words.
            try Self.dropWindows(of: number, on: connection)
            let segments =
                redacted.isEmpty ? [] : try ConversationRow.segments(of: number, ids: redacted.map(\.id), on: connection)
            return (segments, Stale(archive: archive, conversations: [number]))
        }
        guard let changed else { return nil }
        forget(changed.stale)
        startErasing()
        return changed.segments
    }

    package func assign(
        _ segments: [ID<Segment>], in conversation: ID<Conversation>, to owner: Voice.Owner, namingVoices: Bool, of user: ID<User>
    ) async throws(StoreError) -> (segments: [Segment], former: FormerSpeakers?)? {
        try ConversationLimits.check(segments.count, "segments", most: ConversationLimits.segments)
        let done = try await changeSpeakers(in: conversation, of: user) { (archive, connection) throws(StoreError) in
            try OwnerColumns(owner, in: archive, on: connection).map { .assignment(segments, to: $0, namesVoices: namingVoices) }
        }
        guard let done else { return nil }
        // Other writes do not wait until all words are read.
        let assigned = try await read(user) { (_, connection) throws(StoreError) -> [Segment]? in
            try ConversationRow.segments(of: done.conversation, ids: segments, on: connection)
        }
        var former = done.former
        if segments.count > SpeakerParts.segmentsAtOnce, let assigned {
            let places = Dictionary(assigned.enumerated().map { ($1.id, $0) }) { first, _ in first }
            former?.segments.sort { places[$0.segment, default: .max] < places[$1.segment, default: .max] }
        }
        return (assigned ?? [], former)
    }

    /// Changes speakers by hand, in parts. When it returns, all parts are carried out.
    ///
    /// - Parameter make: makes the change; nil when there is nothing to do.
    /// - Returns: the number of the conversation's row, and the speakers and the voices' owners of before, which are nil when another process has
    ///   carried out a part; nil when the conversation does not exist, or nothing is to do.
    func changeSpeakers(
        in conversation: ID<Conversation>, of user: ID<User>,
        _ make: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> SpeakerParts.Change?
    ) async throws(StoreError) -> (conversation: Int64, former: FormerSpeakers?)? {
        let owned = OwnedConversation(id: conversation, user: user)
        await removal.beginSpeakerChange(in: owned)
        do throws(StoreError) {
            let done = try await beginSpeakers(in: conversation, of: user, make)
            await removal.endSpeakerChange(in: owned)
            return done
        } catch {
            await removal.endSpeakerChange(in: owned)
            // The parts that are left are carried out with the deletions.
            startErasing()
            throw error
        }
    }

    private func beginSpeakers(
        in conversation: ID<Conversation>, of user: ID<User>,
        _ make: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> SpeakerParts.Change?
    ) async throws(StoreError) -> (conversation: Int64, former: FormerSpeakers?)? {
        var turn = SpeakerTurn.later
        while case .later = turn {
            let next = try await change(user) { (archive, connection) throws(StoreError) -> SpeakerTurn? in
                guard let number = try archive.conversation(conversation, on: connection) else { return nil }
                // Voices take back first what an earlier change has left to them. Otherwise they would take former guesses, which this change gives back.
                if try ReclaimedSegments.finishPart(of: archive, on: connection) { return .later }
                // The segments get the speakers of an earlier change first.
                if try SpeakerParts.finishFirst(of: number, on: connection) { return .later }
                guard let change = try make(archive, connection) else { return nil }
                let begun = try SpeakerParts.begin(change, in: number, of: archive, on: connection)
                return .begun(conversation: number, begun.effect, left: begun.left)
            }
            guard let next else { return nil }
            if case .later = next { revisions.tell(user) }
            turn = next
        }
        guard case .begun(let number, var effect, let left) = turn else { return nil }
        var isWhole = true
        for part in left {
            var next: SpeakerParts.PartTurn? = .later
            while case .later? = next {
                next = try await change(user) { (_, connection) throws(StoreError) in try SpeakerParts.finish(part: part, on: connection) }
            }
            if case .done(let more?)? = next { effect.add(more) } else { isWhole = false }
        }
        // A part that another process has carried out may have changed people and voices.
        if effect.isRevised || !isWhole {
            revisions.tell(user)
            startErasing()
            startReclaiming()
        }
        return (number, isWhole ? FormerSpeakers(effect.former, owners: effect.owners) : nil)
    }

    /// The first transaction of a change of speakers.
    private enum SpeakerTurn: Sendable {
        /// A part of what an earlier change has left was carried out in its place.
        case later
        case begun(conversation: Int64, SpeakerParts.Effect, left: [Int64])
    }

    /// Assigns segments, and returns their former speakers, and the former owners of the voices that got a name.
    ///
    /// - Parameter segments: the segments' ids, as a JSON list.
    static func assign(
        _ segments: SQLValue, in conversation: Int64, to owner: OwnerColumns, namingVoices: Bool, on connection: borrowing SQLConnection
    ) throws(StoreError) -> SpeakerParts.Effect {
        var effect = SpeakerParts.Effect(former: try formerSpeakers(of: segments, in: conversation, on: connection))
        if namingVoices {
            for voice in try voicesToName(of: segments, in: conversation, on: connection) where voice.isNamed || !owner.isNobody {
                if let former = try formerOwner(of: voice.number, before: owner, on: connection) { effect.owners.append(former) }
                try name(voice.number, owner, on: connection)
                effect.isRevised = true
            }
        }
        // A segment that was assigned to nobody by hand does not belong to its voice either.
        try connection.run(
            """
            UPDATE segments SET person = ?3, is_user = ?4, voice = iif(?3 IS NULL AND NOT ?4, NULL, voice), identified_by = 'manual',
            confidence = NULL WHERE conversation = ?1 AND id IN (SELECT value FROM json_each(?2))
            """,
            [.integer(conversation), segments, .integer(owner.person), .flag(owner.isUser)])
        if try unlearn(segments: segments, of: conversation, on: connection) { effect.isRevised = true }
        return effect
    }

    /// Returns the voices of segments that may get a new name: voices without an owner, and voices whose owner was set by hand through these
    /// segments. A voice keeps its owner if only automation has assigned the segments to the voice.
    private static func voicesToName(
        of segments: SQLValue, in conversation: Int64, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [(number: Int64, isNamed: Bool)] {
        var voices: [(number: Int64, isNamed: Bool)] = []
        try connection.run(
            """
            SELECT DISTINCT w.number, w.person IS NOT NULL OR w.is_user FROM segments s JOIN voices v ON v.number = s.voice
            JOIN voices w ON w.number = coalesce(v.joined_to, v.number) AND NOT w.is_gone LEFT JOIN people q ON q.number = s.person
            WHERE s.conversation = ?1 AND s.id IN (SELECT value FROM json_each(?2)) AND (w.person IS NULL AND NOT w.is_user
            OR s.identified_by = 'manual' AND w.person IS NOT DISTINCT FROM coalesce(q.joined_to, q.number) AND w.is_user = s.is_user)
            """, [.integer(conversation), segments]
        ) { (row) throws(StoreError) in
            if let number = row.integer(0) { voices.append((number, row.flag(1))) }
        }
        return voices
    }

    package func merge(
        _ id: ID<Conversation>, into other: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Conversation? {
        let merged = try await change(user) { (archive, connection) throws(StoreError) -> (whole: Conversation, stale: Stale)? in
            guard let gone = try archive.conversation(id, on: connection), let kept = try archive.conversation(other, on: connection)
            else { return nil }
            try SpeakerParts.finishAll(of: gone, on: connection)
            try SpeakerParts.finishAll(of: kept, on: connection)
            guard let from = try ConversationRow.whole(gone, on: connection), let to = try ConversationRow.whole(kept, on: connection)
            else { return nil }
            guard gone != kept else { return (to, Stale(archive: archive, conversations: [])) }
            try Self.checkIsOver(from)
            try Self.checkIsOver(to)
            try ConversationLimits.check(from.segments.count + to.segments.count, "segments in a conversation", most: ConversationLimits.segments)
            let started = min(from.started, to.started)
            try Self.shift(kept, by: to.started.milliseconds - started.milliseconds, on: connection)
            try Self.shift(gone, by: from.started.milliseconds - started.milliseconds, on: connection)
            for (number, joined) in Self.joinedSpeakers(of: from.segments, with: to.segments) {
                // The numbers are negative in between, so that no speaker is renumbered twice.
                try connection.run(
                    "UPDATE segments SET speaker = -1 - ? WHERE conversation = ? AND speaker = ?",
                    [.integer(joined.number), .integer(gone), .integer(number.number)])
            }
            try connection.run("UPDATE segments SET speaker = -1 - speaker WHERE conversation = ? AND speaker < 0", [.integer(gone)])
            try Self.dropWindows(of: gone, on: connection)
            try Self.dropWindows(of: kept, on: connection)
            let both: [SQLValue] = [.integer(kept), .integer(gone)]
            try connection.run("UPDATE segments SET conversation = ? WHERE conversation = ?", both)
            try connection.run("UPDATE conversation_audio SET conversation = ? WHERE conversation = ?", both)
            try connection.run(
                """
                DELETE FROM session_parts WHERE conversation = ?1 AND EXISTS (
                    SELECT 1 FROM session_parts g WHERE g.conversation = ?2 AND g.session = session_parts.session AND g.begins = session_parts.begins)
                """, both)
            try connection.run("UPDATE session_parts SET conversation = ? WHERE conversation = ?", both)
            // A title by hand stays, unless both have one.
            try connection.run(
                """
                UPDATE conversations SET title = (SELECT g.title FROM conversations g WHERE g.number = ?2), is_titled = TRUE
                WHERE number = ?1 AND NOT is_titled AND EXISTS (SELECT 1 FROM conversations g WHERE g.number = ?2 AND g.is_titled AND g.title <> '')
                """, both)
            try connection.run("DELETE FROM conversations WHERE number = ?", [.integer(gone)])
            try connection.run(
                "UPDATE conversations SET started_at = ?2, finished_at = ?3 WHERE number = ?1",
                [.integer(kept), .time(started), .time(max(from.finished, to.finished))])
            try Self.count(kept, on: connection)
            return try ConversationRow.whole(kept, on: connection).map { ($0, Stale(archive: archive, conversations: [kept, gone])) }
        }
        guard let merged else { return nil }
        forget(merged.stale)
        return merged.whole
    }

    package func split(
        _ id: ID<Conversation>, at segment: ID<Segment>, new: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> (earlier: Conversation, later: Conversation)? {
        try ConversationLimits.check(new)
        let now = now()
        let parts = try await change(user) { [zones] (archive, connection) throws(StoreError) -> (parts: [Conversation], stale: Stale)? in
            guard let first = try archive.conversation(id, on: connection) else { return nil }
            try SpeakerParts.finishAll(of: first, on: connection)
            guard let whole = try ConversationRow.whole(first, on: connection),
                let index = whole.segments.firstIndex(where: { $0.id == segment })
            else { return nil }
            try Self.checkIsOver(whole)
            guard index > 0 else { throw .conflict("a conversation cannot be split at its first segment, because one part would be empty") }
            let shift = whole.segments[index].start.wholeNanoseconds / 1_000_000
            var later = whole
            later.id = new
            later.started = UnixTime(milliseconds: whole.started.milliseconds + shift)
            (later.title, later.summary, later.findings) = (nil, nil, nil)
            guard try Self.insert(later, in: archive, now: now, on: connection), let second = try archive.conversation(new, on: connection) else {
                throw .conflict("a conversation with the id of the new one exists already")
            }
            try Self.dropWindows(of: first, on: connection)
            try connection.run(
                "UPDATE segments SET conversation = ?1 WHERE conversation = ?2 AND id IN (SELECT value FROM json_each(?3))",
                [.integer(second), .integer(first), .text(SegmentCoding.list(whole.segments[index...].map(\.id.rawValue)))])
            // The audio on the other side of the boundary is deleted when the file is cut.
            try connection.run(
                """
                INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to)
                SELECT ?1, file, format, start_at, duration, byte_count, created_at, iif(start_at < ?3, max(?3 - start_at, coalesce(cut_from, 0)), cut_from),
                iif(start_at < ?3, coalesce(cut_to, duration), cut_to) FROM conversation_audio WHERE conversation = ?2 AND start_at + duration > ?3
                """, [.integer(second), .integer(first), .integer(shift * 1_000_000)])
            try connection.run(
                "DELETE FROM conversation_audio WHERE conversation = ? AND start_at >= ?", [.integer(first), .integer(shift * 1_000_000)])
            try connection.run(
                """
                UPDATE conversation_audio SET cut_from = coalesce(cut_from, 0), cut_to = min(?2 - start_at, coalesce(cut_to, duration))
                WHERE conversation = ?1 AND start_at + duration > ?2
                """, [.integer(first), .integer(shift * 1_000_000)])
            try Self.splitSpeech(of: first, at: shift * 1_000_000, into: second, on: connection)
            try Self.shift(second, by: -shift, on: connection)
            let end = whole.segments[..<index].map(\.end).max() ?? .zero
            try connection.run(
                "UPDATE conversations SET finished_at = min(finished_at, ?) WHERE number = ?",
                [.integer(whole.started.milliseconds + end.wholeNanoseconds / 1_000_000), .integer(first)])
            try Self.count(first, on: connection)
            try Self.count(second, on: connection)
            let zone = try zones.zone(of: archive, on: connection)
            try Self.sumUp(first, in: zone, on: connection)
            try connection.run("UPDATE conversations SET is_titled = FALSE WHERE number = ?", [.integer(second)])
            try Self.sumUp(second, in: zone, on: connection)
            let parts = [try ConversationRow.whole(first, on: connection), try ConversationRow.whole(second, on: connection)]
            return (parts.compactMap { $0 }, Stale(archive: archive, conversations: [first]))
        }
        guard let parts, parts.parts.count == 2 else { return nil }
        forget(parts.stale)
        return (parts.parts[0], parts.parts[1])
    }

    package func delete(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await delete(id, of: user, onlyIfEmpty: false)
    }

    package func discard(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await delete(id, of: user, onlyIfEmpty: true)
    }

    private func delete(_ id: ID<Conversation>, of user: ID<User>, onlyIfEmpty: Bool) async throws(StoreError) -> Bool {
        let now = now()
        let deleted = try await change(user, deletes: true) { (archive, connection) throws(StoreError) -> (stale: Stale, isRevised: Bool)? in
            // A deletion that can be undone is made final.
            let kept = onlyIfEmpty ? [] : try Self.deletions(of: id, in: archive, on: connection)
            for deletion in kept { try Self.end(deletion, now: now, on: connection) }
            guard let number = try archive.conversation(id, on: connection) else {
                return kept.isEmpty ? nil : (Stale(archive: archive, conversations: []), false)
            }
            let voices = try Self.namelessVoices(in: number, on: connection)
            if onlyIfEmpty {
                guard try connection.integer("SELECT segment_count FROM conversations WHERE number = ?", [.integer(number)]) == 0 else { return nil }
            } else {
                try Self.forgetSpeech(in: number, now: now, on: connection)
            }
            try connection.run(
                """
                INSERT INTO abandoned_files (file) SELECT file FROM conversation_audio a WHERE conversation = ?1
                AND NOT EXISTS (SELECT 1 FROM conversation_audio b WHERE b.file = a.file AND b.conversation <> ?1) ON CONFLICT DO NOTHING
                """, [.integer(number)])
            try connection.run("DELETE FROM conversations WHERE number = ?", [.integer(number)])
            try SQLChunkStore.forget(id, of: user, on: connection)
            try Self.noteErasure(of: .words, on: connection)
            let isRevised = try Self.forgetUnheard(voices, on: connection)
            if isRevised { try archive.revise(on: connection) }
            return (Stale(archive: archive, conversations: [number]), isRevised)
        }
        guard let deleted else { return false }
        if deleted.isRevised { revisions.tell(user) }
        forget(deleted.stale)
        startErasing()
        return true
    }

    /// Conversations whose windows were deleted.
    struct Stale: Sendable {
        var archive: UserPartition
        var conversations: [Int64]
    }

    func forget(_ stale: Stale) {
        for conversation in stale.conversations { windowIndex.apply(.remove(conversation: conversation), to: stale.archive.number) }
    }

    // MARK: Parts of these

    private static func checkIsOver(_ conversation: Conversation) throws(StoreError) {
        switch conversation.status {
        case .inProgress, .processing:
            throw .conflict("conversation \(conversation.id) is still being recorded or completed; try again when it is over")
        case .completed, .discarded, .failed: return
        }
    }

    /// Maximum position in a conversation, a hundred years: larger numbers of nanoseconds would soon not fit into a column.
    private static let maxPosition = Duration.seconds(100 * 366 * 86_400)

    /// Moves all positions in a conversation whose start has changed.
    ///
    /// - Throws: `conflict` when a position would lie a hundred years after the start.
    static func shift(_ number: Int64, by milliseconds: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        guard milliseconds != 0 else { return }
        let segments = try ConversationRow.segments(of: number, on: connection), by = Duration.milliseconds(milliseconds)
        guard max(by, by + (segments.map(\.end).max() ?? .zero)) <= maxPosition else {
            throw .conflict("the conversations lie more than a hundred years apart")
        }
        let values: [SQLValue] = [.integer(by.wholeNanoseconds), .integer(number)]
        for var segment in segments {
            segment.words = segment.words.map { word in
                SegmentWord(
                    word.text, start: word.start + .milliseconds(milliseconds), end: word.end + .milliseconds(milliseconds),
                    confidence: word.confidence)
            }
            try connection.run(
                "UPDATE segments SET words = ? WHERE conversation = ? AND id = ?",
                [.text(SegmentCoding.encode(segment.words)), .integer(number), .text(segment.id.rawValue)])
        }
        try connection.run("UPDATE segments SET start_at = start_at + ?1, end_at = end_at + ?1 WHERE conversation = ?2", values)
        try connection.run("UPDATE conversation_audio SET start_at = start_at + ?1 WHERE conversation = ?2", values)
        try connection.run("UPDATE session_parts SET shift = shift + ?1 WHERE conversation = ?2", values)
    }

    /// Makes title, summary, action items and appointments from the present words, so that they quote no words that are gone. A title that was set by hand stays.
    private static func sumUp(_ number: Int64, in zone: TimeZoneRules, on connection: borrowing SQLConnection) throws(StoreError) {
        guard let conversation = try ConversationRow.whole(number, on: connection), conversation.status == .completed else { return }
        let summary = ExtractiveSummary(of: conversation.segments.map(\.text))
        let findings = FindingRules.findings(in: conversation, conversation.findings?.category ?? .other, zone: zone)
        try connection.run(
            "UPDATE conversations SET title = iif(is_titled, title, ?2), summary = ?3, findings = ?4 WHERE number = ?1",
            [.integer(number), .text(summary?.title), .text(summary?.summary), .text(findings.stored)])
    }

    /// Makes the title from the words, in place of a person's. A conversation that is not completed gets its title at the completion.
    static func titleAgain(_ number: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        guard let conversation = try ConversationRow.whole(number, on: connection) else { return }
        let title = conversation.status == .completed ? ExtractiveSummary(of: conversation.segments.map(\.text))?.title : nil
        try connection.run(
            "UPDATE conversations SET title = ?2, is_titled = FALSE WHERE number = ?1", [.integer(number), .text(title)])
    }

    static func dropWindows(of number: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run("DELETE FROM windows WHERE conversation = ?", [.integer(number)])
        try connection.run("UPDATE conversations SET windows_model = NULL WHERE number = ?", [.integer(number)])
    }

    private static func count(_ number: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            UPDATE conversations SET (segment_count, first_segment, last_segment) =
            (SELECT count(*), min(number), max(number) FROM segments WHERE conversation = ?1) WHERE number = ?1
            """, [.integer(number)])
    }

    /// Returns the new numbers of `from`'s speakers in a conversation that has the speakers of `to`. A voice, person or user who is in `to` gets the
    /// number from there; every other speaker gets a new number.
    static func joinedSpeakers(of from: [Segment], with to: [Segment]) -> [SpeakerNumber: SpeakerNumber] {
        var joined: [SpeakerNumber: SpeakerNumber] = [:]
        var next = (to.compactMap(\.speaker).max()?.number ?? -1) + 1
        for segment in from {
            guard let speaker = segment.speaker, joined[speaker] == nil else { continue }
            let same = from.lazy.filter { $0.speaker == speaker && $0.identity.who != .unknown }.compactMap { known in
                to.first { $0.identity.who == known.identity.who && $0.speaker != nil }?.speaker
            }.first
            joined[speaker] = same ?? SpeakerNumber(next)
            if same == nil { next += 1 }
        }
        return joined
    }
}
