import Continuity
import Speech

/// Compares a session's actions with the words that were truly spoken, and reports a violation when they do not match.
struct InvariantChecker {
    private struct Covered {
        var range: SampleRange
        /// The engine whose words were committed; nil for a gap.
        var engine: EngineName?
        /// True if the client had asked for the final.
        var isFlush: Bool
    }

    private struct Channel {
        var covered: [Covered] = []
        var through = SampleIndex.zero
        /// Number of commits of each spoken word, by the word's number.
        var times: [Int]
        /// The engine that gave each word first; `places` has the word's interval by that engine. The interval reaches to the final's end for the
        /// last word of a final without word times, or of a final that ends with a frame.
        var engines: [Int]
        /// Engines that gave each word again later.
        var again: [Int: Set<Int>] = [:]
        var places: [SampleRange]
        var lastNumber = 0
        var answers = 0
        var turn = 0
        /// Words that begin after the end of their final, where the final's engine gives no word times and the final has earlier words too.
        var beyond: Set<Int> = []
        /// The places at which engines began to hear, for engines that gave words: with the first of their words, and true for `isBehind` if the
        /// engine began in the silence after everything that was committed. Such an engine heard none of the committed words. `isUntimed` is true if
        /// one of the engines gives no word times.
        var origins: [(place: SampleIndex, first: Int, isBehind: Bool)] = []
        var isUntimed = false
        /// Words that some engine gave to the session, whether the session used them or not.
        var told: Set<Int> = []
        /// Number of streams and repairs that were to hear the channel, with or without success.
        var asked = 0
        /// Words that came twice while others of the same text may still come.
        var doubled: [Int] = []
    }

    private let scenario: Scenario
    private var channels: [Channel]
    private var recorded: [Commit] = []
    private(set) var violation: Violation?
    private(set) var end: SessionEnd?
    private(set) var words = 0
    private(set) var gaps = 0
    private(set) var mends = 0
    private(set) var evaluations = 0
    private(set) var legsRun: Set<LegID> = []
    private(set) var repairsRun: Set<RepairID> = []

    init(_ scenario: Scenario) {
        self.scenario = scenario
        channels = scenario.spoken.map {
            let none = Array(repeating: 0, count: ($0.last?.number ?? 0) + 1)
            return Channel(times: none, engines: none, places: none.map { _ in SampleRange(.zero, .zero) })
        }
    }

    /// Returns the tolerance for an engine's times: its jitter, the skew of a whole session, and rounding.
    private func tolerance(_ profile: EngineProfile) -> SampleCount {
        SampleCount(Int64(profile.jitter * 16) + Int64(abs(profile.skew) * Double(scenario.length) * 16) + 32)
    }

    mutating func fail(_ rule: Violation.Rule, _ details: String) {
        if violation == nil { violation = Violation(rule: rule, details: details) }
    }

    // MARK: - The running session

    mutating func asked(_ channels: Range<Int>) {
        for channel in channels { self.channels[channel].asked += 1 }
    }

    /// Notes the first words of an engine that began to hear at `origin`.
    mutating func began(_ profile: EngineProfile, at origin: SampleIndex, saying words: [Word], in channel: Int) {
        guard let first = words.lazy.map({ WordIdentity(confidence: $0.confidence).first }).first(where: { $0 > 0 }) else { return }
        channels[channel].origins.append((origin, first, isBehind(origin, in: channel)))
        if !profile.hasWordTimes { channels[channel].isUntimed = true }
    }

    /// Returns true if all committed words had ended at `origin`, and silence lasted from there to the end of the commits.
    private func isBehind(_ origin: SampleIndex, in channel: Int) -> Bool {
        let seen = channels[channel], words = scenario.spoken[channel]
        guard scenario.noises.isEmpty, origin < seen.through, seen.covered.last?.engine != nil, seen.places.indices.contains(seen.lastNumber),
            let before = words.last(where: { $0.range.start < origin }), before.range.end <= origin,
            seen.places[seen.lastNumber].start < before.range.end
        else { return false }
        guard let next = words.first(where: { $0.range.start >= origin }) else { return true }
        return next.range.start >= seen.through && next.range.start > before.range.end + Self.shortest
    }

    /// Notes words that an engine gave to the session.
    mutating func told(_ words: [Word], in channel: Int) {
        for identity in words.map({ WordIdentity(confidence: $0.confidence) }) {
            channels[channel].told.formUnion(identity.first..<identity.first + identity.count)
        }
    }

    /// Checks the start of a leg that takes over and leaves earlier audio to repairs: it begins in a silence, if there was one in the last second
    /// when it was planned.
    mutating func tookOver(at origin: SampleIndex, received: SampleIndex) {
        let second = Milliseconds.samples(1_000), margin = Milliseconds.samples(100)
        // With several channels, the first silent one would decide for all.
        guard channels.count == 1, scenario.mode == .failover, scenario.noises.isEmpty else { return }
        guard origin >= received - second, origin > channels[0].through else { return }
        guard let speech = loud(before: origin, in: 0), speech.start + margin < origin, origin + margin < min(speech.end, received) else { return }
        // The end of a word can only be seen some time later.
        guard let last = loud(before: received, in: 0), last.start >= received - second || last.end + Self.shortest <= received else {
            return
        }
        fail(.audio, "a leg begins at \(Milliseconds.text(origin)), where somebody speaks, and nobody does a moment later")
    }

    /// Minimum duration of quiet that counts as a silence.
    private static var shortest: SampleCount { Milliseconds.samples(150) }

    /// Returns the interval of the last words that begin before `place`, without a silence between them.
    private func loud(before place: SampleIndex, in channel: Int) -> SampleRange? {
        scenario.spoken[channel].prefix { $0.range.start < place }.reduce(nil as SampleRange?) { before, word in
            guard let before, word.range.start <= before.end + Self.shortest else { return word.range }
            return SampleRange(before.start, word.range.end)
        }
    }

    mutating func recorded(_ commit: Commit, turn: Int) {
        if turn < channels[commit.channel.number].turn { fail(.turns, "turn \(turn) after \(channels[commit.channel.number].turn)") }
        channels[commit.channel.number].turn = turn
        recorded.append(commit)
    }

    mutating func heard(_ event: SessionEvent, received: SampleIndex) {
        if end != nil { fail(.ending, "it said something after its end") }
        switch event {
        case .ready, .speechStarted, .turnEnded: break
        case .interim(let hypothesis):
            let through = channels[hypothesis.channel.number].through
            if let first = hypothesis.words.first, first.range.start < through {
                fail(.order, "an interim word “\(first.text)” at \(Milliseconds.text(first.range)) lies before \(Milliseconds.text(through))")
            }
        case .commit(let commit): committed(commit, received: received)
        case .flushed(let channel): channels[channel.number].answers += 1
        case .gap(let channel, let range, _):
            gaps += 1
            cover(channel, range, by: nil, received: received)
        case .ended(let end): self.end = end
        }
    }

    private mutating func cover(_ channel: ChannelIndex, _ range: SampleRange, by engine: EngineName?, isFlush: Bool = false, received: SampleIndex) {
        if range.start != channels[channel.number].through {
            fail(
                .coverage,
                "channel \(channel.number) goes on at \(Milliseconds.text(range)) behind \(Milliseconds.text(channels[channel.number].through))")
        }
        if range.end > received { fail(.coverage, "\(Milliseconds.text(range)) is covered, of \(Milliseconds.text(received)) received") }
        channels[channel.number].through = range.end
        channels[channel.number].covered.append(Covered(range: range, engine: engine, isFlush: isFlush))
    }

    private mutating func committed(_ commit: Commit, received: SampleIndex) {
        guard recorded.first == commit else {
            return fail(.journal, "a commit at \(Milliseconds.text(commit.range)) was emitted before it was recorded")
        }
        recorded.removeFirst()
        cover(commit.channel, commit.range, by: commit.engine, isFlush: commit.reason == .flush, received: received)
        let number = commit.channel.number
        if commit.reason == .flush { channels[number].answers += 1 }
        var before = commit.range.start
        for word in commit.words {
            words += 1
            identify(word, in: commit)
            if word.range.start < before || word.range.end > commit.range.end {
                fail(
                    .order,
                    "“\(word.text)” at \(Milliseconds.text(word.range)), in \(Milliseconds.text(commit.range)), behind \(Milliseconds.text(before))"
                )
            }
            before = word.range.end
        }
    }

    private mutating func identify(_ word: Word, in commit: Commit) {
        let number = commit.channel.number
        let identity = identity(of: word, channel: number)
        guard identity.first > 0 else { return }
        guard let first = spoken(identity.first, number), let last = spoken(identity.first + identity.count - 1, number) else {
            return fail(.order, "“\(word.text)” was never said in channel \(number)")
        }
        for said in identity.first..<identity.first + identity.count {
            channels[number].times[said] += 1
            if channels[number].times[said] == 1 {
                channels[number].engines[said] = identity.engine
                let isVague = scenario.profile(identity.engine).map { !$0.hasWordTimes || $0.ahead > 0 } == true && word == commit.words.last
                channels[number].places[said] = SampleRange(word.range.start, isVague ? commit.range.end : word.range.end)
                if isBeyond(said, word, in: commit) { channels[number].beyond.insert(said) }
            }
            if channels[number].times[said] > 1 { channels[number].again[said, default: []].insert(identity.engine) }
            if channels[number].times[said] > 1, !isCutOff(said, in: number), !isSaidBeyond(said, in: number),
                !isDisputed(said, by: channels[number].again[said, default: []].union([channels[number].engines[said]]), in: number)
            {
                channels[number].doubled.append(said)
                if !isUncounted(said, in: number, isDoubled: true) {
                    fail(
                        .doubled,
                        "“\(word.text)” (\(said)) at \(Milliseconds.text(word.range)), engine\(identity.engine); said at \(Milliseconds.text(first.range))"
                    )
                }
            }
        }
        let before = channels[number].engines[channels[number].lastNumber]
        if identity.first < channels[number].lastNumber, channels[number].times[identity.first] == 1,
            !isDisputed(identity.first, by: [before, identity.engine], in: number)
        {
            fail(.order, "“\(word.text)” (\(identity.first)) comes behind word \(channels[number].lastNumber)")
        }
        channels[number].lastNumber = identity.first + identity.count - 1
        if channels[number].times[identity.first] == 1 { place(word, identity, SampleRange(first.range.start, last.range.end), in: commit) }
    }

    /// Returns the identity of a word. When a seam has left one of two joined words, the identity is that of the remaining word.
    private func identity(of word: Word, channel: Int) -> WordIdentity {
        var identity = WordIdentity(confidence: word.confidence)
        guard identity.count == 2 else { return identity }
        for number in [identity.first, identity.first + 1]
        where [spoken(number, channel)?.text, spoken(number, channel)?.numeral].contains(word.bare) {
            identity.first = number
            identity.count = 1
        }
        return identity
    }

    /// Returns true if the word begins where the client had asked for a final. Some engines cut words there, so the word may be the rest of a cut
    /// word.
    private func isBehindFlush(_ said: SampleRange, in number: Int) -> Bool {
        guard let flush = channels[number].covered.dropLast().last, flush.isFlush else { return false }
        return said.start <= flush.range.end + Milliseconds.samples(150)
    }

    private mutating func place(_ word: Word, _ identity: WordIdentity, _ said: SampleRange, in commit: Commit) {
        guard let profile = scenario.profile(identity.engine) else { return }
        let number = commit.channel.number
        guard profile.hasWordTimes else {
            // The final may begin a little earlier, within the word before.
            let around = SampleRange(said.start - Milliseconds.samples(150), said.end + Milliseconds.samples(150))
            if word == commit.words.first, !profile.cutsFlushes, !isBehindFlush(said, in: number), isFirst(said, in: commit),
                word.range.intersection(around) == nil
            {
                fail(.place, "“\(word.text)” at \(Milliseconds.text(word.range)), the first there, at \(Milliseconds.text(said))")
            }
            return
        }
        var said = said
        // An engine that cuts two joined words gives the start of the second word as the start of the first half.
        if profile.cutsWords, spoken(identity.first, number)?.joined != nil, let other = spoken(identity.first + 1, number) {
            said.end = max(said.end, other.range.end)
        }
        // In an ensemble, every voter influences a word's time.
        var tolerance = scenario.mode == .ensemble ? scenario.profiles.map(self.tolerance).max() ?? .zero : self.tolerance(profile)
        // The rest of a word that a seam has cut lies at its share of the word, or where another engine ends the other part.
        let whole = WordIdentity(confidence: word.confidence)
        let isVoted = scenario.mode == .ensemble
        if whole.count > identity.count { tolerance = scenario.profiles.map(self.tolerance).max() ?? tolerance }
        // A vote takes the median of several engines' times, and one of the engines may have cut this word off the word before.
        let isLast = isVoted && spoken(whole.first - 1, number)?.joined != nil
        let start = min(said.start, spoken(isLast ? whole.first - 1 : whole.first, number)?.range.start ?? said.start)
        let isEarly = word.range.start < start - tolerance
        // A word that a seam or its engine has cut keeps only its later part.
        let isCut =
            word.range.start == commit.range.start || (profile.cutsWords || isVoted) && word.range.start < said.end + tolerance
        // An engine whose finals end with whole frames places the words in the rest of the frame there too.
        let ahead = Milliseconds.samples(profile.ahead)
        said.end = said.end + ahead
        // Some engines give only the end time of a word.
        let latest = profile.instants > 0 ? said.end : said.start + ahead
        let isLate = word.range.end > said.end + tolerance || word.range.start > latest + tolerance && !isCut
        guard isEarly || isLate else { return }
        // Another engine does not hear the word, and has reported silence there. The word then stands at the end of that silence.
        let isUnheard = channels[number].covered.suffix(4).contains { covered in
            guard let profile = covered.engine.flatMap(scenario.profile) else { return false }
            return omits(identity.first, profile) || isDisputed(identity.first, by: [profile.number, identity.engine], in: number)
        }
        if isLate, isCut, isUnheard, word.range.start < said.end + tolerance + Milliseconds.samples(300) { return }
        // Another engine's commit covers this word completely. The empty word then stands at the end of that commit.
        let other = channels[number].covered.dropLast().last?.engine.flatMap(scenario.profile)
        if isLate, word.range.isEmpty, word.range.start == commit.range.start, let other,
            !other.hasWordTimes || word.range.end <= said.end + self.tolerance(other)
        {
            return
        }
        fail(.place, "“\(word.text)” at \(Milliseconds.text(word.range)), said at \(Milliseconds.text(said))")
    }

    /// Returns true if the word must lie at the start of its final although its engine gives no times: this engine alone was to hear the audio, and
    /// the word is the first one spoken in the final. Before the word there is no more than other words leave over by the tolerance of times.
    private func isFirst(_ said: SampleRange, in commit: Commit) -> Bool {
        let number = commit.channel.number
        guard channels[number].asked == 1, scenario.noises.isEmpty else { return false }
        let longest = Milliseconds.samples(140)
        guard commit.range.contains(said.start), (said.intersection(commit.range)?.count ?? .zero) > longest else { return false }
        // A word that begins in the final may be one that the engine omits.
        let before = scenario.spoken[number].filter { $0.range.start < said.start && $0.range.end > commit.range.start }
        let rest = before.reduce(SampleCount.zero) { $0 + ($1.range.intersection(commit.range)?.count ?? .zero) }
        return rest <= longest
            && before.allSatisfy { word in
                word.range.start < commit.range.start || !scenario.profiles.contains { omits(word.number, $0) }
            }
    }

    /// Returns the spoken word with this number. The number is the word's index, unless words were removed from the scenario.
    private func spoken(_ number: Int, _ channel: Int) -> SpokenWord? {
        let words = scenario.spoken[channel]
        if number >= 1, number <= words.count, words[number - 1].number == number { return words[number - 1] }
        return words.first { $0.number == number }
    }

    // MARK: - Stored data

    mutating func mended(_ mend: Backfill) {
        mends += 1
        if mend.range.isEmpty { fail(.stored, "a mend of nothing, at \(Milliseconds.text(mend.range))") }
        let isGap = channels[mend.channel.number].covered.contains {
            $0.engine == nil && $0.range.start <= mend.range.start && mend.range.end <= $0.range.end
        }
        if !isGap { fail(.stored, "a mend of \(Milliseconds.text(mend.range)), where no gap was reported") }
        var last: WordIdentity?
        for word in mend.words {
            if word.range.start < mend.range.start || word.range.end > mend.range.end {
                fail(.stored, "“\(word.text)” at \(Milliseconds.text(word.range)) in a mend of \(Milliseconds.text(mend.range))")
            }
            let identity = identity(of: word, channel: mend.channel.number)
            if identity.first > 0 {
                place(word, identity, behind: last, in: mend)
                last = identity
            }
            for said in identity.first..<identity.first + identity.count where said < channels[mend.channel.number].times.count {
                channels[mend.channel.number].times[said] += 1
                let first = channels[mend.channel.number].engines[said]
                // An engine that cuts words gives the whole word to the part after the gap, and a repair that ends there cuts the same word.
                let isCut = word.range.end == mend.range.end && channels[mend.channel.number].places[said].start >= mend.range.end
                if isCut, scenario.profile(first)?.cutsWords == true { continue }
                if isCutOff(said, in: mend.channel.number) { continue }
                if channels[mend.channel.number].times[said] > 1, !isDisputed(said, by: [first, identity.engine], in: mend.channel.number) {
                    channels[mend.channel.number].doubled.append(said)
                    if !isUncounted(said, in: mend.channel.number, isDoubled: true) {
                        fail(.doubled, "“\(word.text)” (\(said)) was mended, and is there already")
                    }
                }
            }
        }
    }

    private mutating func place(_ word: Word, _ identity: WordIdentity, behind last: WordIdentity?, in mend: Backfill) {
        let number = mend.channel.number
        if let last, identity.first <= last.first, !isDisputed(identity.first, by: [last.engine, identity.engine], in: number) {
            fail(.stored, "“\(word.text)” (\(identity.first)) comes behind word \(last.first) in a mend")
        }
        guard let profile = scenario.profile(identity.engine), profile.hasWordTimes, !word.range.isEmpty,
            let first = spoken(identity.first, number)?.range, let end = spoken(identity.first + identity.count - 1, number)?.range.end
        else { return }
        if word.range.end <= first.start - tolerance(profile) || word.range.start >= end + tolerance(profile) {
            fail(.stored, "“\(word.text)” at \(Milliseconds.text(word.range)) in a mend, said at \(Milliseconds.text(first))")
        }
    }

    mutating func ran(_ record: AttemptRecord) {
        switch record.kind {
        case .leg(let leg), .shadow(let leg): if !legsRun.insert(leg).inserted { fail(.runs, "leg \(leg.number) has two records") }
        case .repair(let repair): if !repairsRun.insert(repair).inserted { fail(.runs, "repair \(repair.number) has two records") }
        }
    }

    mutating func evaluated(_ evaluation: Evaluation) {
        evaluations += 1
        if end != nil { fail(.ending, "a shadow was evaluated after the end") }
    }

    // MARK: - The session's end

    mutating func close(received: SampleIndex, finalizes: Int) {
        guard let end else { return fail(.ending, "nothing is left to happen, and it has not ended") }
        if !recorded.isEmpty { fail(.journal, "\(recorded.count) commits were recorded and not emitted") }
        if end.received != received - .zero {
            fail(.coverage, "it counts \(Milliseconds.text(end.received.samples)) of \(Milliseconds.text(received))")
        }
        for number in channels.indices {
            if channels[number].through != received {
                fail(.coverage, "channel \(number) is covered to \(Milliseconds.text(channels[number].through)) of \(Milliseconds.text(received))")
            }
            if end.error == nil && channels[number].answers != finalizes {
                fail(.answer, "channel \(number) had \(channels[number].answers) answers to \(finalizes)")
            }
            for said in channels[number].doubled where !isUncounted(said, in: number, isDoubled: true) {
                fail(.doubled, "“\(spoken(said, number)?.text ?? "")” (\(said)) in channel \(number), of all that are the same")
            }
            for word in scenario.spoken[number] where channels[number].times[word.number] == 0 && word.range.end <= received {
                if !isExcused(word, in: number) {
                    fail(.lost, "“\(word.text)” (\(word.number)), said at \(Milliseconds.text(word.range)) in channel \(number)")
                }
            }
        }
    }

    /// Returns true if the word lies in a reported gap, or if the engine whose words were used there never hears it.
    private func isExcused(_ word: SpokenWord, in number: Int) -> Bool {
        var around = word.range
        // An engine that joins the word with its neighbour gives both words where the gap is.
        let before = spoken(word.number - 1, number), after = spoken(word.number + 1, number)
        if let before, before.joined != nil { around.start = min(around.start, before.range.start) }
        if let after, word.joined != nil { around.end = max(around.end, after.range.end) }
        let covered = channels[number].covered
        let isMissed = covered.indices.contains { index in
            // The edges of the interval depend on the times of the engines in it and on either side.
            let profiles = covered[max(0, index - 1)..<min(covered.count, index + 2)].compactMap { $0.engine.flatMap(scenario.profile) }
            let reach = profiles.map(tolerance).max() ?? .zero
            guard covered[index].range.intersection(SampleRange(around.start - reach, around.end + reach)) != nil else { return false }
            guard let engine = covered[index].engine, let profile = scenario.profile(engine) else { return true }
            return omits(word.number, profile)
        }
        if isMissed || isUncounted(word.number, in: number) || isOverlaid(word, in: number) { return true }
        // The word may lie where the results of two engines meet. Identical words in a row count as one.
        let run = run(of: word, in: number, period: 1).range
        let near = SampleRange(run.start - Milliseconds.samples(500), run.end + Milliseconds.samples(500))
        let close = covered.filter { $0.range.start <= near.end && $0.range.end >= near.start }
        let engines = close.compactMap { $0.engine.flatMap(scenario.profile)?.number }
        return Set(engines).count > 1 && isDisputed(word.number, by: engines, in: number)
    }

    /// Returns true if no engine ever gave this word, and an engine placed the word before it up to this word's end.
    private func isOverlaid(_ word: SpokenWord, in number: Int) -> Bool {
        guard !channels[number].told.contains(word.number) else { return false }
        // Further words that no engine gave may lie between the two.
        guard let before = channels[number].times[..<word.number].lastIndex(where: { $0 > 0 }),
            !(before + 1..<word.number).contains(where: channels[number].told.contains)
        else { return false }
        return channels[number].places[before].end >= word.range.end
    }

    /// Returns true if the results of two engines meet here, and one of the engines omits or substitutes this word or a word next to it. Then nobody
    /// can know whether the other engine's word is the same word or another one. Identical words in a row, and two words that alternate, count as one
    /// word.
    private func isDisputed(_ number: Int, by engines: some Sequence<Int>, in channel: Int) -> Bool {
        let profiles = Set(engines).compactMap { scenario.profile($0) }
        func further(_ number: Int, by step: Int) -> Int {
            var edge = number
            for _ in 0...(profiles.count > 1 ? 2 : 1) {
                edge = end(ofRunAt: edge, by: step, in: channel) + step
            }
            return edge - step
        }
        return (further(number, by: -1)...further(number, by: 1)).contains { word in
            // An engine makes the same mistakes each time, except for joined words: where its audio ends within joined words, it may recognize
            // another word.
            if profiles.count == 1, spoken(word, channel)?.joined == nil, spoken(word - 1, channel)?.joined == nil { return false }
            return profiles.contains {
                profiles.count > 1 && omits(word, $0) || SimulatedRecognition.substitutes(word, profile: $0, taste: taste($0))
            }
        }
    }

    /// Returns true if the word belongs to a row of identical words, or of two alternating words, in which the words cannot be counted: an engine
    /// heard only the last words of the row, and an engine gives no word times. Nobody knows which words of the row that engine heard. For each
    /// engine that began within the row, one word, or one pair, may be missing or doubled.
    private func isUncounted(_ number: Int, in channel: Int, isDoubled: Bool = false) -> Bool {
        guard channels[channel].isUntimed, let said = spoken(number, channel) else { return false }
        return (1...2).contains { period in
            let run = run(of: said, in: channel, period: period)
            let isVague = isVague(run.range, in: channel) || isDoubled && isSaidAgainVaguely(run.numbers, in: channel)
            guard run.numbers.count >= 2 * period, isVague else { return false }
            // The start of these words is unknown too.
            let unsure = period * beginners(at: run.numbers.lowerBound, until: run.range.end, in: channel) { !$0 }
            let times = channels[channel].times[run.numbers].reduce(0, +)
            return isDoubled ? times <= run.numbers.count + unsure : times >= run.numbers.count - unsure
        }
    }

    /// Returns the number of engines that began to hear after the start of the previous word and before `end`, and whose first word is this one or a
    /// later one.
    ///
    /// - Parameter counts: takes `isBehind` of an engine's beginning; only engines for which it returns true are counted.
    private func beginners(at number: Int, until end: SampleIndex, in channel: Int, where counts: (Bool) -> Bool = { _ in true }) -> Int {
        let before = spoken(number - 1, channel)?.range.start ?? .zero
        return channels[channel].origins.count { before < $0.place && $0.place < end && $0.first >= number && counts($0.isBehind) }
    }

    /// Returns true if an engine without word times committed words near this range, or may have repaired a gap there.
    private func isVague(_ range: SampleRange, in channel: Int) -> Bool {
        let near = SampleRange(range.start - Milliseconds.samples(500), range.end + Milliseconds.samples(500))
        return channels[channel].covered.contains { covered in
            covered.range.intersection(near) != nil && covered.engine.map { scenario.profile($0)?.hasWordTimes == false } ?? true
        }
    }

    /// Returns true if an engine without word times gave one of these words again.
    private func isSaidAgainVaguely(_ numbers: ClosedRange<Int>, in channel: Int) -> Bool {
        numbers.contains { channels[channel].again[$0]?.contains { scenario.profile($0)?.hasWordTimes == false } == true }
    }

    /// Returns the last number, in the direction of `step`, of the row of identical or alternating words around this word.
    private func end(ofRunAt number: Int, by step: Int, in channel: Int) -> Int {
        guard let word = spoken(number, channel) else { return number }
        let ends = (1...2).map { period in
            let run = run(of: word, in: channel, period: period).numbers
            return run.count > period ? (step > 0 ? run.upperBound : run.lowerBound) : number
        }
        return (step > 0 ? ends.max() : ends.min()) ?? number
    }

    /// Returns the row of words around this one in which each word equals the word `period` places before it.
    private func run(of word: SpokenWord, in channel: Int, period: Int) -> (numbers: ClosedRange<Int>, range: SampleRange) {
        func isSame(_ number: Int) -> Bool {
            guard let word = spoken(number, channel), let other = spoken(number + period, channel) else { return false }
            return word.text == other.text
        }
        let runs = (word.number - period...word.number).filter(isSame).map { number in
            var first = number, last = number
            while isSame(first - 1) { first -= 1 }
            while isSame(last + 1) { last += 1 }
            return first...last + period
        }
        guard let run = runs.max(by: { $0.count < $1.count }), let first = spoken(run.lowerBound, channel), let last = spoken(run.upperBound, channel)
        else { return (word.number...word.number, word.range) }
        return (run, SampleRange(first.range.start, last.range.end))
    }

    /// Returns true if the audio ends within the word. Each engine then decides by itself what it recognizes.
    private func isCutOff(_ number: Int, in channel: Int) -> Bool {
        (spoken(number, channel)?.range.end).map { $0 > Milliseconds.index(scenario.length) } ?? false
    }

    /// Returns true if an engine without word times ends its final before this word begins, although the word is in the final behind others.
    private func isBeyond(_ said: Int, _ word: Word, in commit: Commit) -> Bool {
        guard let profile = scenario.profile(WordIdentity(confidence: word.confidence).engine), !profile.hasWordTimes else { return false }
        guard let place = spoken(said, commit.channel.number)?.range.start else { return false }
        return commit.words.first != word && commit.range.end <= place
    }

    /// Returns true if the word was such a word, and came a second time from an engine that heard nothing before it.
    private func isSaidBeyond(_ number: Int, in channel: Int) -> Bool {
        guard channels[channel].beyond.contains(number), channels[channel].times[number] == 2, let word = spoken(number, channel) else {
            return false
        }
        return beginners(at: number, until: word.range.end, in: channel) > 0
    }

    private func omits(_ word: Int, _ profile: EngineProfile) -> Bool { SimulatedRecognition.omits(word, profile: profile, taste: taste(profile)) }

    private func taste(_ profile: EngineProfile) -> Chance { Chance(seed: scenario.seed)[SimulatedWorld.Part.taste, profile.number] }
}
