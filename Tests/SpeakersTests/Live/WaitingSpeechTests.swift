import HarkenTesting
import Speech
import Testing

@testable import Speakers

@Suite("Waiting speech") struct WaitingSpeechTests {
    private let start = Instant.now
    private var waiting = WaitingSpeech(rate: .speech, patience: .seconds(10))

    private func word(_ text: String, _ start: Double, _ end: Double, by label: Int? = nil) -> Word {
        Word(
            text, SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech)), confidence: 1,
            speaker: label.map { SpeakerLabel($0) })
    }

    private func turn(_ start: Double, _ end: Double, _ speaker: Int) -> SpeakerTurn {
        SpeakerTurn(SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech)), SpeakerLabel(speaker))
    }

    /// The numbers of the words' clips.
    private mutating func add(_ words: [Word], expects: Bool = true) -> [Int] {
        let clips = waiting.add(words, rate: .speech, now: start)
        if expects { for clip in clips { waiting.expect(clip.number) } }
        return clips.map(\.number)
    }

    private mutating func told(after: Duration = .zero, isLast: Bool = false) -> [[Int?]] {
        waiting.release(now: start + after, isLast: isLast).map { $0.map { $0.speaker?.number } }
    }

    @Test mutating func `goes on in order, as soon as it is known who says it`() {
        let first = add([word("a", 0, 1)]), second = add([word("b", 2, 3)])
        waiting.told(second[0], [turn(2, 3, 0)], labels: [8])
        #expect(told() == [])
        waiting.told(first[0], [turn(0, 1, 0)], labels: [7])
        #expect(told() == [[7], [8]])
        #expect(waiting.isEmpty && waiting.deadline == nil)
    }

    @Test mutating func `goes on with an engine's labels at once`() {
        _ = add([word("a", 0, 1, by: 3), word("b", 1, 2, by: 4)], expects: false)
        #expect(told() == [[3, 4]])
    }

    @Test mutating func `waits as long as voices are heard, and goes with who spoke before where none is heard any more`() {
        let first = add([word("a", 0, 1)])
        waiting.told(first[0], [turn(0, 1, 0)], labels: [7])
        #expect(told() == [[7]])
        _ = add([word("b", 2, 3)])
        #expect(told(after: .seconds(9)) == [])
        // Another voice is heard; the machine is busy.
        waiting.answered(now: start + .seconds(9))
        waiting.cover(through: SampleIndex(seconds: 60, at: .speech), now: start + .seconds(11))
        #expect(told(after: .milliseconds(18_999)) == [])
        #expect(told(after: .seconds(19)) == [[7]])
    }

    @Test mutating func `goes with who spoke before when finals show that nothing near follows`() {
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        #expect(told() == [[7]])
        _ = add([word("Yes", 3, 3.4)], expects: false)
        waiting.cover(through: SampleIndex(seconds: 4.3, at: .speech), now: start)
        #expect(told() == [])
        waiting.cover(through: SampleIndex(seconds: 4.4, at: .speech), now: start)
        #expect(told() == [[7]])
    }

    @Test mutating func `goes on after three seconds where nothing follows, and no voice is being heard`() {
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        #expect(told() == [[7]])
        _ = add([word("Yes", 3, 3.4)], expects: false)
        #expect(waiting.deadline == start + .seconds(3))
        #expect(told(after: .milliseconds(2_999)) == [])
        #expect(told(after: .seconds(3)) == [[7]])
    }

    /// One speaker, a short word, and another speaker 0.4 s behind it, decided this long behind the short word.
    private mutating func followed(after wait: Double, isAtOnce: Bool) -> [[Int?]] {
        var released: [[Int?]] = []
        waiting.received(through: SampleIndex(seconds: 60, at: .speech), now: start)
        waiting.decided(through: SampleIndex(seconds: 2.5, at: .speech), now: start)
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        released += told()
        waiting.decided(through: SampleIndex(seconds: 4, at: .speech), now: start)
        _ = add([word("Yes", 3, 3.4)], expects: false)
        // Words that come at once come before anything is released.
        var place = 4.0
        while place < 4 + wait {
            waiting.decided(through: SampleIndex(seconds: place, at: .speech), now: start)
            if !isAtOnce { released += told() }
            place += 0.25
        }
        waiting.decided(through: SampleIndex(seconds: 4 + wait, at: .speech), now: start)
        if !isAtOnce { released += told() }
        let next = add([word("b", 3.8, 6)])
        if !isAtOnce { released += told() }
        waiting.told(next[0], [turn(3.8, 6, 0)], labels: [8])
        return released + told(isLast: true)
    }

    @Test(arguments: [(2.9, true, 8), (2.9, false, 8), (3.0, true, 7), (3.0, false, 7), (10.0, true, 7), (10.0, false, 7)])
    func `goes with what follows if that is decided within 3 s of audio, at any pace`(wait: Double, isAtOnce: Bool, label: Int) {
        var suite = self
        let labels = suite.followed(after: wait, isAtOnce: isAtOnce)
        #expect(labels == [[7], [label], [8]])
    }

    @Test mutating func `waits while an engine has yet to decide about audio that has come`() {
        waiting.decided(through: SampleIndex(seconds: 4, at: .speech), now: start)
        waiting.received(through: SampleIndex(seconds: 60, at: .speech), now: start)
        _ = add([word("Yes", 3, 3.4)], expects: false)
        #expect(told(after: .milliseconds(9_999)) == [])
        waiting.decided(through: SampleIndex(seconds: 6.9, at: .speech), now: start + .milliseconds(9_999))
        #expect(told(after: .seconds(19)) == [])
        waiting.decided(through: SampleIndex(seconds: 7, at: .speech), now: start + .seconds(19))
        #expect(told(after: .seconds(19)) == [[nil]])
    }

    @Test mutating func `waits while slow audio comes, and goes on three seconds after the last`() {
        waiting.decided(through: SampleIndex(seconds: 4, at: .speech), now: start)
        waiting.received(through: SampleIndex(seconds: 4, at: .speech), now: start)
        _ = add([word("Yes", 3, 3.4)], expects: false)
        for second in [2, 4, 6] as [Int64] {
            #expect(told(after: .seconds(second)) == [])
            waiting.received(through: SampleIndex(seconds: 4 + Double(second) / 10, at: .speech), now: start + .seconds(second))
        }
        #expect(told(after: .milliseconds(8_999)) == [])
        #expect(told(after: .seconds(9)) == [[nil]])
    }

    /// The engine keeps up with the audio, or is far behind it.
    @Test(arguments: [0, 50] as [Double]) mutating func `goes on after three seconds where only later words have a position`(behind: Double) {
        _ = add([word("Yes", 3, 3.4)], expects: false)
        for step in 1...5 {
            let place = 4 + Double(step) / 2, time = Duration.milliseconds(500 * step)
            waiting.received(through: SampleIndex(seconds: place + behind, at: .speech), now: start + time)
            waiting.decided(through: SampleIndex(seconds: place, at: .speech), now: start + time)
            #expect(told(after: time) == [])
        }
        #expect(told(after: .milliseconds(2_999)) == [])
        #expect(told(after: .seconds(3)) == [[nil]])
    }

    @Test mutating func `goes on without what follows when its voice is not heard for very long, while audio and finals come`() {
        waiting.decided(through: SampleIndex(seconds: 4, at: .speech), now: start)
        _ = add([word("Yes", 3, 3.4)], expects: false)
        waiting.decided(through: SampleIndex(seconds: 5, at: .speech), now: start)
        _ = add([word("b", 3.8, 6)])
        for step in 1...19 {
            let place = 6 + Double(step) / 2, time = Duration.milliseconds(500 * step)
            waiting.received(through: SampleIndex(seconds: place, at: .speech), now: start + time)
            waiting.decided(through: SampleIndex(seconds: place, at: .speech), now: start + time)
            waiting.cover(through: SampleIndex(seconds: place, at: .speech), now: start + time)
            #expect(told(after: time) == [])
        }
        #expect(told(after: .milliseconds(9_999)) == [])
        #expect(told(after: .seconds(10)) == [[nil], [nil]])
    }

    @Test mutating func `goes on three seconds after the positions end, however often it is told that there is none`() {
        waiting.decided(through: SampleIndex(seconds: 4, at: .speech), now: start)
        _ = add([word("Yes", 3, 3.4)], expects: false)
        waiting.decided(through: nil, now: start + .seconds(1))
        waiting.decided(through: nil, now: start + .seconds(2))
        #expect(told(after: .milliseconds(3_999)) == [])
        #expect(told(after: .seconds(4)) == [[nil]])
    }

    /// The speakers of words that come at a pace: a voice is heard so many steps after its words, and finals are looked at after each step.
    private func speakers(_ looksAhead: Bool, late: Int, seed: UInt64) -> [Int?] {
        var random = SeededGenerator(seed: seed), waiting = WaitingSpeech(rate: .speech, patience: .seconds(10), looksAhead: looksAhead)
        var steps: [(at: Int, number: Int, range: SampleRange, label: Int?)] = [], heard: [Int?] = [], place = 0.0
        for step in 0..<60 {
            if step < 40 {
                place += Double.random(in: 0...3, using: &random)
                let end = place + Double.random(in: 0.2...3, using: &random), label = end - place < 0.9 ? nil : Int.random(in: 7...9, using: &random)
                let isHeard = end - place > 0.4
                for clip in waiting.add([word("w", place, end)], rate: .speech, now: start) where isHeard {
                    waiting.expect(clip.number)
                    steps.append((step + late, clip.number, clip.clip.range, label))
                }
                waiting.cover(through: SampleIndex(seconds: end, at: .speech), now: start)
                place = end
            }
            for due in steps where due.at <= step {
                waiting.told(due.number, [SpeakerTurn(due.range, SpeakerLabel(0))], labels: [due.label])
                waiting.give(up: due.number)
            }
            steps.removeAll { $0.at <= step }
            heard += waiting.release(now: start, isLast: step == 59).flatMap { $0.map { $0.speaker?.number } }
        }
        return heard
    }

    @Test(arguments: [true, false], 1...40) func `has the same speakers at any pace`(looksAhead: Bool, seed: UInt64) {
        let atOnce = speakers(looksAhead, late: 0, seed: seed)
        #expect(atOnce.count == 40)
        for late in 1...12 { #expect(speakers(looksAhead, late: late, seed: seed) == atOnce) }
    }

    @Test mutating func `is parted where its speaker changes, each word whole`() {
        let clip = add([word("a", 0, 1), word("b", 1, 2.2), word("c", 2.2, 3), word("d", 3, 4)])
        waiting.told(clip[0], [turn(0, 2, 0), turn(2, 4, 1)], labels: [7, 8])
        #expect(told() == [[7, 7, 8, 8]])
    }

    @Test mutating func `goes with what is nearest when it is too short to tell, also with what comes after`() {
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        #expect(told() == [[7]])
        let short = add([word("His", 3, 3.6)])
        waiting.told(short[0], [turn(3, 3.6, 0)], labels: [nil])
        // What comes next may lie nearer.
        #expect(told() == [])
        let next = add([word("father", 3.8, 6)])
        #expect(told() == [])
        waiting.told(next[0], [turn(3.8, 6, 0)], labels: [8])
        #expect(told() == [[8], [8]])
    }

    @Test mutating func `goes with who spoke just before when it is too short to tell, and waits for nothing`() {
        let first = add([word("a", 0, 2)])
        waiting.told(first[0], [turn(0, 2, 0)], labels: [7])
        _ = told()
        let short = add([word("b", 2.1, 2.4)])
        waiting.give(up: short[0])
        #expect(told() == [[7]])
    }

    @Test mutating func `waits for nothing at the end`() {
        let short = add([word("a", 0, 0.4)])
        waiting.give(up: short[0])
        #expect(told() == [])
        #expect(told(isLast: true) == [[nil]])
    }

    @Test mutating func `is late when its voices are not heard for long, until what waits came a short time ago`() {
        #expect(waiting.lateFrom == nil && !waiting.isLate(false, now: start))
        let first = add([word("a", 0, 1)])
        #expect(waiting.lateFrom == start + .seconds(3))
        #expect(!waiting.isLate(false, now: start + .milliseconds(2_999)) && waiting.isLate(false, now: start + .seconds(3)))
        // Words that come meanwhile are not what waits longest.
        for clip in waiting.add([word("b", 2, 3)], rate: .speech, now: start + .seconds(4)) { waiting.expect(clip.number) }
        waiting.told(first[0], [turn(0, 1, 0)], labels: [7])
        #expect(told() == [[7]])
        #expect(waiting.lateFrom == start + .seconds(7))
        #expect(!waiting.isLate(true, now: start + .milliseconds(4_999)) && waiting.isLate(true, now: start + .seconds(5)))
        #expect(!waiting.isLate(false, now: start + .seconds(5)))
    }

    @Test mutating func `is not late when it waits for words, and for no voice`() {
        _ = add([word("a", 0, 1)], expects: false)
        #expect(told() == [])
        #expect(!waiting.isEmpty)
        #expect(waiting.lateFrom == nil && !waiting.isLate(false, now: start + .seconds(60)))
    }
}
