package import Speech

/// Words that wait until their speaker is known. They are released in order, each with its speaker's label.
///
/// A value without I/O. A clip that is too short to be told by its sound gets the speaker of its nearest neighbour in time, before or after.
package struct WaitingSpeech: Sendable {
    private struct Clip: Sendable {
        let number: Int
        var clip: SpokenClip
        /// True if the clip's speaker is still to be told.
        var isOpen = false
        /// The speaker if nobody tells.
        var guess: Int?
    }

    private struct WaitingWords: Sendable {
        var words: [Word]
        var clips: [Clip]
        let deadline: Instant

        var isOpen: Bool { clips.contains(where: \.isOpen) }
    }

    private let near: SampleCount
    private var waiting: [WaitingWords] = []
    private var nextClip = 0
    /// The speaker of the last released words, and the end of those words.
    private var last: (label: Int, end: SampleIndex)?

    /// Maximum gap after which words count as the same speaker's, when nothing else is known.
    private static let pause: Duration = .milliseconds(350)

    package init(rate: SampleRate) { near = SampleCount(Self.pause, at: rate) }

    package var isEmpty: Bool { waiting.isEmpty }

    /// The latest time at which words must be released; nil when no words wait.
    package var deadline: Instant? { waiting.first?.deadline }

    /// Takes the next words.
    ///
    /// - Returns: the words' clips, with their numbers.
    package mutating func add(_ words: [Word], rate: SampleRate, until deadline: Instant) -> [(number: Int, clip: SpokenClip)] {
        let clips = SpokenClip.clips(of: words, rate: rate).enumerated().map { Clip(number: nextClip + $0, clip: $1) }
        nextClip += clips.count
        waiting.append(WaitingWords(words: words, clips: clips, deadline: deadline))
        return clips.map { ($0.number, $0.clip) }
    }

    /// Notes that the clip's speaker will be told.
    package mutating func expect(_ number: Int) {
        guard let (said, clip) = place(of: number) else { return }
        waiting[said].clips[clip].isOpen = true
    }

    /// Notes who speaks the clip if its speaker is not told in time, or cannot be told.
    package mutating func suppose(_ number: Int, _ label: Int) {
        guard let (said, clip) = place(of: number) else { return }
        waiting[said].clips[clip].guess = label
    }

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
                        number: whole.number, clip: SpokenClip(words: index..<index + 1, range: range, label: whole.clip.label ?? labels[turn]),
                        guess: turns.count == 1 ? whole.guess : nil))
            }
            turnBefore = turn
        }
        waiting[said].clips.replaceSubrange(place...place, with: parts)
    }

    /// Returns the words that can be released.
    ///
    /// - Parameter isLast: true if no more words come.
    package mutating func release(now: Instant, isLast: Bool) -> [[Word]] {
        var released: [[Word]] = []
        while let first = waiting.first, first.deadline <= now || (!first.isOpen && (isLast || knowsWhatFollows(first))) {
            released.append(named(first))
            waiting.removeFirst()
        }
        return released
    }

    package mutating func removeAll() { waiting = [] }

    // MARK: - Neighbours in time

    /// Returns true if no later words can influence the speaker of the last words.
    private func knowsWhatFollows(_ said: WaitingWords) -> Bool {
        guard let end = said.clips.last, end.clip.label == nil else { return true }
        let before = said.clips.last { $0.clip.label != nil }?.clip.range.end ?? last?.end
        if let before, end.clip.range.start - before < near { return true }
        guard waiting.count > 1, let next = waiting[1].clips.first else { return false }
        return !next.isOpen
    }

    private mutating func named(_ said: WaitingWords) -> [Word] {
        var words = said.words
        let following = said.clips + (waiting.count > 1 ? waiting[1].clips : [])
        for (index, clip) in said.clips.enumerated() {
            let label = clip.clip.label ?? clip.guess ?? nearest(to: clip.clip, among: following[(index + 1)...])
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
