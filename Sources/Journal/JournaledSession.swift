package import Continuity
package import Observability
package import Sessions
package import Speech

/// The journal of one live session: the session's part of its loop's log, and its transcript. Lives on the session's loop and is called there only.
package final class JournaledSession: SessionJournal {
    private var record: SessionRecord
    /// Maximum number of conversations in the record. The store has accepted earlier ones long ago.
    private static let maxConversations = 8
    private let log: JournalLog
    private let transcripts: TranscriptFolder
    private let problems: Log
    package private(set) var cursor: JournalCursor
    /// The live transcript; nil before `open`.
    package private(set) var transcript: LiveTranscript?
    /// End of audio that is in the log and may not be on the disk yet; nil: there is none.
    private var unsynced: JournalMark?

    /// - Parameter problems: takes the journal's errors.
    package init(_ record: SessionRecord, rate: SampleRate, channels: Int, log: JournalLog, transcripts: TranscriptFolder, problems: Log) {
        self.record = record
        self.log = log
        self.transcripts = transcripts
        self.problems = problems
        cursor = log.cursor(rate: rate, channels: channels)
    }

    /// Begins the session's part of the log and its transcript. Called before all other methods.
    package func open() {
        log.open(record, cursor: &cursor)
        transcript = transcripts.begin(record, rate: cursor.rate, channels: cursor.channels)
    }

    /// Notes that the session speaks in a conversation, or that the conversation's place in the session has changed.
    package func note(_ conversation: ConversationRecord) {
        record.conversations.removeAll { $0.id == conversation.id }
        record.conversations = record.conversations.suffix(Self.maxConversations - 1) + [conversation]
        log.replace(record, cursor: &cursor)
    }

    package func keep(_ audio: RawSpan, _ range: SampleRange) {
        audio.withUnsafeBytes { log.append(audio: $0, range, cursor: &cursor) }
    }

    package func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost) {
        do {
            try log.read(range, cursor: cursor) { body($0.bytes) }
        } catch {
            problems.error("audio cannot be read back", [.session: record.id.rawValue, .error: "\(error)"])
            throw AudioLost("the journal has lost it")
        }
    }

    package func record(_ commit: Commit, turn: Int) {
        let bytes = CommitRecord.encode(commit, turn: turn)
        log.append(commit: bytes, at: commit.range.start, cursor: &cursor)
        transcript?.append(commit: bytes, at: commit.range.start)
    }

    /// Does nothing: the log keeps the audio until its session is over.
    package func forget(before index: SampleIndex) {}

    /// Keeps words for a gap that was reported to the client.
    package func record(_ backfill: Backfill) {
        // The transcript finds the turn itself.
        let commit = Commit(channel: backfill.channel, range: backfill.range, words: backfill.words, reason: .pause, engine: backfill.engine)
        let bytes = CommitRecord.encode(commit, turn: 0)
        log.append(mend: bytes, at: backfill.range.start, cursor: &cursor)
        transcript?.append(mend: bytes, at: backfill.range.start)
    }

    /// True if the disk takes nothing more of the journal; what is said waits in memory, and is lost with the process when that is full, too.
    package var isRefused: Bool { log.isRefused }

    /// Checks which audio the disk has.
    ///
    /// - Parameter end: the end of the audio received so far.
    /// - Returns: the end of the audio that has become durable since the last call; nil: no audio has.
    package func becameDurable(received end: SampleIndex) -> SampleIndex? {
        var durable: SampleIndex?
        if let mark = unsynced, log.isDurable(mark) {
            unsynced = nil
            durable = mark.end
        }
        if unsynced == nil { unsynced = log.mark(cursor, through: end) }
        return durable
    }
}
