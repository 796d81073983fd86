/// Merges the words of overlapping chunks: each word once, and none lost.
///
/// A word that both chunks have is the same text at nearly the same time; the copy that lies deeper in its chunk is kept. An engine that begins
/// within a word may place the next few words too late, so words in a row may be further apart. Of different words at the same time, the deeper one
/// is kept as well, because the other is a piece of it, or was misheard at the edge. A word that only one chunk has is kept.
struct SeamMerge {
    /// Maximum time between the starts of two recognitions of a word.
    static let tolerance: Duration = .milliseconds(300)
    /// Maximum time between the starts of two recognitions of words in a row.
    static let toleranceInRow: Duration = .milliseconds(600)
    /// Assumed duration of words that have no duration by their engine.
    private static let shortest: Duration = .milliseconds(20)

    private(set) var words: [PlacedWord] = []

    /// Adds the next chunk, in order of start.
    mutating func add(_ chunk: RecognizedChunk, number: Int) {
        let new = chunk.words.enumerated().map { PlacedWord($1, $0, of: chunk, number: number) }
        let reach = chunk.start - Self.tolerance
        // Words are kept in order of start. A word that ends after the new chunk's start has begun less than ten seconds before.
        let first = words.partitioningIndex { $0.start > reach - .seconds(10) }
        let near = words[first...].indices.filter { words[$0].end > reach }
        guard !near.isEmpty, !new.isEmpty else { return insert(new) }
        let old = near.map { words[$0] }
        var lost: Set<Int> = [], dropped: Set<Int> = []
        let pairs = Self.pairs(old, new)
        for (one, other) in pairs {
            if PlacedWord.isBetter(new[other], than: old[one]) { lost.insert(one) } else { dropped.insert(other) }
        }
        let pairedOld = Set(pairs.map(\.0)), pairedNew = Set(pairs.map(\.1))
        let rest =
            old.indices.filter { !pairedOld.contains($0) }.map { (isOld: true, index: $0, word: old[$0]) }
            + new.indices.filter { !pairedNew.contains($0) }.map { (isOld: false, index: $0, word: new[$0]) }
        var kept: [(isOld: Bool, index: Int, word: PlacedWord)] = []
        for one in rest.sorted(by: { PlacedWord.isBetter($0.word, than: $1.word) }) {
            if kept.contains(where: { $0.isOld != one.isOld && Self.collide($0.word, one.word) }) {
                if one.isOld { lost.insert(one.index) } else { dropped.insert(one.index) }
            } else {
                kept.append(one)
            }
        }
        for index in lost.map({ near[$0] }).sorted(by: >) { words.remove(at: index) }
        insert(new.indices.filter { !dropped.contains($0) }.map { new[$0] })
    }

    /// Returns pairs of the same word, each word with its nearest partner.
    private static func pairs(_ old: [PlacedWord], _ new: [PlacedWord]) -> [(Int, Int)] {
        var near: [(apart: Duration, one: Int, other: Int)] = []
        for one in old.indices {
            let token = old[one].token
            for other in new.indices {
                let apart = old[one].start < new[other].start ? new[other].start - old[one].start : old[one].start - new[other].start
                guard apart <= toleranceInRow, new[other].token == token else { continue }
                guard apart <= tolerance || isInRow(old, one, new, other) else { continue }
                near.append((apart, one, other))
            }
        }
        var pairs: [(Int, Int)] = []
        var used: (old: Set<Int>, new: Set<Int>) = ([], [])
        for (_, one, other) in near.sorted(by: { ($0.apart, $0.one, $0.other) < ($1.apart, $1.one, $1.other) })
        where !used.old.contains(one) && !used.new.contains(other) {
            used.old.insert(one)
            used.new.insert(other)
            pairs.append((one, other))
        }
        return pairs
    }

    /// True if a neighbouring word also matches and both chunks heard both words. Distinguishes an overlap from a real repetition
    /// ("you know, you know").
    private static func isInRow(_ old: [PlacedWord], _ one: Int, _ new: [PlacedWord], _ other: Int) -> Bool {
        [-1, 1].contains { step in
            guard old.indices.contains(one + step), new.indices.contains(other + step) else { return false }
            let nextOld = old[one + step], nextNew = new[other + step]
            guard nextOld.token == nextNew.token, nextOld.token != old[one].token else { return false }
            return [old[one], nextOld].allSatisfy { new[other].hears($0) } || [new[other], nextNew].allSatisfy { old[one].hears($0) }
        }
    }

    /// True if the two words share most of the shorter word's time.
    private static func collide(_ a: PlacedWord, _ b: PlacedWord) -> Bool {
        let endOfA = max(a.end, a.start + shortest), endOfB = max(b.end, b.start + shortest)
        let shared = min(endOfA, endOfB) - max(a.start, b.start)
        return shared * 2 > min(endOfA - a.start, endOfB - b.start)
    }

    private mutating func insert(_ new: [PlacedWord]) {
        words += new
        words.sort { ($0.start, $0.end, $0.chunk, $0.index) < ($1.start, $1.end, $1.chunk, $1.index) }
    }
}

extension Array {
    /// Returns the first index from which on all elements fulfil the condition.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
