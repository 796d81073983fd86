package import Conversations
package import Speech

extension SQLConversationStore {
    /// Maximum number of segments, and of bytes of their words, that one transaction writes: others wait for tenths of a second at most.
    private static let segmentsAtOnce = 500, bytesAtOnce = 1 << 20
    /// Reason of a conversation whose segments are not all imported yet. It counts as discarded until then. An import that was cut off is
    /// continued by the next one.
    static let unfinishedImport = "import_unfinished"

    /// The state of a conversation after the first transaction of its import.
    private enum Begun: Sendable {
        case present
        case complete(unknown: Int)
        /// Some segments are written.
        case written(Int, unknown: Int)
    }

    package func importConversation(
        _ portable: PortableConversation, into target: ImportTarget
    ) async throws(StoreError) -> ConversationImport? {
        let conversation = portable.conversation, segments = portable.segments
        try ConversationLimits.check(conversation)
        try ConversationLimits.check(segments.count, "segments in a conversation", most: ConversationLimits.segments)
        for segment in segments { try ConversationLimits.check(segment.segment) }
        let first = Self.part(of: segments, after: 0), now = now()
        let begun = try await write(into: target) { [words = database.words] (archive, connection) throws(StoreError) -> Begun in
            var row = conversation
            if first < segments.count { (row.status, row.finalizationReason) = (.discarded, Self.unfinishedImport) }
            let isNew = try Self.insert(row, in: archive, now: now, on: connection)
            guard let number = try archive.conversation(row.id, on: connection) else { return .present }
            guard isNew else {
                guard let count = try Self.unfinished(number, on: connection) else { return .present }
                return .written(count, unknown: 0)
            }
            let writing = try SegmentWriting(words, archive, conversation: number, on: connection)
            let unknown = try writing.importNew(segments[..<first], on: connection)
            guard first == segments.count else { return .written(first, unknown: unknown) }
            if portable.isTitledByHand {
                try connection.run("UPDATE conversations SET is_titled = TRUE WHERE number = ?", [.integer(number)])
            }
            return .complete(unknown: unknown)
        }
        switch begun {
        case nil: return nil
        case .present?: return .present
        case .complete(let unknown)?: return .added(unknownSpeakers: unknown)
        case .written(let count, let unknown)?: return try await finish(portable, written: count, unknown, target)
        }
    }

    /// Writes the segments of a conversation whose import has begun, and shows the conversation.
    private func finish(
        _ portable: PortableConversation, written: Int, _ unknown: Int, _ target: ImportTarget
    ) async throws(StoreError) -> ConversationImport? {
        let conversation = portable.conversation, segments = portable.segments, now = now()
        var start = written, unknown = unknown
        while start < segments.count {
            let end = Self.part(of: segments, after: start)
            let more = try await write(into: target) { [words = database.words, start] (archive, connection) throws(StoreError) -> Int in
                let number = try Self.unfinished(conversation.id, written: start, in: archive, on: connection)
                let writing = try SegmentWriting(words, archive, conversation: number, on: connection)
                return try writing.importNew(segments[start..<end], on: connection)
            }
            guard let more else { return nil }
            unknown += more
            start = end
        }
        let isDone = try await write(into: target) { [start] (archive, connection) throws(StoreError) -> Bool in
            let number = try Self.unfinished(conversation.id, written: start, in: archive, on: connection)
            try connection.run(
                "UPDATE conversations SET status = ?2, since = ?3, reason = ?4, is_titled = ?5 WHERE number = ?1",
                [
                    .integer(number), .text(conversation.status.rawValue), .time(now), .text(conversation.finalizationReason),
                    .flag(portable.isTitledByHand),
                ])
            return true
        }
        return isDone == nil ? nil : .added(unknownSpeakers: unknown)
    }

    /// Returns the end of the part that one transaction writes.
    private static func part(of segments: [PortableSegment], after start: Int) -> Int {
        var end = start, bytes = 0
        while end < segments.count, end - start < segmentsAtOnce, bytes < bytesAtOnce {
            let segment = segments[end].segment
            bytes += segment.text.utf8.count + 32 * segment.words.count
            end += 1
        }
        return end
    }

    /// Returns the number of segments of a conversation whose import is not finished; nil for any other conversation.
    private static func unfinished(_ number: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Int? {
        try connection.integer(
            "SELECT segment_count FROM conversations WHERE number = ? AND status = 'discarded' AND reason = ?",
            [.integer(number), .text(unfinishedImport)]
        ).map { Int($0) }
    }

    /// Returns the row number of a conversation whose import is not finished.
    ///
    /// - Throws: `conflict` when the conversation was deleted, or another import has written to it meanwhile.
    private static func unfinished(
        _ id: ID<Conversation>, written: Int, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Int64 {
        guard let number = try archive.conversation(id, on: connection), try unfinished(number, on: connection) == written else {
            throw .conflict("the conversation has changed while it was imported")
        }
        return number
    }

    // MARK: Audio

    /// Maximum difference between the lengths of two files with the same audio.
    private static let audioTolerance = Duration.seconds(1)

    package func importAudio(
        _ audio: StoredAudio, to conversation: ID<Conversation>, into target: ImportTarget
    ) async throws(StoreError) -> AudioImport? {
        try Self.checkName(audio.file)
        try ConversationLimits.check(audio.format, "a format's name", most: ConversationLimits.identifier)
        return try await write(into: target) { (archive, connection) throws(StoreError) -> AudioImport in
            guard let number = try archive.conversation(conversation, on: connection) else { return .gone }
            guard
                try connection.integer(
                    "SELECT 1 FROM conversations WHERE number = ? AND status IN ('in_progress', 'processing')", [.integer(number)]) == nil
            else { return .open }
            guard
                try connection.integer(
                    "SELECT 1 FROM conversation_audio WHERE conversation = ? AND start_at = ? AND duration BETWEEN ? AND ? LIMIT 1",
                    [
                        .integer(number), .duration(audio.start), .duration(audio.duration - Self.audioTolerance),
                        .duration(audio.duration + Self.audioTolerance),
                    ]) == nil
            else { return .present }
            try Self.claim(audio.file, on: connection)
            try connection.run(
                """
                INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(number), .text(audio.file), .text(audio.format), .duration(audio.start), .duration(audio.duration),
                    .integer(audio.byteCount), .time(audio.created),
                ])
            return .added
        }
    }

    package func importFile(_ file: String, of sample: ID<SpeechSample>, into target: ImportTarget) async throws(StoreError) -> AudioImport? {
        try Self.checkName(file)
        let outcome = try await write(into: target) { (archive, connection) throws(StoreError) -> AudioImport in
            guard let number = try archive.sample(sample, on: connection) else { return .gone }
            try Self.claim(file, on: connection)
            try connection.run("UPDATE speech_samples SET file = ? WHERE number = ? AND file IS NULL", [.text(file), .integer(number)])
            guard try connection.changedRows() == 1 else { return .present }
            try archive.revise(on: connection)
            return .added
        }
        if outcome == .added { revisions.tell(target.user) }
        return outcome
    }

    package func removeImportedFile(_ file: String, from target: ImportTarget) async throws(StoreError) {
        _ = try await write(into: target) { (archive, connection) throws(StoreError) -> Bool in
            let values: [SQLValue] = [.text(file), .integer(archive.number)]
            try connection.run(
                """
                DELETE FROM conversation_audio WHERE file = ?1
                AND EXISTS (SELECT 1 FROM conversations c WHERE c.number = conversation_audio.conversation AND c.archive = ?2)
                """, values)
            try connection.run("UPDATE speech_samples SET file = NULL WHERE file = ? AND archive = ?", values)
            return true
        }
    }

    package func file(of sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> SampleFile {
        try await read(user) { (archive, connection) throws(StoreError) -> SampleFile? in
            var found: SampleFile?
            try connection.run(
                "SELECT file FROM speech_samples WHERE archive = ? AND id = ?", [.integer(archive.number), .text(sample.rawValue)]
            ) { (row) throws(StoreError) in found = row.text(0).map { .named($0) } ?? SampleFile.none }
            return found
        } ?? .noSample
    }
}
