package import Continuity
package import Speech
internal import Store
internal import Synchronization

/// The committed transcript of a live session. The newest part is in memory and the rest in a file, so that memory is bounded however long the
/// session lasts. Appended to on the session's loop; read from any thread.
package final class LiveTranscript: Sendable {
    struct State {
        /// Commits that are not in a file, each as an entry.
        var newest: [UInt8] = []
        /// Parts that wait to be written to the file, the oldest first; at most `maxLeaving`.
        var leaving: [[UInt8]] = []
        /// The file of the parts that have left memory; nil before the first part.
        var file: BlobDraft?
        /// Number of bytes in the file. Bytes behind them belong to an incomplete write.
        var inFile = 0
        var gaps: [SessionTranscript.Gap] = []
        var notices: [RecordingNotice] = []
        /// The interims that the client sees at the moment.
        var interims: ShownInterims
        /// Shown words that are not in an entry yet, of a session that hides content; nil: nothing is hidden.
        var undecided: UndecidedShown?
        /// Number of bytes of entries of shown words, of speech and of judgments.
        var shownBytes = 0

        /// True if a part could not be written; the journal still has it.
        var isDamaged = false
    }

    /// The kind of an entry: what its bytes are.
    private enum Kind: UInt8 {
        /// A commit, encoded by `CommitRecord`.
        case commit = 0
        /// Words for a gap that was noted, encoded as a commit.
        case mend = 1
        /// A change of the words that the client is shown, encoded by `ShownRecord`. The entry's position is the end of the audio received.
        case shown = 2
        /// A `HeardSpeech`: a commit without words.
        case speech = 3
        /// A `TurnJudgment`: a commit without words at the pause. The turn is the probability in steps of 1/10,000.
        case judgment = 4
    }

    /// Maximum number of bytes in `newest`: some minutes of speech.
    static let maxInMemory = 64 << 10
    /// Maximum number of bytes of shown words: some two hours of speech. What is shown later is not kept.
    static let maxShown = 4 << 20
    /// Maximum number of parts that wait for the disk: hours of speech.
    static let maxLeaving = 16
    private static let maxGaps = 1_000, maxNotices = 100

    package let record: SessionRecord
    let rate: SampleRate
    let channels: Int
    let state: Mutex<State>
    private let folder: TranscriptFolder

    package init(_ record: SessionRecord, rate: SampleRate, channels: Int, folder: TranscriptFolder) {
        self.record = record
        self.rate = rate
        self.channels = channels
        self.folder = folder
        let undecided = record.redaction.isEmpty ? nil : UndecidedShown(channels: channels, rate: rate)
        state = Mutex(State(interims: ShownInterims(channels: channels), undecided: undecided))
    }

    /// Appends a commit.
    ///
    /// - Parameter commit: the commit, encoded by `CommitRecord`.
    package func append(commit: [UInt8], at start: SampleIndex) { append(commit, at: start, .commit) }

    /// Appends words for a gap that was noted, encoded as a commit.
    package func append(mend: [UInt8], at start: SampleIndex) { append(mend, at: start, .mend) }

    /// Keeps what the client is shown by an interim.
    ///
    /// - Parameter received: end of the audio received so far.
    package func show(_ interim: Hypothesis, by engine: EngineName, received: SampleIndex) {
        keep { $0.change(to: interim, by: engine, received: received) }
    }

    /// Keeps when the client was shown a commit.
    ///
    /// - Parameter received: end of the audio received so far.
    package func show(_ commit: Commit, received: SampleIndex) {
        keep { $0.change(by: commit, received: received) }
    }

    private func keep(_ change: (inout ShownInterims) -> ShownWords?) {
        let isFull = state.withLock { state in
            guard state.shownBytes < Self.maxShown else {
                // Nothing more is kept, so no final decides what waits for one.
                let waiting = state.undecided?.unpassed ?? []
                if !waiting.isEmpty { state.undecided = UndecidedShown(channels: channels, rate: rate) }
                return Self.append(waiting, to: &state)
            }
            guard let shown = change(&state.interims) else { return false }
            let bytes = ShownRecord.encode(shown)
            state.shownBytes += bytes.count
            guard let decided = state.undecided?.add(shown) else { return Self.append(bytes, at: shown.received, .shown, to: &state) }
            return Self.append(decided, to: &state)
        }
        if isFull { folder.spill(self) }
    }

    /// Notes that words which are said in a time are hidden in the final that is shown next: they leave what was shown before.
    package func hide(_ range: SampleRange, in channel: ChannelIndex) {
        state.withLock { if $0.shownBytes < Self.maxShown { $0.undecided?.hide(range, in: channel) } }
    }

    /// Keeps that a voice detector heard speech.
    package func note(_ speech: HeardSpeech) {
        keep(Commit(channel: speech.channel, range: speech.range, words: [], reason: .pause, engine: EngineName("")), .speech)
    }

    /// Keeps the judgment of an end-of-turn model.
    package func note(_ judgment: TurnJudgment) {
        let place = SampleRange(judgment.position, judgment.position)
        keep(
            Commit(channel: judgment.channel, range: place, words: [], reason: .pause, engine: judgment.engine ?? EngineName("")), .judgment,
            turn: Int((judgment.probability * Self.probabilitySteps).rounded()))
    }

    /// Number of steps of a kept probability from 0 to 1.
    private static let probabilitySteps: Float = 10_000

    private func keep(_ commit: Commit, _ kind: Kind, turn: Int = 0) {
        let bytes = CommitRecord.encode(commit, turn: turn)
        let isFull = state.withLock { state in
            guard state.shownBytes < Self.maxShown else { return false }
            state.shownBytes += bytes.count
            return Self.append(bytes, at: commit.range.start, kind, to: &state)
        }
        if isFull { folder.spill(self) }
    }

    private func append(_ bytes: [UInt8], at start: SampleIndex, _ kind: Kind) {
        if state.withLock({ Self.append(bytes, at: start, kind, to: &$0) }) { folder.spill(self) }
    }

    /// Appends an entry. Returns true if a part is to be written to the file.
    private static func append(_ bytes: [UInt8], at start: SampleIndex, _ kind: Kind, to state: inout State) -> Bool {
        state.newest.append(kind.rawValue)
        withUnsafeBytes(of: start.samples.littleEndian) { state.newest.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { state.newest.append(contentsOf: $0) }
        state.newest += bytes
        guard state.newest.count >= Self.maxInMemory else { return false }
        state.leaving.append(state.newest)
        state.newest = []
        return true
    }

    /// Appends entries of shown words. Returns true if a part is to be written to the file.
    private static func append(_ decided: [ShownWords], to state: inout State) -> Bool {
        var isFull = false
        for shown in decided where append(ShownRecord.encode(shown), at: shown.received, .shown, to: &state) { isFull = true }
        return isFull
    }

    package func note(_ gap: SessionTranscript.Gap) {
        let isFull = state.withLock { state in
            if state.gaps.count < Self.maxGaps { state.gaps.append(gap) }
            return Self.append(state.undecided?.miss(in: gap.channel) ?? [], to: &state)
        }
        if isFull { folder.spill(self) }
    }

    /// Notes that the client's stream is not whole, or has more sound tracks than are heard.
    package func note(_ notice: RecordingNotice) {
        state.withLock { if $0.notices.count < Self.maxNotices { $0.notices.append(notice) } }
    }

    /// Returns the whole transcript.
    ///
    /// - Parameter file: the part that is in the file.
    package func transcript(file: [UInt8], received: SampleCount?) -> SessionTranscript {
        let (bytes, gaps, notices, undecided) = state.withLock { state in
            (state.leaving.reduce(file, +) + state.newest, state.gaps, state.notices, state.undecided)
        }
        var transcript = SessionTranscript(rate: rate, channels: channels)
        transcript.notices = notices
        var rest = bytes[...]
        var mends: [Commit] = []
        while rest.count >= 13 {
            let number = { (from: Int, count: Int) in
                (0..<count).reduce(UInt64(0)) { $0 | UInt64(rest[rest.startIndex + from + $1]) << (8 * UInt64($1)) }
            }
            let kind = Kind(rawValue: rest[rest.startIndex])
            let start = SampleIndex(Int64(bitPattern: number(1, 8)))
            let length = Int(number(9, 4))
            guard rest.count >= 13 + length else { break }
            let entry = rest.dropFirst(13).prefix(length)
            switch kind {
            case .commit: if let (commit, turn) = CommitRecord.decode(entry, start: start) { transcript.add(commit, turn: turn) }
            case .mend: if let (commit, _) = CommitRecord.decode(entry, start: start) { mends.append(commit) }
            case .shown: if let shown = ShownRecord.decode(entry, received: start) { transcript.shown.append(shown) }
            case .speech:
                if let (commit, _) = CommitRecord.decode(entry, start: start) {
                    transcript.speech.append(HeardSpeech(channel: commit.channel, range: commit.range))
                }
            case .judgment:
                if let (commit, turn) = CommitRecord.decode(entry, start: start) {
                    transcript.judgments.append(
                        TurnJudgment(
                            channel: commit.channel, position: start, probability: Float(turn) / Self.probabilitySteps,
                            engine: commit.engine.rawValue.isEmpty ? nil : commit.engine))
                }
            case nil: break
            }
            rest = rest.dropFirst(13 + length)
        }
        if let undecided {
            transcript.shown += received == nil ? undecided.open : undecided.unpassed
            // Channels decide by themselves: what one of them held back stands behind later changes of another.
            let order = transcript.shown.indices.sorted { (transcript.shown[$0].received, $0) < (transcript.shown[$1].received, $1) }
            transcript.shown = order.map { transcript.shown[$0] }
        }
        if let received { transcript.received = max(transcript.received, received) }
        for mend in mends { transcript.mend(mend) }
        for gap in gaps { transcript.note(gap.cause, gap.channel, gap.range) }
        return transcript
    }
}
