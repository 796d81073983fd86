package import Speech

/// A session's transcript as it is stored: the commits, and the words that were recognised later in gaps.
///
/// The pieces of a channel are in order of time and do not overlap. A commit is never changed.
package struct SessionTranscript: Sendable, Equatable {
    package struct Piece: Sendable, Equatable {
        package var commit: Commit
        /// Number of the turn, counted from 0 within the channel.
        package var turn: Int
        /// True if the client did not get the piece, because it was recognised after the session's engines had failed or after the session.
        package var isRecovered: Bool

        package init(_ commit: Commit, turn: Int, isRecovered: Bool) {
            self.commit = commit
            self.turn = turn
            self.isRecovered = isRecovered
        }
    }

    /// An interval whose words are not known.
    package struct Gap: Sendable, Equatable {
        package var channel: ChannelIndex
        package var range: SampleRange
        package var cause: GapCause

        package init(channel: ChannelIndex, range: SampleRange, cause: GapCause) {
            self.channel = channel
            self.range = range
            self.cause = cause
        }
    }

    package let rate: SampleRate
    /// Amount of audio that was received.
    package var received: SampleCount
    /// The pieces of each channel.
    package private(set) var pieces: [[Piece]]
    /// The changes of what the client was shown, in order; empty when they were not kept.
    package var shown: [ShownWords] = []
    /// The speech that voice detectors heard, in the order in which each stretch ended; empty when nobody listened.
    package var speech: [HeardSpeech] = []
    /// The judgments of end-of-turn models, in order.
    package var judgments: [TurnJudgment] = []
    /// Notices about the client's stream, in order; their places are times of the session.
    package var notices: [RecordingNotice] = []
    /// The known reasons for missing intervals; the newest reason is last.
    private var causes: [Gap] = []
    /// Maximum number of reasons that are kept.
    private static let maxCauses = 1_000
    /// Number of pieces on each side whose words are compared with those of a repair.
    private static let piecesAtSeam = 8

    package init(rate: SampleRate, channels: Int, received: SampleCount = .zero) {
        self.rate = rate
        self.received = received
        pieces = Array(repeating: [], count: channels)
    }

    package var channels: Int { pieces.count }

    /// Adds a commit. The commits of a channel come in order.
    ///
    /// - Returns: false if the commit overlaps pieces that are already there. Those stay.
    @discardableResult
    package mutating func add(_ commit: Commit, turn: Int, isRecovered: Bool = false) -> Bool {
        let number = commit.channel.number
        guard pieces.indices.contains(number) else { return false }
        let place = firstPiece(endingAfter: commit.range.start, in: number)
        if place < pieces[number].count, commit.range.intersection(pieces[number][place].commit.range) != nil { return false }
        received = max(received, commit.range.end - .zero)
        pieces[number].insert(Piece(commit, turn: turn, isRecovered: isRecovered), at: place)
        return true
    }

    /// Notes why an interval is missing.
    package mutating func note(_ cause: GapCause, _ channel: ChannelIndex, _ range: SampleRange) {
        guard !range.isEmpty, causes.count < Self.maxCauses else { return }
        causes.append(Gap(channel: channel, range: range, cause: cause))
    }

    /// Returns the ranges that no piece covers, in order.
    package func missing(in channel: ChannelIndex) -> [SampleRange] {
        guard pieces.indices.contains(channel.number) else { return [] }
        var missing: [SampleRange] = []
        var through = SampleIndex.zero
        for piece in pieces[channel.number] where !piece.commit.range.isEmpty {
            if piece.commit.range.start > through { missing.append(SampleRange(through, piece.commit.range.start)) }
            through = max(through, piece.commit.range.end)
        }
        let end = SampleIndex.zero + received
        if end > through { missing.append(SampleRange(through, end)) }
        return missing
    }

    package var isWhole: Bool { (0..<channels).allSatisfy { missing(in: ChannelIndex($0)).isEmpty } }

    /// The missing intervals of all channels, each with its cause.
    package var gaps: [Gap] {
        (0..<channels).map { ChannelIndex($0) }.flatMap { channel in
            missing(in: channel).map { range in
                let cause = causes.last { $0.channel == channel && $0.range.intersection(range) != nil }?.cause ?? .interrupted
                return Gap(channel: channel, range: range, cause: cause)
            }
        }
    }

    /// Fills the missing parts of `range` with words that were recognised again.
    ///
    /// - Parameter words: the words of the range and around it, in order. Words that are settled on either side are left out.
    package mutating func mend(_ channel: ChannelIndex, _ range: SampleRange, _ words: [Word], by engine: EngineName) {
        for missing in missing(in: channel) {
            guard let part = missing.intersection(range) else { continue }
            let place = firstPiece(endingAfter: part.start, in: channel.number)
            let settled = pieces[channel.number]
            let before = settled[..<place].suffix(Self.piecesAtSeam).flatMap(\.commit.words).map { RememberedWord($0) }
            let after = settled[place...].prefix(Self.piecesAtSeam).flatMap(\.commit.words).map { RememberedWord($0) }
            let inside = RepairSeam.unsettled(words, of: part, before: before, after: after, rate: rate)
            fill(channel, part, inside.map { RepairSeam.kept($0, in: part) }, by: engine)
        }
    }

    /// Fills the missing parts of `range` with words that came too late for the client, and that were already cut where they meet others.
    package mutating func mend(_ mend: Commit) {
        for missing in missing(in: mend.channel) {
            guard let part = missing.intersection(mend.range) else { continue }
            fill(mend.channel, part, RepairSeam.words(mend.words, in: part), by: mend.engine)
        }
    }

    private mutating func fill(_ channel: ChannelIndex, _ range: SampleRange, _ words: [Word], by engine: EngineName) {
        let commit = Commit(channel: channel, range: range, words: words, reason: .pause, engine: engine)
        add(commit, turn: turn(before: range, in: channel.number), isRecovered: true)
    }

    /// Forgets what was said in `range`. Words that lie in the range are removed. A word that begins before the range or ends behind it is removed
    /// too if the better part of the word lies in the range. Missing parts of the range no longer count as missing.
    package mutating func forget(_ range: SampleRange, in channel: ChannelIndex) {
        guard pieces.indices.contains(channel.number) else { return }
        for index in pieces[channel.number].indices where pieces[channel.number][index].commit.range.intersection(range) != nil {
            pieces[channel.number][index].commit.words.removeAll { range.contains($0.middle) }
        }
        for index in shown.indices where shown[index].channel == channel { shown[index].forget(range) }
        speech.removeAll { $0.channel == channel && $0.range.intersection(range) != nil }
        judgments.removeAll { $0.channel == channel && range.contains($0.position) }
        for missing in missing(in: channel) {
            guard let part = missing.intersection(range) else { continue }
            fill(channel, part, [], by: EngineName(""))
        }
    }

    /// Removes everything from `end` on.
    package mutating func cut(at end: SampleIndex) {
        received = min(received, end - .zero)
        for channel in pieces.indices {
            pieces[channel].removeAll { $0.commit.range.start >= end }
            guard let last = pieces[channel].indices.last, pieces[channel][last].commit.range.end > end else { continue }
            pieces[channel][last].commit.range = SampleRange(pieces[channel][last].commit.range.start, end)
            pieces[channel][last].commit.words.removeAll { $0.middle >= end }
        }
        speech.removeAll { $0.range.start >= end }
        judgments.removeAll { $0.position >= end }
    }

    /// Returns the turn of recovered words: the turn that was open before them, otherwise the turn that follows.
    private func turn(before range: SampleRange, in channel: Int) -> Int {
        let place = firstPiece(endingAfter: range.start, in: channel)
        let before = place > 0 ? pieces[channel][place - 1] : nil
        if let before, !before.commit.endsTurn { return before.turn }
        if place < pieces[channel].count { return pieces[channel][place].turn }
        return before.map { $0.turn + 1 } ?? 0
    }

    /// Returns the index of the first piece that ends behind `position`. Empty pieces end where they begin.
    private func firstPiece(endingAfter position: SampleIndex, in channel: Int) -> Int {
        var low = 0, high = pieces[channel].count
        while low < high {
            let middle = (low + high) / 2
            if pieces[channel][middle].commit.range.end > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
