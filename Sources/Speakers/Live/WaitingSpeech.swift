package import Speech

/// Words that wait until their speaker is known. They are released in order, each with its speaker's label.
///
/// A value without I/O. A clip that is too short to be told by its sound gets the speaker of its nearest neighbour in time, before or after.
///
/// Words wait until their clips are told, and until it is known what follows them: what the engine decides within three seconds of audio. So the labels
/// are a function of the words, their voices and the positions in the audio at which they were decided, at whatever pace they come. Time ends the wait
/// only where no audio comes any more, where the engine has not told the position of the words, and where no session is answered for very long.
package struct WaitingSpeech: Sendable {
    private struct Clip: Sendable {
        let number: Int
        var clip: SpokenClip
        /// True if the clip's speaker is still to be told.
        var isOpen = false
    }

    private struct WaitingWords: Sendable {
        var words: [Word]
        var clips: [Clip]
        /// Time at which the words came.
        let since: Instant
        /// The position in the audio at which the words were decided; nil: the engine did not tell.
        let decided: SampleIndex?

        var isOpen: Bool { clips.contains(where: \.isOpen) }
    }

    private let near: SampleCount
    private let reach: SampleCount
    private let quiet: SampleCount
    private let behind: SampleCount
    private let looksAhead: Bool
    private var waiting: [WaitingWords] = []
    private var nextClip = 0
    /// The speaker of the last released words, and the end of those words.
    private var last: (label: Int, end: SampleIndex)?
    /// End of the audio that finals cover.
    private var covered = SampleIndex.zero
    /// The position before which all finals have come that are decided there; nil: the engine does not tell.
    private var decidedThrough: SampleIndex?
    /// End of the audio that has come.
    private var receivedThrough = SampleIndex.zero
    /// Maximum time without an answer, or without a final, after which words go on.
    private let patience: Duration
    /// Time of the last answer, to this session or another; where no words wait for their voices, also of the last final, and of the last position, or of
    /// the last audio where the engine keeps up with it, if the first words have a position. nil when no words wait.
    private var moved: Instant?

    /// Maximum time without an answer, or without a final, where nobody has set another. A machine that does not keep up does not reach it.
    package static let standardPatience: Duration = .seconds(60)
    /// Maximum time that words wait for their voices, although others are heard.
    private static let longestWait: Duration = .seconds(300)
    /// Maximum gap after which words count as the same speaker's, when nothing else is known.
    private static let pause: Duration = .milliseconds(350)
    /// Maximum gap between a clip and what follows within which that may be the nearest neighbour.
    private static let reach: Duration = .seconds(2)
    /// Audio in which words must be decided to count as following. The same time ends the wait where no audio comes, and where the engine does not tell
    /// its positions: many vendors send nothing while nobody speaks.
    private static let quiet: Duration = .seconds(3)
    /// Minimum audio for which an engine is behind: more than an engine that keeps up leaves undecided, and than a gate's silence before it is covered.
    private static let behind: Duration = .seconds(2)
    /// Minimum time that words wait for their voices before that is told, and maximum time with which they are in time again.
    private static let late: Duration = .seconds(3), inTime: Duration = .seconds(1)
    /// Maximum number of finals that wait.
    private static let maxWaiting = 1_000

    /// - Parameters:
    ///   - patience: maximum time without an answer, or without a final, after which words go on.
    ///   - looksAhead: true if words may wait for those that follow.
    package init(rate: SampleRate, patience: Duration, looksAhead: Bool = true) {
        self.looksAhead = looksAhead
        near = SampleCount(Self.pause, at: rate)
        reach = SampleCount(Self.reach, at: rate)
        quiet = SampleCount(Self.quiet, at: rate)
        behind = SampleCount(Self.behind, at: rate)
        self.patience = patience
    }

    package var isEmpty: Bool { waiting.isEmpty }

    /// The time at which words are released if nothing comes until then; nil when no words wait.
    package var deadline: Instant? {
        guard let first = waiting.first else { return nil }
        let isAlone = waiting.count == 1 && !first.isOpen
        // No position ends the wait of words that have none.
        let waitsForEngine = first.decided != nil && isBehind
        let still = moved.map { $0 + (isAlone && !waitsForEngine ? min(patience, Self.quiet) : patience) }
        return first.isOpen ? still.map { min($0, first.since + max(patience, Self.longestWait)) } : still
    }

    /// True if words wait for those that follow, and none waits for its voice: a voice that is still being heard does not come sooner with other words, and
    /// its wait must end.
    private var waitsForWordsAlone: Bool { !waiting.isEmpty && !waiting.contains(where: \.isOpen) }

    /// The same, if the first words have a position, so that the engine's positions end their wait.
    private var waitsForPosition: Bool { waiting.first?.decided != nil && waitsForWordsAlone }

    /// True if the engine has yet to decide about audio that has come: what it says about that audio may count, however long it takes.
    private var isBehind: Bool { decidedThrough.map { receivedThrough - max($0, covered) >= behind } ?? false }

    /// The time from which on words are late, if their voices are not heard until then; nil when no words wait for voices.
    package var lateFrom: Instant? { waiting.first(where: \.isOpen).map { $0.since + Self.late } }

    /// Returns true if words have waited long for their voices. Decides what is told, and nothing about labels.
    ///
    /// - Parameter wasLate: true if the last answer was true. Words are then late until those that wait longest came a short time ago.
    package func isLate(_ wasLate: Bool, now: Instant) -> Bool {
        guard let first = waiting.first(where: \.isOpen) else { return false }
        return now - first.since >= (wasLate ? Self.inTime : Self.late)
    }

    /// Takes the next words.
    ///
    /// - Returns: the words' clips, with their numbers.
    package mutating func add(_ words: [Word], rate: SampleRate, now: Instant) -> [(number: Int, clip: SpokenClip)] {
        let clips = SpokenClip.clips(of: words, rate: rate).enumerated().map { Clip(number: nextClip + $0, clip: $1) }
        nextClip += clips.count
        waiting.append(WaitingWords(words: words, clips: clips, since: now, decided: decidedThrough))
        if waiting.count == 1 { moved = now }
        return clips.map { ($0.number, $0.clip) }
    }

    /// Notes that the clip's speaker will be told.
    package mutating func expect(_ number: Int) {
        guard let (said, clip) = place(of: number) else { return }
        waiting[said].clips[clip].isOpen = true
    }

    /// Notes that finals cover the audio up to this position: no later words begin before it.
    package mutating func cover(through end: SampleIndex, now: Instant) {
        covered = max(covered, end)
        if waitsForWordsAlone { moved = now }
    }

    /// Notes that all finals have come that were decided before this position of the audio.
    ///
    /// - Parameter position: the position, never before the last one of the same engine; nil: from here on there is none.
    package mutating func decided(through position: SampleIndex?, now: Instant) {
        // Where no position was told before either, nothing has changed.
        let isNews = position != nil || decidedThrough != nil
        decidedThrough = position
        if isNews, waitsForPosition { moved = now }
    }

    /// Notes that audio has come. While it goes on, and the engine keeps up with it, its positions end the wait, and time does not.
    package mutating func received(through end: SampleIndex, now: Instant) {
        receivedThrough = end
        if decidedThrough != nil, !isBehind, waitsForPosition { moved = now }
    }

    /// Notes that a voice was heard.
    package mutating func answered(now: Instant) { moved = now }

    /// Notes that voices of other sessions were heard: those of these words have their turn yet.
    package mutating func answeredOthers(now: Instant) { if waiting.contains(where: \.isOpen) { moved = now } }

    /// Returns the clip; nil when it no longer waits.
    package subscript(_ number: Int) -> SpokenClip? { place(of: number).map { waiting[$0].clips[$1].clip } }

    /// Notes that the clip's speaker cannot be told.
    package mutating func give(up number: Int) {
        guard let (said, clip) = place(of: number) else { return }
        waiting[said].clips[clip].isOpen = false
    }

    /// Sets the speakers of a clip, or of its parts.
    ///
    /// - Parameters:
    ///   - turns: the clip's turns, in order and on the session's timeline.
    ///   - labels: the label of each turn; nil: the speaker cannot be told.
    package mutating func told(_ number: Int, _ turns: [SpeakerTurn], labels: [Int?]) {
        guard let (said, place) = place(of: number), turns.count == labels.count, !turns.isEmpty else { return }
        let whole = waiting[said].clips[place]
        var parts: [Clip] = []
        var turnBefore: Int?
        for index in whole.clip.words {
            let range = waiting[said].words[index].range
            let turn = turns.turn(of: range) ?? 0
            if turn == turnBefore {
                parts[parts.count - 1].clip.words = parts[parts.count - 1].clip.words.lowerBound..<index + 1
                parts[parts.count - 1].clip.range.end = max(parts[parts.count - 1].clip.range.end, range.end)
            } else {
                parts.append(
                    Clip(
                        number: whole.number, clip: SpokenClip(words: index..<index + 1, range: range, label: whole.clip.label ?? labels[turn])))
            }
            turnBefore = turn
        }
        waiting[said].clips.replaceSubrange(place...place, with: parts)
    }

    /// Returns the words that can be released.
    ///
    /// - Parameter isLast: true if no more words come.
    package mutating func release(now: Instant, isLast: Bool) -> [[Word]] {
        let isOverdue = deadline.map { $0 <= now } ?? false
        if isOverdue { giveUpAll() }
        var released: [[Word]] = []
        while let first = waiting.first, waiting.count > Self.maxWaiting || (!first.isOpen && (isOverdue || knowsWhatFollows(first, isLast: isLast)))
        {
            released.append(named(first))
            waiting.removeFirst()
        }
        return released
    }

    /// Nobody answers any more: nothing that waits now is told.
    private mutating func giveUpAll() {
        for index in waiting.indices { for clip in waiting[index].clips.indices { waiting[index].clips[clip].isOpen = false } }
    }

    package mutating func removeAll() { waiting = [] }

    // MARK: - Neighbours in time

    /// Returns true if it is known which words, if any, influence the speaker of these as their next neighbour.
    private func knowsWhatFollows(_ said: WaitingWords, isLast: Bool) -> Bool {
        guard let place = reached(by: said) else { return true }
        guard let next else { return isLast || waiting.count > 1 || covered >= place || isPast(said) }
        return next.clip.range.start >= place || !next.isOpen
    }

    /// Returns true if words that are decided from here on come too late to follow these.
    private func isPast(_ said: WaitingWords) -> Bool {
        guard let at = said.decided, let decidedThrough else { return false }
        return decidedThrough >= at + quiet
    }

    /// Returns the place before which other words begin if they may be a nearer neighbour than those before; nil when the speaker of the last words is
    /// known by sound, or nothing that follows counts.
    private func reached(by said: WaitingWords) -> SampleIndex? {
        guard looksAhead, let end = said.clips.last?.clip, end.label == nil else { return nil }
        guard let before = said.clips.last(where: { $0.clip.label != nil })?.clip.range.end ?? last?.end else { return end.range.end + reach }
        let gap = end.range.start - before
        return gap < near ? nil : end.range.end + min(gap, reach)
    }

    /// The first clip of the words behind the first ones; nil when there are none, or they were decided too late to count. What happens to be here does
    /// not count more than what comes later.
    private var next: Clip? {
        guard waiting.count > 1 else { return nil }
        if let at = waiting[0].decided, let next = waiting[1].decided, next >= at + quiet { return nil }
        return waiting[1].clips.first
    }

    private mutating func named(_ said: WaitingWords) -> [Word] {
        var words = said.words, following = said.clips
        // Next words that happen to be here already do not count, but those do that would have been waited for.
        if let place = reached(by: said), let next, next.clip.range.start < place { following.append(next) }
        for (index, clip) in said.clips.enumerated() {
            let label = clip.clip.label ?? nearest(to: clip.clip, among: following[(index + 1)...])
            guard let label else { continue }
            last = (label, clip.clip.range.end)
            for word in clip.clip.words where words[word].speaker == nil { words[word].speaker = SpeakerLabel(label) }
        }
        return words
    }

    private func nearest(to clip: SpokenClip, among following: ArraySlice<Clip>) -> Int? {
        guard let next = following.first(where: { $0.clip.label != nil })?.clip else { return last?.label }
        guard let last else { return next.label }
        return next.range.start - clip.range.end < clip.range.start - last.end ? next.label : last.label
    }

    private func place(of number: Int) -> (said: Int, clip: Int)? {
        for said in waiting.indices {
            if let clip = waiting[said].clips.firstIndex(where: { $0.number == number }) { return (said, clip) }
        }
        return nil
    }
}
