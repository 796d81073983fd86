import Speech

/// A word as a leg's engine recognizes it, on the session's timeline.
struct RecognizedWord: Sendable {
    var text: String
    /// The interval in which the word is spoken. The engine cannot know the word before its last sample.
    var spoken: SampleRange
    /// The interval that the engine gives for the word.
    var range: SampleRange
    var confidence: Float
}

extension [Word] {
    /// Spreads the words over `range`, as drivers do with words without times.
    mutating func spread(over range: SampleRange) {
        for (index, place) in zip(indices, ProportionalTimes.ranges(of: map(\.text), in: range)) { self[index].range = place }
    }
}

/// The recognition of spoken words by a simulated engine.
struct SimulatedRecognition: Sendable {
    let profile: EngineProfile
    /// The engine's chance: an engine makes the same mistakes whenever it hears a word.
    let taste: Chance
    /// The attempt's chance: times differ between attempts.
    let attempt: Chance

    private enum Part {
        static let omit = 1, substitute = 2, join = 3, start = 4, end = 5, bias = 6, edge = 7, certainty = 8, other = 9, insert = 10, part = 11
        static let instant = 12
    }

    static func omits(_ word: Int, profile: EngineProfile, taste: Chance) -> Bool { taste[Part.omit, word].happens(profile.omits) }

    static func substitutes(_ word: Int, profile: EngineProfile, taste: Chance) -> Bool {
        taste[Part.substitute, word].happens(profile.substitutes)
    }

    /// Returns the words of `spoken` that the engine recognizes in the audio of `range` alone.
    func words(_ spoken: [SpokenWord], in range: SampleRange) -> [RecognizedWord] {
        var heard: [RecognizedWord] = []
        let bias = jitter(attempt[Part.bias]) / 3
        var before = range.start
        var index = 0
        while index < spoken.count {
            let word = spoken[index]
            index += 1
            guard word.range.end > range.start, word.range.start < range.end else { continue }
            let isCut = word.range.start < range.start || word.range.end > range.end
            let isPart = isCut && !isRecognizable(word, in: range)
            // A part of a word may be recognized as another word.
            if isPart && !isHeard(word, in: range) { continue }
            if Self.omits(word.number, profile: profile, taste: taste) { continue }
            var identity = WordIdentity(first: word.number, count: 1, engine: profile.number)
            var text = word.text
            var end = word.range.end
            if let joined = word.joined, index < spoken.count, spoken[index].range.end <= range.end, !isCut,
                spoken[index].range.start.samples - word.range.end.samples < Milliseconds.samples(200).samples,
                word.numeral == nil ? taste[Part.join, word.number].happens(profile.joins) : profile.isFormatted,
                !Self.omits(spoken[index].number, profile: profile, taste: taste)
            {
                text = joined
                identity.count = 2
                end = spoken[index].range.end
                index += 1
            } else if isPart || Self.substitutes(word.number, profile: profile, taste: taste) {
                text = taste[Part.other, word.number].pick(Script.misheard)
            } else if profile.isFormatted, let numeral = word.numeral {
                text = numeral
            }
            let startShift = bias + 2 * jitter(attempt[Part.start, word.number]) / 3
            let endShift = bias + 2 * jitter(attempt[Part.end, word.number]) / 3
            let start = min(max(word.range.start + SampleCount(startShift), before), max(before, range.end))
            let finish = min(max(end + SampleCount(endShift), start + Milliseconds.samples(20)), max(start, range.end))
            before = finish
            let isInstant = identity.count == 1 && taste[Part.instant, word.number].happens(profile.instants)
            let certainty = attempt[Part.certainty, word.number].unit
            heard.append(
                RecognizedWord(
                    text: text, spoken: SampleRange(word.range.start, end), range: SampleRange(isInstant ? finish : start, finish),
                    confidence: identity.confidence(certainty)
                ))
            if taste[Part.insert, word.number].happens(profile.inserts) {
                let range = SampleRange(finish, count: Milliseconds.samples(20))
                heard.append(
                    RecognizedWord(
                        text: taste[Part.insert][word.number][1].pick(Script.misheard), spoken: SampleRange(word.range.start, end), range: range,
                        confidence: WordIdentity(first: 0, count: 1, engine: profile.number).confidence(taste[Part.insert][word.number][2].unit)))
                before = range.end
            }
        }
        if profile.isFormatted { punctuate(&heard) }
        return heard
    }

    /// Returns true if enough of the word is in `range`. Most of a word is enough and a small part is not; in between, chance decides.
    private func isRecognizable(_ word: SpokenWord, in range: SampleRange) -> Bool {
        let rest = word.range.intersection(range)?.count.samples ?? 0
        let share = Double(rest) / Double(max(1, word.range.count.samples))
        return share > 0.3 + 0.4 * attempt[Part.edge, word.number].unit
    }

    /// Returns true if the small part of the word in `range` is recognized as another word.
    private func isHeard(_ word: SpokenWord, in range: SampleRange) -> Bool {
        (word.range.intersection(range)?.count ?? .zero) > Milliseconds.samples(40) && taste[Part.part, word.number].happens(profile.hearsParts)
    }

    /// Returns a random error of time, in samples.
    private func jitter(_ chance: Chance) -> Int64 { Int64(chance.unit * Double(2 * profile.jitter * 16)) - Int64(profile.jitter * 16) }

    private func punctuate(_ words: inout [RecognizedWord]) {
        var isFirst = true
        for index in words.indices {
            if isFirst, let first = words[index].text.first { words[index].text = first.uppercased() + words[index].text.dropFirst() }
            let isLast = index + 1 == words.count || words[index + 1].spoken.start > words[index].spoken.end + Milliseconds.samples(400)
            isFirst = isLast
            if isLast { words[index].text += "." }
        }
    }
}
