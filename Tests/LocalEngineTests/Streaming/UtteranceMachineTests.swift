import LocalEngine
import Speech
import Testing

/// Dialogues with the machine. Audio comes in windows of 32 ms; `w(n)` is where window n begins.
@Suite struct `Utterance machine` {
    private typealias Action = UtteranceMachine.Action

    private func w(_ windows: Int) -> SampleIndex { SampleIndex(windows * 512) }

    private func machine(endpointing: Duration = .milliseconds(300), interims: Bool = true) -> UtteranceMachine {
        UtteranceMachine(channel: .first, timing: StreamTiming(endpointing: endpointing), wantsInterims: interims)
    }

    private func word(_ text: String, _ range: SampleRange, confidence: Float = 0.9) -> SegmentResult.Word {
        SegmentResult.Word(text: text, confidence: confidence, tokens: text.utf8.map { Token(Int32($0)) }, range: range)
    }

    /// Feeds windows with one probability and collects what the machine says.
    private func hear(_ machine: inout UtteranceMachine, _ count: Int, _ probability: Float) -> [Action] {
        (0..<count).flatMap { _ in machine.receive(SampleCount(512)) + machine.heard(probability, power: probability / 100) }
    }

    private func request(_ actions: [Action]) -> SegmentRequest? {
        for case .recognize(let request) in actions.reversed() { return request }
        return nil
    }

    private func judgment(_ actions: [Action]) -> Int? {
        for case .judge(let id, _, _) in actions.reversed() { return id }
        return nil
    }

    private func events(_ actions: [Action]) -> [EngineEvent] {
        actions.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    @Test func `tells the speech before each pause, and what had not paused at the end`() {
        func speech(_ actions: [Action]) -> [SampleRange] {
            actions.compactMap { if case .judge(_, _, let speech) = $0 { speech } else { nil } }
        }
        var machine = machine(interims: false)
        #expect(speech(hear(&machine, 20, 0) + hear(&machine, 30, 1)) == [] && machine.unpausedSpeech == SampleRange(w(20), w(50)))
        #expect(speech(hear(&machine, 4, 0)) == [SampleRange(w(20), w(50))] && machine.unpausedSpeech == nil)
        #expect(speech(hear(&machine, 10, 1) + hear(&machine, 4, 0)) == [SampleRange(w(54), w(64))])
        _ = hear(&machine, 10, 1)
        _ = machine.finish()
        #expect(machine.unpausedSpeech == SampleRange(w(68), w(78)))
    }

    @Test func `a pause makes the words final at once when they were recognised meanwhile`() throws {
        var machine = machine(interims: false)
        #expect(events(hear(&machine, 20, 0)) == [])
        #expect(events(hear(&machine, 30, 1)) == [.speechStarted(.first, at: w(20))])
        let paused = hear(&machine, 2, 0)
        let asked = try #require(request(paused))
        #expect(asked.purpose == .final)
        #expect(asked.audio == SampleRange(w(20) - SampleCount(4_800), w(52)))
        #expect(asked.speech == SampleRange(w(20), w(50)))
        let hello = word("Hello.", SampleRange(w(21), w(49)))
        #expect(events(machine.recognized(asked.id, SegmentResult(words: [hello]), took: .zero)) == [])
        #expect(events(hear(&machine, 7, 0)) == [])
        let final = Hypothesis(range: SampleRange(.zero, w(52)), words: [Word("Hello.", hello.range, confidence: 0.9)])
        #expect(events(hear(&machine, 1, 0)) == [.final(final, reason: .pause)])
    }

    @Test func `the pause is as long as the silence, though the detector hears speech a little longer`() throws {
        var machine = machine(interims: false)
        _ = hear(&machine, 30, 1)
        _ = (0..<3).flatMap { _ in machine.receive(SampleCount(512)) + machine.heard(0.9, power: 0) }
        let asked = try #require(request(hear(&machine, 2, 0)))
        #expect(asked.speech.end == w(33))
        _ = machine.recognized(asked.id, SegmentResult(words: [word("Soon.", asked.speech)]), took: .zero)
        #expect(events(hear(&machine, 4, 0)) == [])
        #expect(events(hear(&machine, 1, 0)).count == 1)
    }

    @Test func `the model's judgement makes the pause the end of the turn`() throws {
        var machine = machine(interims: false)
        let paused = hear(&machine, 30, 1) + hear(&machine, 2, 0)
        let asked = try #require(request(paused)), judged = try #require(judgment(paused))
        #expect(machine.judged(judged, 0.9) == [])
        _ = machine.recognized(asked.id, SegmentResult(words: [word("Done.", asked.speech)]), took: .zero)
        let said = events(hear(&machine, 8, 0))
        guard case .final(let hypothesis, .endOfTurn) = said.first else {
            Issue.record("\(said)")
            return
        }
        #expect(hypothesis.text == "Done.")
        #expect(events(hear(&machine, 100, 0)) == [])
    }

    @Test(arguments: [(Float(0), 1_500), (0.25, 1_250), (0.49, 1_010)])
    func `a turn that does not sound complete ends by silence`(probability: Float, milliseconds: Int) throws {
        var machine = machine(interims: false)
        let paused = hear(&machine, 30, 1) + hear(&machine, 2, 0)
        let asked = try #require(request(paused)), judged = try #require(judgment(paused))
        _ = machine.judged(judged, probability)
        _ = machine.recognized(asked.id, SegmentResult(words: [word("and", asked.speech)]), took: .zero)
        let windows = (milliseconds * 16 + 511) / 512
        #expect(events(hear(&machine, windows - 3, 0)).count == 1)
        #expect(events(hear(&machine, 1, 0)) == [.turnEnded(.first, at: w(32))])
    }

    @Test func `a phrase that does not sound complete waits for more, and for the end of a long pause`() throws {
        var machine = machine(interims: false)
        let paused = hear(&machine, 30, 1) + hear(&machine, 2, 0)
        let asked = try #require(request(paused)), judged = try #require(judgment(paused))
        _ = machine.judged(judged, 0.1)
        _ = machine.recognized(asked.id, SegmentResult(words: [word("Well.", asked.speech)]), took: .zero)
        #expect(events(hear(&machine, 15, 0)) == [])
        // Speech within the long pause goes on in the same segment.
        let again = hear(&machine, 30, 1) + hear(&machine, 2, 0)
        let whole = try #require(request(again)), second = try #require(judgment(again))
        #expect(whole.audio.start == asked.audio.start)
        _ = machine.judged(second, 0.1)
        let words = [word("Well,", SampleRange(w(1), w(28))), word("yes.", SampleRange(w(50), w(76)))]
        #expect(events(machine.recognized(whole.id, SegmentResult(words: words), took: .zero)) == [])
        #expect(events(hear(&machine, 19, 0)) == [])
        guard case .final(let hypothesis, .pause) = events(hear(&machine, 1, 0)).first else {
            Issue.record("no final after 700 ms")
            return
        }
        #expect(hypothesis.text == "Well, yes.")
    }

    @Test func `a client that names the silence gets its final then, without the mark of an end`() throws {
        let rule = TurnRule(finalSilence: .milliseconds(300))
        var machine = UtteranceMachine(
            channel: .first, timing: StreamTiming(endpointing: .milliseconds(300), turn: rule), wantsInterims: false)
        let paused = hear(&machine, 30, 1) + hear(&machine, 2, 0)
        let asked = try #require(request(paused)), judged = try #require(judgment(paused))
        _ = machine.judged(judged, 0.1)
        _ = machine.recognized(asked.id, SegmentResult(words: [word("eunuch.", asked.speech)]), took: .zero)
        #expect(finals(hear(&machine, 8, 0)) == ["eunuch"])
        let next = try #require(request(hear(&machine, 30, 1) + hear(&machine, 2, 0)))
        _ = machine.recognized(next.id, SegmentResult(words: [word("Who", next.speech)], opening: .stop), took: .zero)
        #expect(finals(hear(&machine, 8, 0)) == ["who"])
    }

    private func finals(_ actions: [Action]) -> [String] {
        events(actions).compactMap { if case .final(let hypothesis, _) = $0 { hypothesis.text } else { nil } }
    }

    @Test func `speech that goes on after a short breath stays one segment`() throws {
        var machine = machine(interims: false)
        _ = hear(&machine, 30, 1)
        let first = try #require(request(hear(&machine, 5, 0)))
        let resumed = hear(&machine, 10, 1)
        #expect(resumed.contains(.cancel(first.id)))
        #expect(events(resumed) == [])
        let second = try #require(request(hear(&machine, 12, 0)))
        #expect(second.audio == SampleRange(.zero, w(47)))
        let words = [word("One", SampleRange(w(1), w(28))), word("two.", SampleRange(w(35), w(44)))]
        let said = events(machine.recognized(second.id, SegmentResult(words: words), took: .zero))
        #expect(said.count == 1)
        #expect(machine.through == w(47))
    }

    private func result(_ texts: String, confidence: Float = 0.9, isSuspect: Bool = false) -> SegmentResult {
        let words = texts.split(separator: " ").map { word(String($0), SampleRange(w(0), w(10)), confidence: confidence) }
        return SegmentResult(words: words, isSuspect: isSuspect)
    }

    private func interim(_ said: [EngineEvent]) -> Hypothesis? {
        for case .interim(let hypothesis) in said { return hypothesis }
        return nil
    }

    @Test func `interims show as stable what two of them agree on, but for the last words`() throws {
        var machine = machine()
        let first = try #require(request(hear(&machine, 8, 1)))
        #expect(first.purpose == .interim)
        #expect(first.prefix == [])
        #expect(interim(events(machine.recognized(first.id, result("go four words"), took: .zero)))?.stableWords == 0)
        let second = try #require(request(hear(&machine, 16, 1)))
        let agreed = interim(events(machine.recognized(second.id, result("go four words on"), took: .zero)))
        #expect(agreed?.stableWords == 0)
        let third = try #require(request(hear(&machine, 16, 1)))
        #expect(interim(events(machine.recognized(third.id, result("go forward ten metres"), took: .zero)))?.stableWords == 1)
        let fourth = try #require(request(hear(&machine, 16, 1)))
        #expect(fourth.prefix == Array("go".utf8).map { Token(Int32($0)) })
        // Even if the recogniser should say otherwise.
        let said = interim(events(machine.recognized(fourth.id, result("gone forward ten metres and"), took: .zero)))
        #expect(said?.text == "go forward ten metres and")
        #expect(said?.stableWords == 1)
    }

    @Test(arguments: [
        ("you who were always accusing people, you who were always accusing people.", "you who were always accusing people,"),
        ("when heard the furthest, heard the furthest,", "when heard the furthest,"),
        ("in always always", "in"),
    ])
    func `what the recogniser says again at the end of an interim is not shown`(guess: String, shown: String) throws {
        var machine = machine()
        for windows in [8, 16] {
            let asked = try #require(request(hear(&machine, windows, 1)))
            _ = machine.recognized(asked.id, result("soon"), took: .zero)
        }
        let asked = try #require(request(hear(&machine, 16, 1)))
        #expect(asked.audio.count == SampleCount(40 * 512))
        #expect(interim(events(machine.recognized(asked.id, result(guess), took: .zero)))?.text == shown)
    }

    @Test func `of a guess from little audio the words before the first doubtful one are shown`() throws {
        var machine = machine()
        let asked = try #require(request(hear(&machine, 24, 1)))
        var guess = result("in making a dough")
        guess.words[3].confidence = 0.4
        #expect(interim(events(machine.recognized(asked.id, guess, took: .zero)))?.text == "in making a")
    }

    @Test func `speech shows its first words soon, and when nothing can be shown the next guess does not wait for long`() throws {
        var machine = machine()
        let first = try #require(request(hear(&machine, 8, 1)))
        #expect(events(machine.recognized(first.id, result("hm", confidence: 0.2), took: .zero)) == [])
        #expect(request(hear(&machine, 7, 1)) == nil)
        let second = try #require(request(hear(&machine, 1, 1)))
        #expect(interim(events(machine.recognized(second.id, result("one"), took: .zero)))?.text == "one")
        #expect(request(hear(&machine, 15, 1)) == nil)
        #expect(request(hear(&machine, 1, 1)) != nil)
    }

    @Test func `what was said last is the context of what follows soon, and not of what follows late`() throws {
        var machine = machine(interims: false)
        let first = try #require(request(hear(&machine, 30, 1) + hear(&machine, 2, 0)))
        #expect(first.context == nil)
        _ = machine.recognized(first.id, SegmentResult(words: [word("ab", first.speech)]), took: .zero)
        let second = try #require(request(hear(&machine, 15, 0) + hear(&machine, 30, 1) + hear(&machine, 2, 0)))
        #expect(second.context == SegmentRequest.Context(start: first.audio.start, tokens: [Token(97), Token(98)]))
        _ = machine.recognized(second.id, SegmentResult(words: [word("c", second.speech)]), took: .zero)
        let third = try #require(request(hear(&machine, 60, 0) + hear(&machine, 30, 1) + hear(&machine, 2, 0)))
        #expect(third.context == nil)
    }

    @Test func `speech without a pause is cut even when no result comes`() throws {
        var machine = machine()
        let actions = hear(&machine, 700, 1)
        let cut = try #require(request(actions))
        #expect(cut.purpose == .final)
        #expect(cut.audio.count <= SampleCount(18 * 16_000))
        let rest = machine.recognized(cut.id, SegmentResult(words: [word("late", cut.speech)]), took: .zero)
        #expect(request(rest)?.audio.start == cut.audio.end)
    }

    @Test func `interims become rarer when recognition is slow`() throws {
        var machine = machine()
        let first = try #require(request(hear(&machine, 17, 1)))
        _ = hear(&machine, 30, 1)
        _ = machine.recognized(first.id, SegmentResult(words: [word("slow", first.speech)]), took: SampleCount(16_000))
        #expect(request(hear(&machine, 15, 1)) == nil)
        #expect(request(hear(&machine, 20, 1)) != nil)
    }

    @Test func `what a very short interim invents is not shown`() throws {
        var machine = machine()
        let first = try #require(request(hear(&machine, 8, 1)))
        let invented = SegmentResult(words: (0..<9).map { word("thanks\($0)", first.speech) })
        #expect(events(machine.recognized(first.id, invented, took: .zero)) == [])
        let second = try #require(request(hear(&machine, 8, 1)))
        let loop = SegmentResult(words: [word("the", second.speech)], isSuspect: true)
        #expect(events(machine.recognized(second.id, loop, took: .zero)) == [])
    }

    @Test func `finalize in mid speech makes final what was said and goes on`() throws {
        var machine = machine(interims: false)
        _ = hear(&machine, 20, 1)
        let asked = try #require(request(machine.finalize()))
        #expect(asked.audio == SampleRange(.zero, w(20)))
        #expect(asked.purpose == .final)
        let said = events(machine.recognized(asked.id, SegmentResult(words: [word("cut", asked.speech)]), took: .zero))
        guard case .final(let hypothesis, .flush) = said.first, said.count == 1 else {
            Issue.record("\(said)")
            return
        }
        #expect(hypothesis.range == SampleRange(.zero, w(20)))
        let next = try #require(request(hear(&machine, 20, 1) + hear(&machine, 2, 0)))
        #expect(next.audio.start == w(20))
    }

    @Test func `finalize in silence is answered at once`() {
        var machine = machine()
        _ = hear(&machine, 10, 0)
        let silence = Hypothesis(range: SampleRange(.zero, w(10)), words: [])
        #expect(events(machine.finalize()) == [.final(silence, reason: .pause), .flushed(.first)])
        #expect(events(machine.finalize()) == [.flushed(.first)])
    }

    @Test func `finalize while a final is on its way is answered after it`() throws {
        var machine = machine(interims: false)
        let asked = try #require(request(hear(&machine, 30, 1) + hear(&machine, 12, 0)))
        #expect(events(machine.finalize()) == [])
        let said = events(machine.recognized(asked.id, SegmentResult(words: [word("late", asked.speech)]), took: .zero))
        #expect(said.count == 4)
        #expect(said.last == .flushed(.first))
        #expect(said.dropLast().last == .turnEnded(.first, at: w(42)))
    }

    @Test func `the end of the audio makes everything final`() throws {
        var machine = machine(interims: false)
        _ = hear(&machine, 30, 1)
        _ = machine.receive(SampleCount(100))
        let asked = try #require(request(machine.finish()))
        let actions = machine.recognized(asked.id, SegmentResult(words: [word("end", asked.speech)]), took: .zero)
        #expect(actions.last == .finished)
        guard case .final(let hypothesis, .endOfAudio) = events(actions).first else {
            Issue.record("\(actions)")
            return
        }
        #expect(hypothesis.range == SampleRange(.zero, w(30) + SampleCount(100)))
    }

    @Test func `an empty stream ends at once`() {
        var machine = machine()
        #expect(machine.finish() == [.finished])
        #expect(machine.finish() == [])
        #expect(machine.finalize() == [])
    }

    @Test func `long silence is covered as it goes`() {
        var machine = machine()
        let finals = events(hear(&machine, 1_000, 0)).compactMap { event in
            if case .final(let hypothesis, .pause) = event { hypothesis.range } else { nil }
        }
        #expect(finals.count == 3)
        #expect(zip(finals, finals.dropFirst()).allSatisfy { $0.end == $1.start })
    }

    @Test func `speech without a pause is cut behind a word, and the words behind it stay agreed`() throws {
        var machine = machine()
        let texts = (0..<40).map { "word\($0)" }
        func said(through end: SampleIndex) -> [SegmentResult.Word] {
            texts.indices.map { word(texts[$0], SampleRange(SampleIndex($0 * 5_120), count: SampleCount(5_120))) }.filter { $0.range.end <= end }
        }
        var cut: SegmentRequest?
        for _ in 0..<500 where cut == nil {
            guard let asked = request(hear(&machine, 1, 1)) else { continue }
            if asked.purpose == .cut {
                cut = asked
            } else {
                _ = machine.recognized(asked.id, SegmentResult(words: said(through: asked.audio.end)), took: .zero)
            }
        }
        let asked = try #require(cut)
        let words = said(through: asked.audio.end)
        let seams = words.indices.dropLast().map { SegmentResult.Seam(words: $0 + 1, at: words[$0].range.end, power: $0 == 30 ? 0 : 1) }
        let actions = machine.recognized(asked.id, SegmentResult(words: words, seams: seams), took: .zero)
        guard case .final(let hypothesis, .length) = events(actions).first else {
            Issue.record("\(actions)")
            return
        }
        #expect(hypothesis.words.map(\.text) == Array(texts[...30]))
        #expect(hypothesis.range.end == words[30].range.end)
        let next = try #require(request(actions + hear(&machine, 20, 1)))
        #expect(next.audio.start == words[30].range.end)
        #expect(next.prefix.starts(with: Array("word31".utf8).map { Token(Int32($0)) }))
    }
}
