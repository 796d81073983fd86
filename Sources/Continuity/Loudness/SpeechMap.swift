package import Speech

/// The places where one channel was loud enough to be speech, for as long as anybody may ask.
package struct SpeechMap: Sendable {
    /// In order; between two of them lies a silence.
    private var loud: [SampleRange] = []
    /// Minimum length of a silence. Shorter quiet is no silence: words have such gaps inside.
    private let shortest: SampleCount
    let rate: SampleRate
    /// First sounds are soft ("f", "th", "h"): so much of the silence before something loud may belong to it.
    private let lead: SampleCount
    /// The latest range, which grows: all others are in `loud`.
    private var last: SampleRange?

    package init(rate: SampleRate) {
        self.rate = rate
        shortest = SampleCount(.milliseconds(150), at: rate)
        lead = SampleCount(.milliseconds(200), at: rate)
    }

    /// `range` begins at or behind the end of those before it.
    package mutating func add(_ range: SampleRange) {
        guard let before = last else {
            last = range
            return
        }
        if range.start <= before.end + shortest {
            last = SampleRange(before.start, max(before.end, range.end))
        } else {
            loud.append(before)
            last = range
        }
    }

    /// The end of the last loud audio.
    package var end: SampleIndex { last?.end ?? .zero }

    package func isLoud(in range: SampleRange) -> Bool { first(in: range) != nil }

    /// Returns the amount of `range` that is loud, the gaps inside words included.
    package func loudness(in range: SampleRange) -> SampleCount {
        var sum = last?.intersection(range)?.count ?? .zero
        for part in loud.reversed() {
            if part.end <= range.start { break }
            sum += part.intersection(range)?.count ?? .zero
        }
        return sum
    }

    /// Words of which only the order is known, spread by their letters over what is loud in `range`; over all of it where nothing is.
    package func spread(_ words: [Word], over range: SampleRange) -> [Word] {
        guard !words.isEmpty else { return [] }
        var parts = parts(of: range)
        if words.count == 1 { parts = likeliest(of: parts) }
        if parts.isEmpty, next(behind: range) != nil { parts = [SampleRange(max(range.start, range.end - shortest), range.end)] }
        if parts.isEmpty { parts = [range] }
        let shares = ProportionalTimes.ranges(of: words.map(\.text), in: 0..<parts.reduce(0) { $0 + Int($1.count.samples) })
        var placed = words
        var part = 0, before = 0
        // As little as engines are wrong by may be a word of the final before.
        let isDoubtful = parts[0].end <= range.start + shortest
        for (index, share) in shares.enumerated() {
            // A word lies in one part: where its middle does; the first one in the first, and the last in the last.
            var middle = index == 0 && !isDoubtful ? share.lowerBound : (share.lowerBound + share.upperBound) / 2
            if index == shares.count - 1 { middle = share.upperBound }
            while part + 1 < parts.count, middle >= before + Int(parts[part].count.samples) {
                before += Int(parts[part].count.samples)
                part += 1
            }
            let start = parts[part].start + SampleCount(max(0, share.lowerBound - before))
            placed[index].range = SampleRange(start, max(start, min(parts[part].end, parts[part].start + SampleCount(share.upperBound - before))))
        }
        return placed
    }

    /// Returns the part where a single word lies. Beside it may be the beginning of the next word, or the rest of the word before. That rest has been
    /// said, so it counts half.
    private func likeliest(of parts: [SampleRange]) -> [SampleRange] {
        let all = all
        let weight: (SampleRange) -> Int64 = { part in
            part.count.samples * (all.contains { $0.start == part.start } ? 2 : 1)
        }
        return parts.max { weight($0) < weight($1) }.map { [$0] } ?? []
    }

    /// Returns the end of words that are said in `range`, if nothing that is loud in `range` is theirs. The words then lie behind `range`.
    package func overrun(of range: SampleRange) -> SampleIndex? {
        guard parts(of: range).isEmpty, let next = next(behind: range) else { return nil }
        return min(next.end, range.end + shortest)
    }

    /// Returns what is loud in `range`, except for what belongs to the final before.
    private func parts(of range: SampleRange) -> [SampleRange] {
        let all = all
        var parts = all.compactMap { $0.intersection(range) }
        // The rest of something louder is a word of the final before: engines are a tenth of a second wrong on where that ended.
        if let first = parts.first, first.count <= shortest, !all.contains(first), parts.count > 1 || next(behind: range) != nil {
            parts.removeFirst()
        }
        return parts
    }

    /// Engines are a tenth of a second wrong on where a final ends, too: what it cuts begins behind it.
    private func next(behind range: SampleRange) -> SampleRange? {
        all.first { $0.start >= range.end && $0.start <= range.end + shortest }
    }

    private var all: [SampleRange] { loud + (last.map { [$0] } ?? []) }

    /// Returns the map of what is loud in `range` and next to it, for a caller that asks when the rest is forgotten.
    package func part(in range: SampleRange) -> SpeechMap {
        var part = self
        part.loud = loud.filter { $0.intersection(range) != nil }
        return part
    }

    /// Returns the beginning of what is loud at `index`; `index` where nothing is loud.
    package func start(ofLoudAt index: SampleIndex) -> SampleIndex {
        if let last, last.start < index { return index <= last.end ? last.start : index }
        return loud.last { $0.start < index && index <= $0.end }?.start ?? index
    }

    /// The first and last loud sample of `range`.
    package func hull(in range: SampleRange) -> SampleRange? {
        guard let first = first(in: range) else { return nil }
        let isLast = last?.intersection(range) != nil
        let end = isLast ? last?.end : loud.last { $0.start < range.end }?.end
        return SampleRange(first.start, max(first.end, end ?? first.end)).intersection(range)
    }

    /// The nearest place at or before `index` that nobody speaks at, but `reach` before it at most; nil: there is none.
    ///
    /// - Parameter end: the end of the audio that has come.
    package func silence(before index: SampleIndex, reach: SampleCount, received end: SampleIndex) -> SampleIndex? {
        let quiet = around(index, end)?.start ?? index
        guard quiet >= index - reach else { return nil }
        return max(quiet - lead, loudEnd(before: quiet), index - reach)
    }

    /// The end of the last loud audio that begins before `index`, which is not loud itself.
    private func loudEnd(before index: SampleIndex) -> SampleIndex {
        if let last, last.start < index { return last.end }
        return loud.last { $0.start < index }?.end ?? .zero
    }

    /// The nearest place at or behind `index` that nobody speaks at; nil while none is known.
    ///
    /// - Parameter end: the end of the audio that has come.
    package func silence(after index: SampleIndex, received end: SampleIndex) -> SampleIndex? {
        guard let around = around(index, end) else { return index }
        return around.end + shortest <= end ? around.end : nil
    }

    /// The silence that `index` lies in, or the nearest that is no further than `reach`.
    ///
    /// - Parameter end: the end of the audio that has come, and of a silence that lasts.
    package func silence(around index: SampleIndex, reach: SampleCount, received end: SampleIndex) -> SampleRange? {
        var nearest: (range: SampleRange, distance: SampleCount)?
        var next = end
        for part in (last.map { [$0] } ?? []) + loud.suffix(16).reversed() {
            let range = SampleRange(part.end, next)
            let distance = max(.zero, range.start - index, index - range.end)
            if range.count >= shortest, distance <= reach, distance < nearest?.distance ?? SampleCount(Int64.max) { nearest = (range, distance) }
            if part.end + reach < index { break }
            next = part.start
        }
        return nearest?.range
    }

    /// Nobody will ask for what lies before `index`.
    package mutating func forget(before index: SampleIndex) {
        guard let first = loud.first, first.end < index else { return }
        let gone = loud.firstIndex { $0.end >= index } ?? loud.count
        // Not each time: the rest is moved.
        if gone > 32 || gone == loud.count { loud.removeFirst(gone) }
    }

    private func around(_ index: SampleIndex, _ end: SampleIndex) -> SampleRange? {
        if let last, last.start < index {
            // Whether a word is over shows only some time behind it.
            return index < last.end || end < last.end + shortest ? last : nil
        }
        return loud.last { $0.start < index && index < $0.end }
    }

    private func first(in range: SampleRange) -> SampleRange? {
        guard !range.isEmpty else { return nil }
        var found = last.flatMap { $0.intersection(range) == nil ? nil : $0 }
        for part in loud.reversed() {
            if part.end <= range.start { break }
            if part.intersection(range) != nil { found = part }
        }
        return found
    }
}
