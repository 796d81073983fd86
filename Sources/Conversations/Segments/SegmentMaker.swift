package import Speech

/// Makes segments from the words of one channel.
///
/// The result depends on the words alone, never on the number that came at a time: the last segments are made again whenever words come. A segment
/// keeps its id as long as it keeps some of its words. Segments that lose all of their words are reported as removed.
package struct SegmentMaker: Sendable {
    package struct Rule: Sendable, Equatable {
        /// Pause that begins a new segment, unless the sentence plainly goes on.
        package var pause: Duration
        /// Number of characters from which a segment ends with its sentence.
        package var length: Int
        /// Duration below which words may move across a border between speakers: engines and voices place a border only to within some words.
        package var border: Duration

        package init(pause: Duration = .seconds(3), length: Int = 125, border: Duration = .milliseconds(500)) {
            self.pause = pause
            self.length = length
            self.border = border
        }
    }

    private let rule: Rule
    private let channel: ChannelIndex
    /// The words of the segments that may still change, in order.
    private var words: [SpokenWord] = []
    /// The segments that may still change, each with the indices of its words in `words`.
    private var open: [(segment: Segment, words: Range<Int>)] = []

    /// Maximum number of segments that may still change: new words are compared with the last segment, and may move that segment's words to the one
    /// before.
    private static let maxOpen = 4

    package init(channel: ChannelIndex = .first, rule: Rule = Rule()) {
        self.rule = rule
        self.channel = channel
    }

    /// Takes the next words.
    ///
    /// - Parameter newID: returns an id that was never used before.
    package mutating func add(_ new: [SpokenWord], newID: () -> ID<Segment>) -> SegmentChanges {
        guard !new.isEmpty else { return SegmentChanges() }
        words += new
        return remake(newID: newID)
    }

    /// Joins two speakers, who are the same.
    package mutating func join(_ speaker: SpeakerNumber, into other: SpeakerNumber, newID: () -> ID<Segment>) -> SegmentChanges {
        for index in words.indices where words[index].speaker == speaker { words[index].speaker = other }
        return remake(newID: newID)
    }

    private mutating func remake(newID: () -> ID<Segment>) -> SegmentChanges {
        let before = open
        var taken: Set<Int> = []
        var made: [(segment: Segment, words: Range<Int>)] = []
        var changes = SegmentChanges()
        for range in ranges() {
            // The new segment keeps the id of the earlier one that shares the most words with it.
            let heir = before.indices.filter { !taken.contains($0) && before[$0].words.overlaps(range) }
                .max { before[$0].words.clamped(to: range).count < before[$1].words.clamped(to: range).count }
            if let heir { taken.insert(heir) }
            let segment = segment(of: range, after: heir.map { before[$0].segment }, newID: newID)
            if heir.map({ before[$0].segment != segment }) ?? true { changes.changed.append(segment) }
            made.append((segment, range))
        }
        for index in before.indices where !taken.contains(index) { changes.removed.append(before[index].segment.id) }
        open = made
        settle()
        return changes
    }

    /// Releases segments that will not change any more.
    private mutating func settle() {
        guard open.count > Self.maxOpen else { return }
        open.removeFirst(open.count - Self.maxOpen)
        let first = open[0].words.lowerBound
        words.removeFirst(first)
        for index in open.indices { open[index].words = open[index].words.lowerBound - first..<open[index].words.upperBound - first }
    }

    private func segment(of range: Range<Int>, after before: Segment?, newID: () -> ID<Segment>) -> Segment {
        let words = words[range]
        let first = words[range.lowerBound]
        var segment = before ?? Segment(id: newID(), text: "", start: first.start, end: first.end, channel: channel)
        segment.text = ""
        for word in words { Sentence.append(word.text, blank: word.blankBefore, to: &segment.text) }
        segment.start = first.start
        segment.end = words.reduce(first.end) { max($0, $1.end) }
        segment.words = words.map { SegmentWord($0.text, start: $0.start, end: $0.end, confidence: $0.confidence) }
        segment.engine = first.engine
        segment.model = first.model
        let speaker = speaker(of: range)
        // The identity belonged to the earlier speaker, and does not apply to another one.
        if segment.speaker != speaker, before?.speaker != nil, !segment.identity.isFixed { segment.identity = .unknown }
        segment.speaker = speaker
        return segment
    }

    /// Returns the speaker of most of the words, because words of another speaker may have been moved in.
    private func speaker(of range: Range<Int>) -> SpeakerNumber? {
        var counts: [SpeakerNumber: Int] = [:]
        for word in words[range] { if let speaker = word.speaker { counts[speaker, default: 0] += word.text.count } }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

// MARK: Rules

extension SegmentMaker {
    /// Returns the words of each segment.
    private func ranges() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var count = 0
        for index in words.indices {
            if let last = ranges.last, goesOn(last, count: count, with: index) {
                ranges[ranges.count - 1] = last.lowerBound..<index + 1
                let hasBlank = words[index].blankBefore ?? WordSpacing.needsBlank(words[index - 1].text, words[index].text)
                count += words[index].text.count + (hasBlank ? 1 : 0)
            } else {
                ranges.append(index..<index + 1)
                count = words[index].text.count
            }
        }
        return moved(ranges)
    }

    /// Returns true if the word at `index` belongs to the segment before it.
    private func goesOn(_ range: Range<Int>, count: Int, with index: Int) -> Bool {
        let last = words[range.upperBound - 1], next = words[index]
        guard last.engine == next.engine, last.speaker == next.speaker else { return false }
        let isFinished = Sentence.isEnd(of: last.text)
        if next.start - last.end < rule.pause { return count < rule.length || !isFinished }
        return !isFinished && next.text.first?.isLowercase == true
    }

    /// Moves words across borders between speakers. Engines place such a border only to within some words, so a sentence across it goes to the
    /// speaker of most of its words.
    private func moved(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var done: [Range<Int>] = []
        for next in ranges {
            guard let last = done.last, isBorder(last, next) else {
                done.append(next)
                continue
            }
            let unfinished = unfinishedPart(of: last)
            guard !unfinished.isEmpty else {
                done.append(next)
                continue
            }
            let firstEnd = next.first { Sentence.isEnd(of: words[$0].text) }.map { $0 + 1 }
            if let firstEnd, firstEnd < next.upperBound, mayMove(next.lowerBound..<firstEnd, before: unfinished) {
                done[done.count - 1] = last.lowerBound..<firstEnd
                done.append(firstEnd..<next.upperBound)
            } else if firstEnd == nil, mayMove(next, before: unfinished) {
                done[done.count - 1] = last.lowerBound..<next.upperBound
            } else if mayMove(unfinished, before: next) {
                done.removeLast()
                if last.lowerBound < unfinished.lowerBound { done.append(last.lowerBound..<unfinished.lowerBound) }
                done.append(unfinished.lowerBound..<next.upperBound)
            } else {
                done.append(next)
            }
        }
        return done
    }

    /// Returns true if two speakers follow each other without a pause, according to one engine.
    private func isBorder(_ last: Range<Int>, _ next: Range<Int>) -> Bool {
        let before = words[last.upperBound - 1], after = words[next.lowerBound]
        guard let one = speaker(of: last), let other = speaker(of: next), one != other else { return false }
        return before.engine == after.engine && after.start - before.end < rule.pause
    }

    /// Returns the words of a segment behind its last end of a sentence.
    private func unfinishedPart(of range: Range<Int>) -> Range<Int> {
        let start = range.last { Sentence.isEnd(of: words[$0].text) }.map { $0 + 1 } ?? range.lowerBound
        return start..<range.upperBound
    }

    /// Returns true if some words may move to the speaker of the others: they are fewer than the others, and short enough for an error of the border.
    private func mayMove(_ some: Range<Int>, before others: Range<Int>) -> Bool {
        words[some.upperBound - 1].end - words[some.lowerBound].start < rule.border && length(some) < length(others)
    }

    private func length(_ range: Range<Int>) -> Int { words[range].reduce(0) { $0 + $1.text.count + 1 } }
}
