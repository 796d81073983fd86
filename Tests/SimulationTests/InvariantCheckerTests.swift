import Continuity
import Speech
import Testing

@testable import Simulation

/// A check that misses nothing can be trusted to find something.
@Suite struct `A checker` {
    let scenario: Scenario
    let words: [SpokenWord]
    var checker: InvariantChecker

    init() {
        var scenario = Scenario(seed: 1)
        words = ["no", "no", "no"].enumerated().map { index, text in
            SpokenWord(number: index + 1, text: text, numeral: nil, joined: nil, range: Self.place(of: index + 1))
        }
        scenario.spoken = [words]
        scenario.engines = Array(scenario.engines.prefix(1))
        scenario.engines[0].profile.jitter = 50
        scenario.engines[0].profile.skew = 0
        scenario.engines[0].profile.omits = 0
        scenario.engines[0].profile.hasWordTimes = true
        scenario.engines[0].profile.cutsWords = false
        self.scenario = scenario
        checker = InvariantChecker(scenario)
    }

    @Test mutating func `is content with a session that says all once, in order`() {
        commit(0, 2_000, saying: [1, 2, 3])
        #expect(verdict() == nil)
    }

    @Test mutating func `tells the same words apart: one that is missing, and one that is there twice`() {
        commit(0, 2_000, saying: [1, 3])
        #expect(verdict() == .lost)
        checker = InvariantChecker(scenario)
        commit(0, 1_000, saying: [1])
        commit(1_000, 2_000, saying: [1, 2, 3])
        #expect(verdict() == .doubled)
    }

    @Test mutating func `excuses what lies in a reported gap`() {
        commit(0, 900, saying: [1])
        checker.heard(.gap(.first, SampleRange(Milliseconds.index(900), Milliseconds.index(1_400)), .timedOut("")), received: received)
        commit(1_400, 2_000, saying: [3])
        #expect(verdict() == nil)
    }

    @Test mutating func `takes a word for one in a gap only as far as the engines beside it may be wrong`() {
        var scenario = scenario
        // Another one, which hears nothing of this, may be wrong by much more.
        scenario.engines.append(scenario.engines[0])
        scenario.engines[1].profile.jitter = 150
        checker = InvariantChecker(scenario)
        commit(0, 1_300, saying: [1])
        checker.heard(.gap(.first, SampleRange(Milliseconds.index(1_300), Milliseconds.index(1_400)), .timedOut("")), received: received)
        commit(1_400, 2_000, saying: [3])
        #expect(verdict() == .lost)
    }

    @Test(arguments: [[2, 1], [1, 2]]) mutating func `wants the words of a mend in order`(numbers: [Int]) {
        let range = SampleRange(Milliseconds.index(400), Milliseconds.index(1_300))
        commit(0, 400, saying: [])
        checker.heard(.gap(.first, range, .timedOut("")), received: received)
        commit(1_300, 2_000, saying: [3])
        checker.mended(mend(range, saying: numbers))
        #expect(verdict() == (numbers == [1, 2] ? nil : .stored))
    }

    @Test mutating func `wants the words of a mend where they were said`() {
        let range = SampleRange(Milliseconds.index(400), Milliseconds.index(1_300))
        commit(0, 400, saying: [])
        checker.heard(.gap(.first, range, .timedOut("")), received: received)
        commit(1_300, 2_000, saying: [3])
        checker.mended(mend(range, saying: [1], late: 300))
        #expect(verdict() == .stored)
    }

    @Test(arguments: [0, 1]) mutating func `counts words that are the same, of which nobody says where they lie, once more at the end`(begun: Int) {
        var scenario = scenario
        scenario.engines[0].profile.hasWordTimes = false
        checker = InvariantChecker(scenario)
        began(at: 0, saying: 1)
        for _ in 0..<begun { began(at: 600, saying: 1) }
        commit(0, 1_000, saying: [1, 1], isTimed: false)
        #expect(checker.violation == nil)
        commit(1_000, 2_000, saying: [2, 3], isTimed: false)
        #expect(verdict() == (begun == 0 ? .doubled : nil))
    }

    @Test(arguments: [false, true])
    mutating func `does not ask for a word that nobody has said, where the one before it is said to last as long`(isSaid: Bool) {
        var scenario = scenario
        scenario.engines[0].profile.jitter = 100
        scenario.spoken[0] = ["so", "we"].enumerated().map { index, text in
            let start = Milliseconds.index(80 * index + 520)
            return SpokenWord(number: index + 1, text: text, numeral: nil, joined: nil, range: SampleRange(start, count: Milliseconds.samples(80)))
        }
        checker = InvariantChecker(scenario)
        if isSaid { checker.told(made(0, 2_000, saying: [1, 2], late: 0).words, in: 0) }
        commit(0, 2_000, saying: [1])
        #expect(verdict() == (isSaid ? .lost : nil))
    }

    @Test(arguments: 1...4) mutating func `takes the first and the last of two words that are said again and again for one of them`(number: Int) {
        var scenario = scenario
        scenario.engines[0].profile.hasWordTimes = false
        scenario.spoken[0] = ["we", "no", "we", "no"].enumerated().map { index, text in
            let start = Milliseconds.index(200 * index + 500)
            return SpokenWord(number: index + 1, text: text, numeral: nil, joined: nil, range: SampleRange(start, count: Milliseconds.samples(200)))
        }
        for begun in 0...1 {
            checker = InvariantChecker(scenario)
            checker.told(made(0, 2_000, saying: [1, 2, 3, 4], late: 0).words, in: 0)
            began(at: 0, saying: 1)
            if begun > 0 { began(at: 700, saying: 2) }
            commit(0, 1_500, saying: [1, 2, 3, 4].filter { $0 != number }, isTimed: false)
            commit(1_500, 2_000, saying: [], isTimed: false)
            #expect(verdict() == (begun == 0 ? .lost : nil))
        }
    }

    @Test(arguments: [(1, 1, Violation.Rule.doubled), (2, 1, nil), (2, 2, .doubled)])
    mutating func
        `lets a word that begins behind the end of its final be there once more, for who hears it first`(
            first: Int, times: Int, rule: Violation.Rule?
        )
    {
        var scenario = scenario
        scenario.engines[0].profile.hasWordTimes = false
        for (index, text) in ["so", "we", "go"].enumerated() { scenario.spoken[0][index].text = text }
        checker = InvariantChecker(scenario)
        began(at: 0, saying: 1)
        began(at: 550, saying: first)
        commit(0, 950, saying: [1, 2], isTimed: false)
        commit(950, 1_250, saying: Array(repeating: 2, count: times), isTimed: false)
        commit(1_250, 2_000, saying: [3], isTimed: false)
        #expect(verdict() == rule)
    }

    @Test mutating func `sees holes and overlaps in what is covered`() {
        commit(0, 900, saying: [1])
        commit(1_000, 2_000, saying: [2, 3])
        #expect(verdict() == .coverage)
        checker = InvariantChecker(scenario)
        commit(0, 1_500, saying: [1, 2])
        #expect(verdict() == .coverage)
    }

    @Test mutating func `sees a word in the wrong place`() {
        commit(0, 2_000, saying: [1, 2, 3], late: 60)
        #expect(verdict() == .place)
    }

    @Test mutating func `wants commits recorded before the client hears of them`() {
        checker.heard(.commit(made(0, 2_000, saying: [1, 2, 3], late: 0)), received: received)
        #expect(verdict() == .journal)
    }

    @Test mutating func `wants an end, and nothing behind it`() {
        commit(0, 2_000, saying: [1, 2, 3])
        checker.close(received: received, finalizes: 0)
        #expect(checker.violation?.rule == .ending)
        checker = InvariantChecker(scenario)
        commit(0, 2_000, saying: [1, 2, 3])
        checker.heard(.ended(SessionEnd(received: received - .zero)), received: received)
        checker.heard(.ready, received: received)
        #expect(checker.violation?.rule == .ending)
    }

    @Test(arguments: [(1, 1, 0), (2_047, 3, 7), (0, 1, 4)]) func `finds a word's identity in its confidence`(first: Int, count: Int, engine: Int) {
        let identity = WordIdentity(first: first, count: count, engine: engine)
        for certainty in [0, 0.3, 0.999] {
            let confidence = identity.confidence(certainty)
            #expect((0.5..<1).contains(confidence))
            #expect(WordIdentity(confidence: confidence) == identity)
        }
    }

    // MARK: -

    private let received = Milliseconds.index(2_000)

    private static func place(of number: Int) -> SampleRange {
        SampleRange(Milliseconds.index(500 * number), count: Milliseconds.samples(200))
    }

    private mutating func began(at place: Int, saying number: Int) {
        var profile = scenario.engines[0].profile
        profile.hasWordTimes = false
        let words = made(0, 2_000, saying: [number], late: 0).words
        checker.began(profile, at: Milliseconds.index(place), saying: words, in: 0)
    }

    private func made(_ start: Int, _ end: Int, saying numbers: [Int], late: Int, isTimed: Bool = true) -> Commit {
        let range = SampleRange(Milliseconds.index(start), Milliseconds.index(end))
        var said = numbers.map { number in
            Word(
                "no", Self.place(of: number).shifted(by: Milliseconds.samples(late)),
                confidence: WordIdentity(first: number, count: 1, engine: 0).confidence(0.5))
        }
        if !isTimed { said.spread(over: range) }
        return Commit(channel: .first, range: range, words: said, reason: .pause, engine: scenario.engines[0].profile.name)
    }

    private func mend(_ range: SampleRange, saying numbers: [Int], late: Int = 0) -> Backfill {
        Backfill(channel: .first, range: range, words: made(0, 2_000, saying: numbers, late: late).words, engine: scenario.engines[0].profile.name)
    }

    private mutating func commit(_ start: Int, _ end: Int, saying numbers: [Int], late: Int = 0, isTimed: Bool = true) {
        let commit = made(start, end, saying: numbers, late: late, isTimed: isTimed)
        checker.recorded(commit, turn: 0)
        checker.heard(.commit(commit), received: received)
    }

    private mutating func verdict() -> Violation.Rule? {
        checker.heard(.ended(SessionEnd(received: received - .zero)), received: received)
        checker.close(received: received, finalizes: 0)
        return checker.violation?.rule
    }
}
