import Continuity
import Speech

/// Sees what a session does, knows what was truly said, and says when the two do not fit.
struct Witness {
    private struct Covered {
        var range: SampleRange
        /// Nil for a gap.
        var engine: EngineName?
    }

    private struct Channel {
        var covered: [Covered] = []
        var through = SampleIndex.zero
        /// How often each spoken word was committed, by its number.
        var times: [Int]
        var lastNumber = 0
        var answers = 0
        var turn = 0
    }

    private let scenario: Scenario
    private var channels: [Channel]
    private var recorded: [Commit] = []
    private(set) var violation: Violation?
    private(set) var end: SessionEnd?
    private(set) var words = 0
    private(set) var gaps = 0
    private(set) var mends = 0
    private(set) var legsRun: Set<LegID> = []
    private(set) var repairsRun: Set<RepairID> = []

    init(_ scenario: Scenario) {
        self.scenario = scenario
        channels = scenario.spoken.map { Channel(times: Array(repeating: 0, count: ($0.last?.number ?? 0) + 1)) }
    }

    /// Jitter, the skew of a whole session, and rounding.
    private func tolerance(_ temper: EngineTemper) -> SampleCount {
        SampleCount(Int64(temper.jitter * 16) + Int64(abs(temper.skew) * Double(scenario.length) * 16) + 32)
    }

    mutating func fail(_ rule: Violation.Rule, _ details: String) {
        if violation == nil { violation = Violation(rule: rule, details: details) }
    }

    // MARK: - While it runs

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

    private mutating func cover(_ channel: ChannelIndex, _ range: SampleRange, by engine: EngineName?, received: SampleIndex) {
        if range.start != channels[channel.number].through {
            fail(
                .coverage,
                "channel \(channel.number) goes on at \(Milliseconds.text(range)) behind \(Milliseconds.text(channels[channel.number].through))")
        }
        if range.end > received { fail(.coverage, "\(Milliseconds.text(range)) is covered, of \(Milliseconds.text(received)) received") }
        channels[channel.number].through = range.end
        channels[channel.number].covered.append(Covered(range: range, engine: engine))
    }

    private mutating func committed(_ commit: Commit, received: SampleIndex) {
        guard recorded.first == commit else {
            return fail(.journal, "a commit at \(Milliseconds.text(commit.range)) was emitted before it was recorded")
        }
        recorded.removeFirst()
        cover(commit.channel, commit.range, by: commit.engine, received: received)
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
            if channels[number].times[said] > 1 {
                fail(
                    .doubled,
                    "“\(word.text)” (\(said)) at \(Milliseconds.text(word.range)), engine\(identity.engine); said at \(Milliseconds.text(first.range))"
                )
            }
        }
        if identity.first < channels[number].lastNumber {
            fail(.order, "“\(word.text)” (\(identity.first)) comes behind word \(channels[number].lastNumber)")
        }
        channels[number].lastNumber = identity.first + identity.count - 1
        place(word, SampleRange(first.range.start, last.range.end), engine: identity.engine, in: commit)
    }

    /// What a seam left of a word that stands for two is one of them.
    private func identity(of word: Word, channel: Int) -> WordIdentity {
        var identity = WordIdentity(confidence: word.confidence)
        guard identity.count == 2 else { return identity }
        for number in [identity.first, identity.first + 1] where spoken(number, channel)?.text == word.bare {
            identity.first = number
            identity.count = 1
        }
        return identity
    }

    private mutating func place(_ word: Word, _ said: SampleRange, engine: Int, in commit: Commit) {
        guard let temper = scenario.temper(engine), temper.hasWordTimes else { return }
        let tolerance = tolerance(temper)
        // What a seam left of a word is where its share of the word is.
        let whole = WordIdentity(confidence: word.confidence)
        let start = min(said.start, spoken(whole.first, commit.channel.number)?.range.start ?? said.start)
        let isEarly = word.range.start < start - tolerance
        // A word that a seam cuts keeps what lies behind it, and so does one that its engine cuts.
        let isCut = word.range.start == commit.range.start || temper.cutsWords && word.range.start < said.end + tolerance
        let isLate = word.range.end > said.end + tolerance || word.range.start > said.start + tolerance && !isCut
        if isEarly || isLate { fail(.place, "“\(word.text)” at \(Milliseconds.text(word.range)), said at \(Milliseconds.text(said))") }
    }

    /// Numbers are places, as long as none was taken out.
    private func spoken(_ number: Int, _ channel: Int) -> SpokenWord? {
        let words = scenario.spoken[channel]
        if number >= 1, number <= words.count, words[number - 1].number == number { return words[number - 1] }
        return words.first { $0.number == number }
    }

    // MARK: - What is stored

    mutating func mended(_ mend: Mend) {
        mends += 1
        if mend.range.isEmpty { fail(.stored, "a mend of nothing, at \(Milliseconds.text(mend.range))") }
        let isGap = channels[mend.channel.number].covered.contains {
            $0.engine == nil && $0.range.start <= mend.range.start && mend.range.end <= $0.range.end
        }
        if !isGap { fail(.stored, "a mend of \(Milliseconds.text(mend.range)), where no gap was reported") }
        for word in mend.words {
            if word.range.start < mend.range.start || word.range.end > mend.range.end {
                fail(.stored, "“\(word.text)” at \(Milliseconds.text(word.range)) in a mend of \(Milliseconds.text(mend.range))")
            }
            let identity = identity(of: word, channel: mend.channel.number)
            for said in identity.first..<identity.first + identity.count where said < channels[mend.channel.number].times.count {
                channels[mend.channel.number].times[said] += 1
                if channels[mend.channel.number].times[said] > 1 { fail(.doubled, "“\(word.text)” (\(said)) was mended, and is there already") }
            }
        }
    }

    mutating func ran(_ record: RunRecord) {
        switch record.kind {
        case .leg(let leg): if !legsRun.insert(leg).inserted { fail(.runs, "leg \(leg.number) has two records") }
        case .repair(let repair): if !repairsRun.insert(repair).inserted { fail(.runs, "repair \(repair.number) has two records") }
        }
    }

    // MARK: - At its end

    mutating func close(received: SampleIndex, finalizes: Int, taste: (Int) -> Chance) {
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
            for word in scenario.spoken[number] where channels[number].times[word.number] == 0 && word.range.end <= received {
                if !isExcused(word, in: channels[number], taste: taste) {
                    fail(.lost, "“\(word.text)” (\(word.number)), said at \(Milliseconds.text(word.range)) in channel \(number)")
                }
            }
        }
    }

    /// It lies in a reported gap, or an engine whose words were taken there never hears it.
    private func isExcused(_ word: SpokenWord, in channel: Channel, taste: (Int) -> Chance) -> Bool {
        let reach = scenario.engines.map { tolerance($0.temper) }.max() ?? .zero
        let around = SampleRange(word.range.start - reach, word.range.end + reach)
        return channel.covered.contains { covered in
            guard covered.range.intersection(around) != nil else { return false }
            guard let engine = covered.engine, let temper = scenario.temper(engine) else { return true }
            return Hearing.omits(word.number, temper: temper, taste: taste(temper.number))
        }
    }
}
