package import Speech

/// Makes segments of one channel's words.
///
/// What it makes depends on the words alone, never on how many came at a time: the last segments are made anew whenever words come. A segment keeps its
/// identifier as long as it keeps some of its words, and those that lose all of theirs are reported as removed.
package struct SegmentMaker: Sendable {
    package struct Rule: Sendable, Equatable {
        /// A pause of this length begins a new segment, unless the sentence plainly goes on.
        package var pause: Duration
        /// A segment of so many characters ends with its sentence.
        package var length: Int

        package init(pause: Duration = .seconds(3), length: Int = 125) {
            self.pause = pause
            self.length = length
        }
    }

    private let rule: Rule
    private let channel: ChannelIndex
    /// The words of the segments that may still change, in order.
    private var words: [SpokenWord] = []
    /// Those segments, each with its place among `words`.
    private var open: [(segment: Segment, words: Range<Int>)] = []

    /// Segments that may still change: what comes next is compared with the last one, and may move that one's words to the one before.
    private static let maxOpen = 4

    package init(channel: ChannelIndex = .first, rule: Rule = Rule()) {
        self.rule = rule
        self.channel = channel
    }

    /// Takes the next words.
    ///
    /// - Parameter newID: gives an identifier that was never given before.
    package mutating func add(_ new: [SpokenWord], newID: () -> ID<Segment>) -> SegmentChanges {
        guard !new.isEmpty else { return SegmentChanges() }
        words += new
        return remake(newID: newID)
    }

    /// Two speakers are one.
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
            // The one that had most of its words before.
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

    /// Lets go of what will not change any more.
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
        segment.text = Sentence.text(of: words.lazy.map(\.text))
        segment.start = first.start
        segment.end = words.reduce(first.end) { max($0, $1.end) }
        segment.words = words.map { SegmentWord($0.text, start: $0.start, end: $0.end, confidence: $0.confidence) }
        segment.engine = first.engine
        segment.model = first.model
        let speaker = speaker(of: range)
        // Who it was is known of the voice that it was, not of another one.
        if segment.speaker != speaker, before?.speaker != nil, !segment.identity.isFixed { segment.identity = .unknown }
        segment.speaker = speaker
        return segment
    }

    /// The one who speaks most of it, for words may have been moved in.
    private func speaker(of range: Range<Int>) -> SpeakerNumber? {
        var counts: [SpeakerNumber: Int] = [:]
        for word in words[range] { if let speaker = word.speaker { counts[speaker, default: 0] += word.text.count } }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

// MARK: The rules

extension SegmentMaker {
    /// The words of each segment.
    private func ranges() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var count = 0
        for index in words.indices {
            if let last = ranges.last, goesOn(last, count: count, with: index) {
                ranges[ranges.count - 1] = last.lowerBound..<index + 1
                count += words[index].text.count + 1
            } else {
                ranges.append(index..<index + 1)
                count = words[index].text.count
            }
        }
        return moved(ranges)
    }

    /// Whether the word at `index` belongs to the segment before it.
    private func goesOn(_ range: Range<Int>, count: Int, with index: Int) -> Bool {
        let last = words[range.upperBound - 1], next = words[index]
        guard last.engine == next.engine, last.speaker == next.speaker else { return false }
        let isFinished = Sentence.isEnd(of: last.text)
        if next.start - last.end < rule.pause { return count < rule.length || !isFinished }
        return !isFinished && next.text.first?.isLowercase == true
    }

    /// Engines tell speakers apart to within some words: a sentence that goes over such a border is given to whom most of it belongs.
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

    /// Whether two speakers follow each other without a pause, as one engine heard it.
    private func isBorder(_ last: Range<Int>, _ next: Range<Int>) -> Bool {
        let before = words[last.upperBound - 1], after = words[next.lowerBound]
        guard let one = speaker(of: last), let other = speaker(of: next), one != other else { return false }
        return before.engine == after.engine && after.start - before.end < rule.pause
    }

    /// Of a segment's words, those behind the last end of a sentence.
    private func unfinishedPart(of range: Range<Int>) -> Range<Int> {
        let start = range.last { Sentence.isEnd(of: words[$0].text) }.map { $0 + 1 } ?? range.lowerBound
        return start..<range.upperBound
    }

    /// Whether some words may be given to whom the others belong: they are fewer, and so few that the border may lie wrong by them.
    private func mayMove(_ some: Range<Int>, before others: Range<Int>) -> Bool {
        words[some.upperBound - 1].end - words[some.lowerBound].start < rule.pause && length(some) < length(others)
    }

    private func length(_ range: Range<Int>) -> Int { words[range].reduce(0) { $0 + $1.text.count + 1 } }
}
