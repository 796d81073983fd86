import HarkenTesting
import Speech
import Testing

@testable import HarkenKit

@Suite struct `A stream tells` {
    private let start = Instant.now
    private let engine = EngineName("acme")

    private func narrator() -> StreamNarrator { StreamNarrator(rate: .speech, engine: engine, language: .english, now: start) }

    private func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: .speech) }

    private func range(_ from: Double, _ to: Double) -> SampleRange { SampleRange(at(from), at(to)) }

    private func commit(_ from: Double, _ to: Double, _ text: String?, _ reason: FinalReason) -> SessionEvent {
        let words = text.map { [Word($0, range(from, to), confidence: 0.5)] } ?? []
        return .commit(Commit(channel: .first, range: range(from, to), words: words, reason: reason, engine: engine))
    }

    private func names(_ events: [StreamEvent]) -> [String] {
        events.map { event in
            switch event {
            case .startOfSpeech: "start"
            case .interim(let said): "interim \(said.text)"
            case .preflight(let said): "preflight \(said.text)"
            case .final(let said): "final \(said.text)"
            case .endOfSpeech: "end"
            case .usage(let audio): "usage \(audio)"
            case .metrics: "metrics"
            case .opened: "opened"
            case .session: "session"
            case .message: "message"
            case .creditsLow: "creditsLow"
            case .sessionEnded: "sessionEnded"
            case .problem: "problem"
            case .terminated: "terminated"
            }
        }
    }

    @Test func `a turn with its pauses: interims, a preflight, one final, its end and its use`() {
        var stream = narrator()
        let interim = SessionEvent.interim(Hypothesis(range: range(0, 1), words: [Word("Good", range(0.2, 1), confidence: 1)]))
        var told = names(stream.tell(.speechStarted(.first, at: at(0.2)), now: start))
        told += names(stream.tell(interim, now: start))
        told += names(stream.tell(commit(0, 1, "Good", .pause), now: start))
        told += names(stream.tell(commit(1, 2, "day.", .endOfTurn), now: start))
        #expect(
            told == ["start", "interim Good", "preflight Good", "final Good day.", "end", "usage 2.0 seconds", "metrics"])
    }

    /// The events that have a text.
    enum Told: String, CaseIterable, Sendable { case interim, preflight, final }

    @Test(arguments: Told.allCases, ScriptSample.all)
    func `a text as people write it, in every script`(_ told: Told, _ sample: ScriptSample) {
        #expect(text(told, sample.spoken()) == sample.text)
    }

    @Test(arguments: Told.allCases, ["วันนี้ อากาศดี", "我的iPhone丢了", "今日は Harken です", "東京API"])
    func `a text with the blanks of the engine's own`(_ told: Told, _ written: String) {
        #expect(text(told, WrittenWord.timed(written, in: range(0, 4))) == written)
    }

    /// Returns the text of words that come in two parts: the second part is final or not.
    private func text(_ told: Told, _ words: [Word]) -> String? {
        var stream = narrator()
        let first = Array(words.prefix(1)), rest = Array(words.dropFirst())
        func commit(_ words: [Word], _ reason: FinalReason) -> SessionEvent {
            .commit(Commit(channel: .first, range: range(0, 4), words: words, reason: reason, engine: engine))
        }
        _ = stream.tell(commit(first, .pause), now: start)
        let events: [StreamEvent] =
            switch told {
            case .interim: stream.tell(.interim(Hypothesis(range: range(0, 4), words: rest)), now: start)
            case .preflight: stream.tell(commit(rest, .pause), now: start)
            case .final: stream.tell(commit(rest, .endOfTurn), now: start)
            }
        return events.lazy.compactMap { event -> String? in
            switch (event, told) {
            case (.interim(let said), .interim), (.preflight(let said), .preflight), (.final(let said), .final): said.text
            case _: nil
            }
        }.first
    }

    @Test func `use since the last turn only, and none when nothing was heard since`() {
        var stream = narrator()
        _ = stream.tell(commit(0, 2, "One.", .endOfTurn), now: start)
        let second = names(stream.tell(commit(2, 5, "Two.", .endOfTurn), now: start))
        _ = stream.tell(.speechStarted(.first, at: at(5)), now: start)
        let third = names(stream.tell(.turnEnded(.first, at: at(5)), now: start))
        #expect(second == ["start", "final Two.", "end", "usage 3.0 seconds", "metrics"])
        #expect(third == ["end"])
    }

    @Test func `the turn's end when it is known after its last words`() {
        var stream = narrator()
        _ = stream.tell(commit(0, 2, "Well.", .pause), now: start)
        let told = names(stream.tell(.turnEnded(.first, at: at(2)), now: start))
        #expect(told == ["final Well.", "end", "usage 2.0 seconds", "metrics"])
    }

    @Test func `what was left open when the stream ends, and how it ended`() {
        var stream = narrator()
        _ = stream.tell(commit(0, 1, "Bye", .length), now: start)
        let told = stream.tell(.ended(SessionEnd(received: SampleCount(16_000))), now: start + .seconds(3))
        #expect(names(told) == ["final Bye", "end", "usage 1.0 seconds", "metrics", "terminated"])
        #expect(told.last == .terminated(Termination(audio: .seconds(1), session: .seconds(3), error: nil)))
    }

    @Test func `speech that no engine heard: where it ends, and no use of it`() {
        var stream = narrator()
        _ = stream.tell(.speechStarted(.first, at: at(0)), now: start)
        #expect(names(stream.tell(.gap(.first, range(0, 2), .timedOut("late")), now: start)) == ["problem"])
        #expect(stream.tell(.turnEnded(.first, at: at(2)), now: start) == [.endOfSpeech(at: .seconds(2))])
        _ = stream.tell(.speechStarted(.first, at: at(2)), now: start)
        _ = stream.tell(.gap(.first, range(2, 3), .timedOut("late")), now: start)
        let told = stream.tell(.ended(SessionEnd(received: SampleCount(48_000))), now: start)
        #expect(told.first == .endOfSpeech(at: .seconds(3)))
        #expect(names(told) == ["end", "terminated"])
    }

    @Test func `how long the engine took, by when the audio was pushed`() throws {
        var stream = narrator()
        for step in 1...40 {
            stream.pushed(through: at(Double(step) / 20), now: start + .milliseconds(50 * step))
        }
        _ = stream.tell(.speechStarted(.first, at: at(0.5)), now: start + .milliseconds(600))
        let interim = Hypothesis(range: range(0, 1), words: [Word("Hi", range(0.5, 1), confidence: 1)])
        _ = stream.tell(.interim(interim), now: start + .milliseconds(900))
        let said = SessionEvent.commit(
            Commit(channel: .first, range: range(0, 2), words: [Word("Hi", range(0.5, 1), confidence: 1)], reason: .endOfTurn, engine: engine))
        let told = stream.tell(said, now: start + .milliseconds(1_250))
        #expect(
            told.last
                == .metrics(StreamMetrics(engine: engine, timeToFirstByte: .milliseconds(400), processingTime: .milliseconds(250))))
    }

    @Test func `speech once, whoever noticed it first`() {
        var stream = narrator()
        let user = names(stream.userStarted(now: start))
        let engine = names(stream.tell(.speechStarted(.first, at: at(0.3)), now: start))
        #expect(user == ["start"])
        #expect(engine == [])
    }
}
