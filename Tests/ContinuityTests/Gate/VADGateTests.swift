import Speech
import Testing

@testable import Continuity

/// Lengths of audio in windows of 1 ms at 1 kHz, so that every boundary can be met exactly.
@Suite("Silence gate") struct SpeechGateTests {
    private static let rate = SampleRate(hertz: 1_000)
    private static func at(_ milliseconds: Int) -> SampleIndex { SampleIndex(milliseconds) }

    private struct GateRun {
        var gate: VADGate
        var end = 0
        var events: [VADGate.Event] = []

        init(_ rule: VADGate.Rule = VADGate.Rule()) { gate = VADGate(rule, rate: SpeechGateTests.rate) }

        /// - Parameter speech: nil: nobody can tell.
        mutating func hear(_ milliseconds: Int, speech: Bool?, isLoud: Bool = false) {
            for _ in 0..<milliseconds {
                let range = SampleRange(at(end), at(end + 1))
                let probability: Float? = speech.map { $0 ? 0.9 : 0.1 }
                if let event = gate.add(range, probability: probability, isLoud: isLoud || speech == true) { events.append(event) }
                end += 1
            }
        }

        /// Which milliseconds go on.
        var passed: [Range<Int>] {
            var leg = GatedLeg(origin: .zero, channels: 1, rate: SpeechGateTests.rate)
            leg.came(SampleCount(end))
            var passed: [Range<Int>] = []
            while let range = leg.next(gate.passages) {
                let next = Int(range.start.samples)..<Int(range.end.samples)
                if let last = passed.last, last.upperBound == next.lowerBound {
                    passed[passed.count - 1] = last.lowerBound..<next.upperBound
                } else {
                    passed.append(next)
                }
            }
            return passed
        }
    }

    @Test func `tells the speech between two pauses, and nothing of silence`() {
        var heard = GateRun()
        #expect(heard.gate.takeSpeech() == nil)
        heard.hear(1_000, speech: false)
        heard.hear(200, speech: true)
        heard.hear(100, speech: false)
        heard.hear(200, speech: true)
        heard.hear(300, speech: false)
        #expect(heard.events == [.opened(at: Self.at(1_000)), .paused(at: Self.at(1_800))])
        #expect(heard.gate.takeSpeech() == SampleRange(Self.at(1_000), Self.at(1_500)))
        heard.hear(1_000, speech: false)
        #expect(heard.gate.takeSpeech() == nil)
        heard.hear(50, speech: true)
        #expect(heard.gate.takeSpeech() == SampleRange(Self.at(2_800), Self.at(2_850)))
        heard.hear(10, speech: nil)
        #expect(heard.gate.takeSpeech() == nil, "what may be speech is not told")
    }

    @Test func `sends nothing of silence`() {
        var heard = GateRun()
        heard.hear(5_000, speech: false)
        #expect(heard.events == [])
        #expect(heard.passed == [])
        #expect(heard.gate.savings.withheld == SampleCount(5_000))
    }

    @Test func `sends 300 ms of what was before the first speech, then speech as it comes`() {
        var heard = GateRun()
        heard.hear(1_000, speech: false)
        heard.hear(50, speech: true)
        #expect(heard.events == [.opened(at: Self.at(1_000))])
        #expect(heard.passed == [700..<1_050])
    }

    @Test func `sends all there is when speech begins earlier than that`() {
        var heard = GateRun()
        heard.hear(100, speech: false)
        heard.hear(10, speech: true)
        #expect(heard.passed == [0..<110])
    }

    @Test func `may settle what was said once it was silent for 300 ms, and only once`() {
        var heard = GateRun()
        heard.hear(100, speech: true)
        heard.hear(299, speech: false)
        #expect(heard.events == [.opened(at: Self.at(0))])
        heard.hear(1, speech: false)
        #expect(heard.events.last == .paused(at: Self.at(400)))
        heard.hear(2_000, speech: false)
        #expect(heard.events.count == 2)
    }

    @Test func `sends 4,000 ms of silence after speech, and not the next`() {
        var heard = GateRun()
        heard.hear(100, speech: true)
        heard.hear(4_000, speech: false)
        #expect(heard.gate.passages.isOpen)
        heard.hear(1, speech: false)
        #expect(heard.events.last == .closed(at: Self.at(4_100)))
        #expect(heard.passed == [0..<4_100])
    }

    @Test func `stays open when speech goes on within the hangover, and may settle again`() {
        var heard = GateRun()
        heard.hear(100, speech: true)
        heard.hear(3_999, speech: false)
        heard.hear(100, speech: true)
        heard.hear(300, speech: false)
        #expect(heard.events == [.opened(at: Self.at(0)), .paused(at: Self.at(400)), .paused(at: Self.at(4_499))])
        #expect(heard.passed == [0..<4_499])
    }

    private static let short = VADGate.Rule(hangover: .milliseconds(500), unfinished: .seconds(4))

    @Test func `with a short hangover closes after a turn that is over, and holds one that may go on`() {
        var over = GateRun(Self.short), goesOn = GateRun(Self.short), unknown = GateRun(Self.short)
        over.hear(100, speech: true)
        over.hear(300, speech: false)
        #expect(over.events.last == .paused(at: Self.at(400)))
        over.gate.judged(isOver: true, at: Self.at(400))
        over.hear(201, speech: false)
        #expect(over.events.last == .closed(at: Self.at(600)) && over.passed == [0..<600])
        goesOn.hear(100, speech: true)
        goesOn.hear(300, speech: false)
        goesOn.gate.judged(isOver: false, at: Self.at(400))
        for wait in [3_700, 1] {
            #expect(goesOn.gate.passages.isOpen)
            goesOn.hear(wait, speech: false)
        }
        #expect(goesOn.events.last == .closed(at: Self.at(4_100)))
        unknown.hear(100, speech: true)
        unknown.hear(4_000, speech: false)
        #expect(unknown.gate.passages.isOpen)
        // An answer that comes late counts at once.
        unknown.gate.judged(isOver: true, at: Self.at(400))
        unknown.hear(1, speech: false)
        #expect(unknown.events.last == .closed(at: Self.at(4_100)))
    }

    @Test func `forgets whether a turn was over as soon as speech goes on`() {
        var heard = GateRun(Self.short)
        heard.hear(100, speech: true)
        heard.hear(300, speech: false)
        heard.gate.judged(isOver: true, at: Self.at(400))
        heard.hear(100, speech: true)
        heard.gate.judged(isOver: true, at: Self.at(400))
        heard.hear(4_000, speech: false)
        #expect(heard.gate.passages.isOpen)
        heard.hear(1, speech: false)
        #expect(!heard.gate.passages.isOpen)
    }

    @Test func `with a short hangover and nobody to ask closes after it`() {
        var heard = GateRun(VADGate.Rule(hangover: .milliseconds(500)))
        heard.hear(100, speech: true)
        heard.hear(501, speech: false)
        #expect(heard.events.last == .closed(at: Self.at(600)))
    }

    @Test func `sends nothing twice when the next passage reaches back to the one before`() {
        var heard = GateRun()
        heard.hear(100, speech: true)
        heard.hear(4_101, speech: false)
        heard.hear(100, speech: true)
        #expect(heard.passed == [0..<4_301])
    }

    @Test func `is not trusted after 30 s of sound without any speech`() {
        var heard = GateRun()
        heard.hear(29_999, speech: false, isLoud: true)
        #expect(!heard.gate.isOff)
        heard.hear(1, speech: false, isLoud: true)
        #expect(heard.gate.isOff && heard.events == [.doubted(at: Self.at(30_000))])
        heard.hear(10, speech: false)
        #expect(heard.passed == [29_700..<30_010])
    }

    @Test func `is trusted with sound once there was speech`() {
        var heard = GateRun()
        heard.hear(100, speech: true)
        heard.hear(60_000, speech: false, isLoud: true)
        #expect(!heard.gate.isOff)
        #expect(heard.gate.savings.withheldLoud == SampleCount(56_000))
    }

    @Test func `takes sound for speech after five minutes of it without any, until there is some`() {
        var heard = GateRun()
        heard.hear(100, speech: true)
        heard.hear(4_000, speech: false)
        heard.hear(300_000, speech: false, isLoud: true)
        #expect(!heard.gate.passages.isOpen)
        heard.hear(1, speech: false, isLoud: true)
        #expect(heard.events.last == .opened(at: Self.at(304_100)) && !heard.gate.isOff)
        // As after speech; and sound is taken for it again.
        heard.hear(4_001, speech: false)
        #expect(!heard.gate.passages.isOpen)
        heard.hear(1, speech: false, isLoud: true)
        #expect(heard.gate.passages.isOpen)
        heard.hear(100, speech: true)
        heard.hear(4_001, speech: false, isLoud: true)
        #expect(!heard.gate.passages.isOpen)
        heard.hear(10_000, speech: false, isLoud: true)
        #expect(!heard.gate.passages.isOpen)
    }

    @Test func `lets everything through while nobody can tell speech, and then as after speech`() {
        var heard = GateRun()
        heard.hear(60_000, speech: nil, isLoud: true)
        #expect(heard.events == [.opened(at: Self.at(0))] && heard.gate.savings == VADGate.Savings())
        heard.hear(4_000, speech: false)
        #expect(heard.gate.passages.isOpen)
        heard.hear(1_000, speech: false)
        #expect(heard.passed == [0..<64_000])
        // Nothing was heard yet that shows that it hears speech.
        heard.hear(30_000, speech: false, isLoud: true)
        #expect(heard.gate.isOff)
    }

    @Test func `lets everything through from where it fails`() {
        var heard = GateRun()
        heard.hear(1_000, speech: false)
        heard.gate.fail(at: Self.at(1_000))
        heard.hear(500, speech: false)
        #expect(heard.passed == [700..<1_500])
    }

    @Test(arguments: [2, 160, 512, 3_200, 32_000])
    func `decides the same whatever pieces the audio comes in`(_ piece: Int) {
        var heard = GateRun()
        for (length, speech) in [(700, false), (900, true), (6_000, false), (20, true), (5_000, false)] { heard.hear(length, speech: speech) }
        var leg = GatedLeg(origin: .zero, channels: 1, rate: Self.rate)
        var sent: Set<Int> = []
        var came = 0
        while came < heard.end {
            let count = min(piece, heard.end - came)
            came += count
            leg.came(SampleCount(count))
            while let range = leg.next(heard.gate.passages) { sent.formUnion(Int(range.start.samples)..<Int(range.end.samples)) }
        }
        #expect(sent == Set(heard.passed.flatMap(Array.init)))
        #expect(heard.passed == [400..<5_600, 7_300..<11_620])
    }
}
