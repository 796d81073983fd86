import LocalEngine
import Speech
import Testing

@Suite struct `A live stream's machine` {
    private func questions(_ actions: [LiveMachine.Action]) -> [LiveQuestion] {
        actions.compactMap { if case .ask(let question) = $0 { question } else { nil } }
    }

    private func kind(_ question: LiveQuestion) -> String {
        switch question {
        case .words: "words"
        case .times: "times"
        case .terms: "terms"
        case .completeness: "turn"
        }
    }

    /// Returns the kinds of the questions that are answered at the same time, in order.
    private func rounds(_ speech: ScriptedSpeech, _ timing: LiveTiming) -> [[String]] {
        var machine = LiveMachine(LiveCore(timing: timing.withoutDrafts)), rounds: [[String]] = []
        for window in 0..<speech.windows {
            var asked = questions(machine.take(speech.input(window)))
            while !asked.isEmpty {
                rounds.append(asked.map(kind).sorted())
                var next: [LiveQuestion] = []
                for question in asked { next += questions(machine.answer(question, speech.answer(question))) }
                asked = next
            }
        }
        return rounds
    }

    @Test func `tells a pause at once, before its words are read`() {
        // The detector reports the pause, and its words are read, 192 ms behind the end of the sound.
        var speech = ScriptedSpeech("One two.")
        speech.hangover = 4
        var machine = LiveMachine(LiveCore(timing: LiveTiming()))
        var actions: [LiveMachine.Action] = []
        for window in 0..<speech.windows where questions(actions).isEmpty { actions = machine.take(speech.input(window)) }
        #expect(actions.first == .event(.paused(SampleRange(SampleIndex(8_192), SampleIndex(17_408))), at: SampleIndex(20_480)))
        #expect(questions(actions).map(kind) == ["words"])
    }

    @Test func `has the times of a sentence found while the words behind it are read alone`() {
        // The pause is so long that its words may leave, and their times are found at once.
        let speech = ScriptedSpeech("One two. 300 Three aa bb cc dd ee ff gg hh.")
        #expect(rounds(speech, LiveTiming()) == [["words"], ["times"], ["words"], ["times", "words"], ["times"]])
    }

    @Test func `has a window read alone while it is read behind committed words`() {
        let speech = ScriptedSpeech("One two 900 three four.")
        #expect(rounds(speech, LiveTiming()) == [["words"], ["times"], ["words", "words"], ["times"]])
    }

    /// The first look reads to 19,968 samples, the second one to 20,608.
    @Test(arguments: [(nil, []), ("Two.", [["times"]])] as [(String?, [[String]])])
    func `has times found before a second look, which keeps those of the same words`(second: String?, behind: [[String]]) {
        var speech = ScriptedSpeech("One two.")
        speech.confidence = 0.5
        speech.heard = { $0.end > SampleIndex(20_000) ? second : nil }
        #expect(rounds(speech, LiveTiming(endpointing: .milliseconds(300))) == [["words"], ["times"], ["words"]] + behind + [["turn"]])
    }

    @Test func `has times found at once where the final comes before a second look`() {
        var speech = ScriptedSpeech("One two."), timing = LiveTiming(endpointing: .milliseconds(300))
        speech.confidence = 0.5
        timing.late = SampleCount(.milliseconds(200), at: .speech)
        timing.lateBehindEnds = timing.late
        timing.early = timing.late
        #expect(Array(rounds(speech, timing).prefix(2)) == [["words"], ["times"]])
    }

    /// Speech whose pause is reported, and read, 192 ms behind the end of the sound, and judged 288 ms behind it.
    private var slowlyReported: ScriptedSpeech {
        var speech = ScriptedSpeech("One two.")
        speech.hangover = 4
        return speech
    }

    @Test func `has the turn judged at its place in the audio while the pause is read`() {
        let speech = slowlyReported, timing = LiveTiming(endpointing: .milliseconds(300))
        var machine = LiveMachine(LiveCore(timing: timing)), asked: [LiveQuestion] = []
        for window in 0..<speech.windows where asked.count < 2 { asked += questions(machine.take(speech.input(window))) }
        #expect(asked.map(kind) == ["words", "turn"])
        #expect(machine.core.position == SampleIndex(20_480), "the words of the pause are not there yet")
        #expect(asked.last?.audio.end == SampleIndex(22_016))
        var prompt = ScriptedStream(speech, timing)
        prompt.play()
        #expect(prompt.asked.filter { kind($0) == "turn" } == Array(asked.suffix(1)))
        var rest: [LiveQuestion] = []
        for question in asked { rest += questions(machine.answer(question, speech.answer(question))) }
        #expect(rest.map(kind) == ["times"])
    }

    @Test func `goes on while a draft is read, and waits for the draft where a pause is read`() throws {
        let speech = ScriptedSpeech("aa bb cc dd ee ff gg hh.")
        var machine = LiveMachine(LiveCore(timing: LiveTiming())), actions: [LiveMachine.Action] = []
        for window in 0..<speech.windows where machine.waitingCount == 0 { actions += machine.take(speech.input(window)) }
        #expect(questions(actions).map(\.audio.end) == [SampleIndex(32_256)])
        #expect(actions.contains { if case .event(.paused, _) = $0 { true } else { false } })
        #expect(machine.core.position == SampleIndex(49_152), "the pause is to be read here")
        let draft = try #require(questions(actions).first)
        #expect(machine.core.awaitedDraft == draft)
        let next = questions(machine.answer(draft, speech.answer(draft)))
        #expect(
            next == [
                .words(
                    in: SampleRange(SampleIndex(3_392), SampleIndex(49_152)), draft: ScriptedSpeech.tokens(of: "Aa bb cc dd ee."))
            ])
    }

    @Test func `has the times of the words found before the window is cut`() throws {
        let speech = ScriptedSpeech((0..<46).map { "w\($0)" }.joined(separator: " "))
        var machine = LiveMachine(LiveCore(timing: LiveTiming())), asked: [(position: SampleIndex, question: LiveQuestion)] = []
        for window in 0..<speech.windows where !asked.contains(where: { kind($0.question) == "times" }) {
            var actions = machine.take(speech.input(window))
            while let question = questions(actions).first {
                asked.append((machine.core.position, question))
                actions = kind(question) == "times" ? [] : machine.answer(question, speech.answer(question))
            }
        }
        let draft = try #require(asked.last { kind($0.question) == "words" }), times = try #require(asked.last)
        #expect(times.question == machine.core.cutTimes)
        #expect(times.question.audio == draft.question.audio)
        #expect(machine.waitingCount == 0, "nothing waits for the times")
        #expect(times.position - draft.question.audio.end == SampleCount(12_288), "the first window behind half of 1.5 s")
    }

    @Test func `looks no further than a command while the pause is read`() {
        let speech = slowlyReported
        var machine = LiveMachine(LiveCore(timing: LiveTiming(endpointing: .milliseconds(300)))), asked: [LiveQuestion] = []
        for window in 0..<speech.windows {
            let new = questions(machine.take(speech.input(window)))
            asked += new
            if !new.isEmpty { asked += questions(machine.take(.terms(nil))) }
        }
        #expect(asked.map(kind) == ["words"])
    }

    @Test func `has no turn judged where speech went on`() {
        // The speech behind the gap is reported 288 ms behind the end of the sound.
        let speech = ScriptedSpeech("One two. 180 Three four.")
        var machine = LiveMachine(LiveCore(timing: LiveTiming(endpointing: .milliseconds(300)))), asked: [LiveQuestion] = []
        for window in 0..<speech.windows { asked += questions(machine.take(speech.input(window))) }
        #expect(asked.map(kind) == ["words"])
    }
}
