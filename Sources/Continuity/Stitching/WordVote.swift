package import Speech

/// The vote on the words of several engines that heard the same audio.
///
/// ROVER (Fiscus 1997): the results are aligned one after another, by text and time, into places where they agree or differ. In each place the word
/// wins that more engines heard, and with more confidence. Silence is a candidate too. "25" and "twenty five" are the same vote.
package enum WordVote {
    /// One engine's result in one place: nothing, one word, or several words that another engine writes as one.
    private struct Ballot {
        var words: ArraySlice<Word> = []
        /// The words' tokens joined without spaces, so that words that are split differently are equal.
        var said = ""

        var confidence: Float {
            words.isEmpty ? silence : words.reduce(0) { $0 + weight(of: $1) } / Float(words.count)
        }
    }

    /// One ballot of each engine that was aligned so far.
    private typealias Place = [Ballot]

    private enum Step {
        /// This number of places stands for the same text as this number of words.
        case match(places: Int, words: Int)
        case skipPlace
        case newPlace
    }

    /// Confidence of an engine that heard nothing in a place.
    private static let silence: Float = 0.6
    /// Weight of the number of votes; the rest is the weight of their confidence.
    private static let share: Float = 0.5
    /// Cost of a word that another engine does not have. `different` is the cost of two different words.
    private static let missing = 1.0
    private static let different = 0.9
    /// Maximum number of words that another engine may write as one.
    private static let maxJoined = 4

    /// Returns the elected words.
    ///
    /// - Parameters:
    ///   - results: each engine's words, in order and of the same interval. The preferred engine's come first: its spelling is used, and its word
    ///     wins where votes are equal.
    ///   - rate: the rate of the words' positions.
    ///   - untimed: the indices in `results` of engines without word times. Their words take the times of other engines, where another engine has the
    ///     word.
    /// - Returns: words in order, none overlapping the next. The confidence is that of the surest engine that heard the word.
    package static func words(of results: [[Word]], rate: SampleRate, untimed: Set<Int> = []) -> [Word] {
        guard let first = results.first else { return [] }
        guard results.count > 1 else { return first }
        var places: [Place] = first.indices.map { [ballot(first[$0...$0])] }
        for (number, words) in results.enumerated().dropFirst() { places = align(places, with: words, voters: number, rate: rate, untimed) }
        if let last = places.popLast() { places.append(whole(last)) }
        var elected: [Word] = []
        for place in places { elected += winner(of: place, untimed) }
        return ordered(elected)
    }

    // MARK: - Alignment

    private static func ballot(_ words: ArraySlice<Word>) -> Ballot {
        Ballot(words: words, said: words.reduce(into: "") { said, word in SpokenForm.tokens(of: word).forEach { said += $0 } })
    }

    /// Aligns another engine's words with the places.
    ///
    /// - Parameter voters: the number of ballots that each place has.
    private static func align(_ places: [Place], with words: [Word], voters: Int, rate: SampleRate, _ untimed: Set<Int>) -> [Place] {
        let width = words.count + 1
        let said = words.map { ballot([$0]).said }
        let second = Double(rate.hertz)
        let placeMiddles = places.map { middle($0, untimed) }, wordMiddles = words.map { Double($0.range.start.samples + $0.range.end.samples) / 2 }
        var costs = Array(repeating: Double.infinity, count: (places.count + 1) * width)
        var steps = Array(repeating: Step.newPlace, count: costs.count)
        costs[0] = 0
        func offer(_ row: Int, _ column: Int, _ cost: Double, _ step: Step) {
            if cost < costs[row * width + column] {
                costs[row * width + column] = cost
                steps[row * width + column] = step
            }
        }
        for row in 0...places.count {
            for column in 0...words.count {
                let cost = costs[row * width + column]
                guard cost < .infinity else { continue }
                if row < places.count { offer(row + 1, column, cost + missing, .skipPlace) }
                if column < words.count { offer(row, column + 1, cost + missing, .newPlace) }
                guard row < places.count, column < words.count else { continue }
                let isVague = untimed.contains(voters) || !isTimed(places[row], untimed)
                let apart = abs(placeMiddles[row] - wordMiddles[column]) / second * (isVague ? 0.25 : 2)
                // Words further apart are two words, each of which one engine has not heard.
                guard apart < 2 * missing else { continue }
                let isSame = places[row].contains { $0.said == said[column] }
                offer(row + 1, column + 1, cost + apart + (isSame ? 0 : different), .match(places: 1, words: 1))
                for many in splits(places[row], said[column...]) { offer(row + 1, column + many, cost + apart, .match(places: 1, words: many)) }
                for many in joins(places[row...], said[column]) { offer(row + many, column + 1, cost + apart, .match(places: many, words: 1)) }
            }
        }
        var aligned: [Place] = []
        var row = places.count, column = words.count
        while row > 0 || column > 0 {
            switch steps[row * width + column] {
            case .skipPlace:
                row -= 1
                aligned.append(places[row] + [Ballot()])
            case .newPlace:
                column -= 1
                aligned.append(Array(repeating: Ballot(), count: voters) + [ballot(words[column...column])])
            case .match(let many, let count):
                row -= many
                column -= count
                aligned.append(merged(places[row..<row + many]) + [ballot(words[column..<column + count])])
            }
        }
        return aligned.reversed()
    }

    /// Returns the numbers of first words, two or more, that the place has as one word.
    private static func splits(_ place: Place, _ said: ArraySlice<String>) -> [Int] {
        guard let first = said.first, place.contains(where: { mayBegin($0.said, with: first) }) else { return [] }
        var counts: [Int] = []
        var joined = first
        for (count, next) in zip(2...maxJoined, said.dropFirst()) {
            joined += next
            if place.contains(where: { $0.said == joined }) { counts.append(count) }
        }
        return counts
    }

    /// Returns the numbers of first places, two or more, that together have the text of one word.
    private static func joins(_ places: ArraySlice<Place>, _ said: String) -> [Int] {
        guard let first = places.first, first.contains(where: { mayBegin(said, with: $0.said) }) else { return [] }
        var counts: [Int] = []
        var joined = first.map(\.said)
        for (count, next) in zip(2...maxJoined, places.dropFirst()) {
            for voter in joined.indices { joined[voter] += next[voter].said }
            if joined.contains(said) { counts.append(count) }
        }
        return counts
    }

    /// Returns false if `text` does not begin with `part`, as most texts do not: they have another first letter.
    private static func mayBegin(_ text: String, with part: String) -> Bool {
        guard let one = text.utf8.first, let other = part.utf8.first else { return true }
        // Another first byte may begin the same letter, if that is not ASCII.
        return one == other || one >= 0x80 || other >= 0x80
    }

    /// Returns neighbouring places as one place, with the words of each engine joined.
    private static func merged(_ places: ArraySlice<Place>) -> Place {
        guard places.count > 1, let first = places.first else { return places.first ?? [] }
        return first.indices.map { voter in ballot(ArraySlice(places.flatMap { $0[voter].words })) }
    }

    /// Returns true if an engine that says where words lie heard something in the place.
    private static func isTimed(_ place: Place, _ untimed: Set<Int>) -> Bool {
        place.indices.contains { !place[$0].words.isEmpty && !untimed.contains($0) }
    }

    /// Returns the middle of the first engine's words in the place, in samples. Engines with word times come first.
    private static func middle(_ place: Place, _ untimed: Set<Int>) -> Double {
        let heard = place.indices.filter { !place[$0].words.isEmpty }
        guard let voter = heard.first(where: { !untimed.contains($0) }) ?? heard.first, case let words = place[voter].words, let first = words.first,
            let last = words.last
        else { return 0 }
        return Double(first.range.start.samples + last.range.end.samples) / 2
    }

    // MARK: - Election

    /// Returns the confidence of a word in the vote. A word whose engine has none counts in full: counted as doubt, it would lose to silence.
    private static func weight(of word: Word) -> Float { word.confidence == Word.unknownConfidence ? 1 : word.confidence }

    /// Returns the ballots of the interval's last place, made whole. An engine that has heard only the beginning of another engine's word may still
    /// say the rest, so the vote is on the whole word.
    private static func whole(_ place: Place) -> Place {
        let said = place.map { $0.words.flatMap(SpokenForm.tokens(of:)) }
        return place.indices.map { number in
            let longer = said.indices.first { said[$0].count > said[number].count && said[$0].starts(with: said[number]) }
            return place[number].words.isEmpty ? place[number] : longer.map { place[$0] } ?? place[number]
        }
    }

    private static func winner(of place: Place, _ untimed: Set<Int>) -> [Word] {
        var best: (said: String, score: Float)?
        for (number, candidate) in place.enumerated() where !place[..<number].contains(where: { $0.said == candidate.said }) {
            let voters = place.filter { $0.said == candidate.said }
            let confidence = voters.reduce(0) { $0 + $1.confidence } / Float(voters.count)
            let score = share * Float(voters.count) / Float(place.count) + (1 - share) * confidence
            if score > best?.score ?? -1 { best = (candidate.said, score) }
        }
        let voters = place.filter { $0.said == best?.said }
        guard var words = voters.first?.words else { return [] }
        let alike = place.indices.filter { place[$0].said == best?.said && place[$0].words.count == words.count }
        let timed = alike.filter { !untimed.contains($0) }
        if timed.isEmpty, let other = place.indices.first(where: { place[$0].said == best?.said && !untimed.contains($0) }),
            let first = place[other].words.first, let last = place[other].words.last
        {
            // The engine with times writes the words in other parts.
            let ranges = ProportionalTimes.ranges(of: words.map(\.text), in: SampleRange(first.range.start, last.range.end))
            for (index, range) in zip(words.indices, ranges) { words[index].range = range }
            return Array(words)
        }
        for (offset, index) in words.indices.enumerated() {
            let same = alike.map { place[$0].words[place[$0].words.startIndex + offset] }
            let ranges = (timed.isEmpty ? alike : timed).map { place[$0].words[place[$0].words.startIndex + offset].range }
            words[index].range = SampleRange(median(ranges.map(\.start)), median(ranges.map(\.end)))
            words[index].confidence = same.reduce(0) { max($0, $1.confidence) }
        }
        return Array(words)
    }

    private static func median(_ positions: [SampleIndex]) -> SampleIndex {
        let sorted = positions.sorted()
        guard let low = sorted.dropLast(sorted.count / 2).last, let high = sorted.dropFirst(sorted.count / 2).first else { return .zero }
        return SampleIndex((low.samples + high.samples) / 2)
    }

    /// Returns the words without overlaps: where times of different engines cross, the later word is cut.
    private static func ordered(_ words: [Word]) -> [Word] {
        var words = words
        var before = SampleIndex(Int64.min)
        for index in words.indices {
            words[index].range = SampleRange(max(words[index].range.start, before), max(words[index].range.end, before))
            before = words[index].range.end
        }
        return words
    }
}
