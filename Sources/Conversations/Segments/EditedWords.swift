/// The words of a text that was edited by hand, with the times of the words before.
///
/// Words that stand, compared without case and marks, keep their times and their confidence. Words in the place of others have the time of those.
/// Words that were added lie between their neighbours. In scripts that are written without spaces, the characters are compared, and words end where
/// they ended before.
struct EditedWords {
    /// A part of a former word.
    private struct Former {
        var part: TextPart
        /// Index of the word.
        var word: Int
        /// Number of the pieces between spaces that come before in the word.
        var piece: Int
        var start: Duration
        var end: Duration
    }

    /// A part of the new text.
    private struct Placed {
        var part: TextPart
        /// Number of the pieces between spaces that come before in the text.
        var piece: Int
        /// The former part that stands here; nil for a part that was written by hand.
        var former: Int?
        /// The former word to which the part belongs; nil for a part between two words.
        var word: Int?
        var start = Duration.zero
        var end = Duration.zero
    }

    /// Minimum length of a silence that no word covers in the place of others.
    private static let pause = Duration.milliseconds(500)
    /// Maximum time of an added word, for each letter and once more.
    private static let pace = Duration.milliseconds(100)

    private let segment: Segment
    private let former: [Former]
    private var placed: [Placed]

    /// - Parameter segment: the segment before the edit.
    init(_ text: String, in segment: Segment) {
        self.segment = segment
        former = segment.words.enumerated().flatMap { Self.parts(of: $1, at: $0) }
        placed = Self.pieces(of: text).enumerated().flatMap { piece, parts in parts.map { Placed(part: $0, piece: piece) } }
        align()
    }

    /// The words, in order. Words without known times have none afterwards either.
    var words: [SegmentWord] {
        guard !former.isEmpty else { return [] }
        var ranges: [Range<Int>] = []
        for index in placed.indices {
            if let last = ranges.last, joint(before: index) != nil {
                ranges[ranges.count - 1] = last.lowerBound..<index + 1
            } else {
                ranges.append(index..<index + 1)
            }
        }
        return ranges.map(word)
    }

    private func word(of range: Range<Int>) -> SegmentWord {
        let first = placed[range.lowerBound]
        let text = range.dropFirst().reduce(first.part.text) { $0 + (joint(before: $1) ?? "") + placed[$1].part.text }
        // A word that somebody wrote is certain.
        let confidences = range.map { index in placed[index].former.map { segment.words[former[$0].word].confidence } ?? 1 }
        let isWritten = range.contains { placed[$0].former == nil }
        return SegmentWord(
            text, start: first.start, end: max(first.start, placed[range.upperBound - 1].end), confidence: isWritten ? 1 : confidences.min() ?? 1)
    }

    /// Returns the text between a part and the one before, when both belong to one word; nil when a word begins.
    private func joint(before index: Int) -> String? {
        let one = placed[index - 1], next = placed[index]
        guard one.piece != next.piece else { return one.word == next.word ? "" : nil }
        // A word may have spaces of its own.
        guard let first = one.former.map({ former[$0] }), let second = next.former.map({ former[$0] }) else { return nil }
        return first.word == second.word && first.piece != second.piece ? " " : nil
    }

    // MARK: Parts

    private static func pieces(of text: String) -> [[TextPart]] { text.split(whereSeparator: \.isWhitespace).map { TextPart.all(in: $0) } }

    /// Returns the parts of a word, each with its share of the word's time.
    private static func parts(of word: SegmentWord, at index: Int) -> [Former] {
        let pieces = pieces(of: word.text)
        let shares = shares(of: pieces.flatMap { $0 }, from: word.start, to: max(word.start, word.end))
        let places = pieces.enumerated().flatMap { piece, parts in parts.map { (piece, $0) } }
        return zip(places, shares).map { place, share in
            Former(part: place.1, word: index, piece: place.0, start: share.start, end: share.end)
        }
    }

    /// Returns the times of parts that follow each other without a pause, in proportion to their letters.
    private static func shares(of parts: [TextPart], from start: Duration, to end: Duration) -> [(start: Duration, end: Duration)] {
        let length = end - start, whole = max(1, parts.reduce(0) { $0 + $1.weight })
        var before = 0
        return parts.map { part in
            let first = start + length * before / whole
            before += part.weight
            return (first, start + length * before / whole)
        }
    }

    // MARK: Alignment

    private mutating func align() {
        guard !former.isEmpty else { return }
        var numbers: [String: Int] = [:]
        func numbered(_ parts: some Sequence<TextPart>) -> [Int] {
            parts.map { part in
                let number = numbers[part.key] ?? numbers.count
                numbers[part.key] = number
                return number
            }
        }
        let before = numbered(former.lazy.map(\.part)), after = numbered(placed.lazy.map(\.part))
        var last = (former: 0, placed: 0)
        let places = CommonSubsequence.places(of: before, and: after)
        for place in CommonSubsequence.slid(places, of: before, and: after, to: beginsWord) {
            write(last.placed..<place.second, over: last.former..<place.first)
            let one = former[place.first]
            (placed[place.second].former, placed[place.second].word) = (place.first, one.word)
            (placed[place.second].start, placed[place.second].end) = (one.start, one.end)
            last = (place.first + 1, place.second + 1)
        }
        write(last.placed..<placed.count, over: last.former..<former.count)
    }

    /// True if a former word begins at the index of a part, and at the end of all parts.
    private func beginsWord(_ index: Int) -> Bool {
        index == 0 || index == former.count || former[index].word != former[index - 1].word
    }

    /// Gives times to parts that were written by hand, over former parts that are gone.
    private mutating func write(_ new: Range<Int>, over gone: Range<Int>) {
        guard !new.isEmpty else { return }
        let said = gone.filter { former[$0].part.isSpoken }
        if said.isEmpty {
            insert(new, between: gone.lowerBound - 1, and: gone.upperBound)
        } else if said.count == new.count {
            for (index, one) in zip(new, said) {
                placed[index].word = former[one].word
                (placed[index].start, placed[index].end) = (former[one].start, former[one].end)
            }
        } else {
            replace(said, with: new)
        }
    }

    /// Places parts between two former ones, of which one may be missing. They are directly behind the one before, unless a sentence ends there.
    private mutating func insert(_ new: Range<Int>, between before: Int, and after: Int) {
        let one = before < 0 ? nil : former[before], other = after < former.count ? former[after] : nil
        let high = other?.start ?? max(segment.start, segment.end)
        let low = min(one?.end ?? segment.start, high)
        let length = min(high - low, Self.pace * new.reduce(0) { $0 + placed[$1].part.weight })
        let isAhead = other != nil && (one == nil || Sentence.isEnd(of: placed[new.lowerBound - 1].part.text))
        let start = isAhead ? high - length : low
        spread(new, from: start, to: start + length)
        guard let one, let other, one.word == other.word else { return }
        for index in new { placed[index].word = one.word }
    }

    /// Spreads parts over the time of others, without their pauses.
    private mutating func replace(_ said: [Int], with new: Range<Int>) {
        var runs: [ArraySlice<Int>] = []
        var first = said.startIndex
        for index in said.indices.dropFirst() where former[said[index]].start - former[said[index - 1]].end >= Self.pause {
            runs.append(said[first..<index])
            first = index
        }
        runs.append(said[first...])
        // Each part is in the run that has the same share of the letters before it.
        let whole = (said: weight(of: said), new: new.reduce(0) { $0 + placed[$1].part.weight })
        var passed = 0, next = new.lowerBound, written = 0
        for run in runs {
            passed += weight(of: run)
            var end = next
            while end < new.upperBound, (2 * written + placed[end].part.weight) * whole.said <= 2 * passed * whole.new {
                written += placed[end].part.weight
                end += 1
            }
            fill(run, with: next..<end)
            next = end
        }
    }

    /// Spreads parts over the time of others that follow each other without a pause.
    private mutating func fill(_ run: ArraySlice<Int>, with new: Range<Int>) {
        guard let first = run.first, let last = run.last else { return }
        spread(new, from: former[first].start, to: max(former[first].start, former[last].end))
        for index in new { placed[index].word = former[run[run.startIndex + (index - new.lowerBound) * run.count / new.count]].word }
    }

    private func weight(of parts: some Sequence<Int>) -> Int { parts.reduce(0) { $0 + former[$1].part.weight } }

    private mutating func spread(_ new: Range<Int>, from start: Duration, to end: Duration) {
        for (index, share) in zip(new, Self.shares(of: placed[new].map(\.part), from: start, to: end)) {
            (placed[index].start, placed[index].end) = (share.start, share.end)
        }
    }
}
