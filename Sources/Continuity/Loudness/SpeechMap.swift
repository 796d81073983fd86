package import Speech

/// The ranges of one channel that were loud enough to be speech, kept for as long as they may be needed.
package struct SpeechMap: Sendable {
    /// The loud ranges, in order, except for the latest one; a silence lies between any two.
    private var loud: [SampleRange] = []
    /// Minimum length of a silence. Shorter quiet parts occur inside words.
    private let shortest: SampleCount
    let rate: SampleRate
    /// Amount of silence before loud audio that may belong to it, because first sounds are soft ("f", "th", "h").
    private let lead: SampleCount
    /// The latest loud range, which may still grow; nil: nothing was loud.
    private var last: SampleRange?
    /// The quiet parts inside loud ranges, in order.
    private var pauses: [SampleRange] = []

    package init(rate: SampleRate) {
        self.rate = rate
        shortest = SampleCount(.milliseconds(150), at: rate)
        lead = SampleCount(.milliseconds(200), at: rate)
    }

    /// Adds a loud range. `range` begins at or behind the end of the ranges before it.
    package mutating func add(_ range: SampleRange) {
        guard let before = last else {
            last = range
            return
        }
        if range.start <= before.end + shortest {
            if range.start > before.end { pauses.append(SampleRange(before.end, range.start)) }
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

    /// Returns words of which only the order is known, spread by their letters over the loud parts of `range`, or over all of `range` if nothing is
    /// loud.
    package func spread(_ words: [Word], over range: SampleRange) -> [Word] {
        guard !words.isEmpty else { return [] }
        var parts = parts(of: range)
        if words.count == 1 { parts = likeliest(of: parts) }
        if parts.isEmpty, next(behind: range) != nil { parts = [SampleRange(max(range.start, range.end - shortest), range.end)] }
        if parts.isEmpty { parts = [range] }
        let shares = ProportionalTimes.ranges(of: words.map(\.text), in: 0..<parts.reduce(0) { $0 + Int($1.count.samples) })
        var placed = words
        var part = 0, before = 0
        // Loud audio as short as the engines' usual error may be a word of the final before.
        let isDoubtful = parts[0].end <= range.start + shortest
        for (index, share) in shares.enumerated() {
            // Each word lies in the part that has its middle. The first word lies in the first part, the last word in the last.
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

    /// Returns the part where a single word lies. Other parts may be the beginning of the next word or the rest of the word before. Such a rest was
    /// said already, so it counts half.
    private func likeliest(of parts: [SampleRange]) -> [SampleRange] {
        let all = all
        let weight: (SampleRange) -> Int64 = { part in
            part.count.samples * (all.contains { $0.start == part.start } ? 2 : 1)
        }
        return parts.max { weight($0) < weight($1) }.map { [$0] } ?? []
    }

    /// Returns the end of the words said in `range` if the words lie behind `range`, because nothing in `range` can be theirs; nil otherwise.
    package func overrun(of range: SampleRange) -> SampleIndex? {
        guard parts(of: range).isEmpty, let next = next(behind: range) else { return nil }
        return min(next.end, range.end + shortest)
    }

    /// Returns the loud parts of `range`, without a rest that belongs to the final before.
    private func parts(of range: SampleRange) -> [SampleRange] {
        let all = all
        var parts = all.compactMap { $0.intersection(range) }
        // A short rest of a longer loud range belongs to a word of the final before: engines place the end of a final with an error of a tenth of a
        // second.
        if let first = parts.first, first.count <= shortest, !all.contains(first), parts.count > 1 || next(behind: range) != nil {
            parts.removeFirst()
        }
        return parts
    }

    /// Returns the loud range that begins just behind `range`: engines place the end of a final too early by up to a tenth of a second. nil: there is
    /// none.
    private func next(behind range: SampleRange) -> SampleRange? {
        all.first { $0.start >= range.end && $0.start <= range.end + shortest }
    }

    private var all: [SampleRange] { loud + (last.map { [$0] } ?? []) }

    /// Returns a map of the loud ranges in `range` and next to it, for use when the rest is forgotten.
    package func part(in range: SampleRange) -> SpeechMap {
        var part = self
        part.loud = loud.filter { $0.intersection(range) != nil }
        part.pauses = pauses.filter { $0.intersection(range) != nil }
        return part
    }

    /// Returns the beginning of the loud range that has `index`; `index` if the audio there is not loud.
    package func start(ofLoudAt index: SampleIndex) -> SampleIndex {
        if let last, last.start < index { return index <= last.end ? last.start : index }
        return loud.last { $0.start < index && index <= $0.end }?.start ?? index
    }

    /// Returns the range from the first to the last loud sample of `range`; nil if nothing in it is loud.
    package func hull(in range: SampleRange) -> SampleRange? {
        guard let first = first(in: range) else { return nil }
        let isLast = last?.intersection(range) != nil
        let end = isLast ? last?.end : loud.last { $0.start < range.end }?.end
        return SampleRange(first.start, max(first.end, end ?? first.end)).intersection(range)
    }

    /// Returns the first sample of `range` that is loud by itself, and not for what comes later; nil: there is none.
    package func start(in range: SampleRange) -> SampleIndex? {
        guard let first = first(in: range), let loud = first.intersection(range)?.start else { return nil }
        let start = pauses.last { $0.start <= loud && loud < $0.end }?.end ?? loud
        return start < range.end ? start : nil
    }

    /// Returns the nearest quiet place at or before `index`, at most `reach` before it; nil: there is none.
    ///
    /// - Parameter end: the end of the audio that has come.
    package func silence(before index: SampleIndex, reach: SampleCount, received end: SampleIndex) -> SampleIndex? {
        let quiet = around(index, end)?.start ?? index
        guard quiet >= index - reach else { return nil }
        return max(quiet - lead, loudEnd(before: quiet), index - reach)
    }

    /// Returns the end of the last loud range that begins before `index`, for an `index` that is not loud.
    private func loudEnd(before index: SampleIndex) -> SampleIndex {
        if let last, last.start < index { return last.end }
        return loud.last { $0.start < index }?.end ?? .zero
    }

    /// Returns the nearest quiet place at or behind `index`; nil while none is known.
    ///
    /// - Parameter end: the end of the audio that has come.
    package func silence(after index: SampleIndex, received end: SampleIndex) -> SampleIndex? {
        guard let around = around(index, end) else { return index }
        return around.end + shortest <= end ? around.end : nil
    }

    /// Returns the silence that has `index`, or the nearest silence within `reach`; nil: there is none.
    ///
    /// - Parameter end: the end of the received audio, and so of a silence that still lasts.
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

    /// Forgets the loud ranges before `index`, which are not needed any more.
    package mutating func forget(before index: SampleIndex) {
        if pauses.count > 64 { pauses.removeAll { $0.end < index } }
        guard let first = loud.first, first.end < index else { return }
        let gone = loud.firstIndex { $0.end >= index } ?? loud.count
        // Not on each call, because the remaining ranges are moved.
        if gone > 32 || gone == loud.count { loud.removeFirst(gone) }
    }

    private func around(_ index: SampleIndex, _ end: SampleIndex) -> SampleRange? {
        if let last, last.start < index {
            // The end of a word is certain only after a silence behind it.
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
