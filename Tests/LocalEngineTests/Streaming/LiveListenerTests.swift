import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `A channel whose finals are decided by the core` {
    private func channel(
        _ speech: ScriptedSpeech, _ options: StreamOptions = StreamOptions(rate: .speech), delay: Int = 0, seed: UInt64 = 1,
        number: ChannelIndex = .first, failing fails: @escaping @Sendable (LiveQuestion) -> Bool = { _ in false }
    ) throws -> ScriptedChannel {
        try ScriptedChannel(speech, options, ScriptedAnswers(speech, delay: delay, seed: seed, drafts: true, failing: fails), channel: number)
    }

    private func tiles(_ finals: [Hypothesis], through end: SampleIndex) -> Bool {
        var through = SampleIndex.zero
        for final in finals {
            guard final.range.start == through else { return false }
            through = final.range.end
        }
        return through == end
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `says the same in pieces of any size, however late the answers come`(seed: UInt64) throws {
        var speech = ScriptedSpeech(seed: seed, words: 10...40)
        (speech.mishears, speech.completeness) = (true, nil)
        var random = SeededGenerator(seed: seed)
        var quick = StreamOptions(rate: .speech, endpointing: .milliseconds(700))
        quick.turn = TurnRule(confidence: 0.4, maximumSilence: .seconds(2))
        let samples = Int(speech.end.samples)
        let commands: [(after: Int, command: EngineCommand)] = [
            (Int.random(in: 1...samples, using: &random), .finalize), (Int.random(in: 1...samples, using: &random), .update(quick)),
        ]
        let prompt = try channel(speech)
        try prompt.play(frame: 512, commands: commands)
        #expect(prompt.hasFinished && prompt.error == nil)
        #expect(tiles(prompt.finals, through: speech.end))
        for (delay, frame) in [(0, 160), (3, 511), (40, 777), (200, 512), (9, 16_000), (100, 400_000)] {
            let late = try channel(speech, delay: delay, seed: seed + 7)
            try late.play(frame: frame, commands: commands)
            #expect(late.hasFinished)
            #expect(late.settled == prompt.settled, "answers up to \(delay) windows late, pieces of \(frame) samples")
            #expect(late.speech == prompt.speech)
            #expect(late.decisions == prompt.decisions)
        }
    }

    @Test func `tells how far it has come, in silence too, and where each final was decided`() throws {
        let channel = try channel(ScriptedSpeech("One two. 4000 Three four."))
        try channel.play(frame: 512)
        var places: [SampleIndex] = []
        for case .decided(_, let position) in channel.hearings { places.append(position) }
        #expect(places == places.sorted())
        for (place, next) in zip(places, places.dropFirst()) { #expect(next - place <= SampleCount(16_000)) }
        let ends = channel.finals.filter { !$0.words.isEmpty }.map(\.range.end)
        #expect(channel.decisions.count == 2 && ends.count == 2)
        // A final is decided behind its words, and before the next ones are spoken.
        #expect(channel.decisions[0] >= ends[0] && channel.decisions[0] < ends[1])
    }

    @Test func `gives every word once and covers all audio`() throws {
        let speech = ScriptedSpeech(seed: 5, words: 60...90)
        let channel = try channel(speech, delay: 10)
        try channel.play(frame: 800)
        #expect(channel.finals.flatMap { $0.words.map(\.bare) } == speech.spoken.map { Word.bare($0.text) })
        #expect(tiles(channel.finals, through: speech.end))
    }

    @Test(arguments: [0, 5, 500])
    func `gives the last words at the end of the audio`(delay: Int) throws {
        let channel = try channel(ScriptedSpeech("One two. 3000 Three four", silence: .zero), delay: delay)
        try channel.play(frame: 1_600)
        #expect(channel.hasFinished)
        #expect(channel.texts == ["One two.", "Three four."])
        #expect(!channel.answers.isBusy)
    }

    @Test func `answers each finalize once, at its place in the audio`() throws {
        let speech = ScriptedSpeech("aa bb cc dd ee ff gg hh ii jj kk.")
        let channel = try channel(speech, delay: 60)
        try channel.play(frame: 300, commands: [(after: 46_700, command: .finalize), (after: 70_000, command: .finalize)])
        #expect(channel.texts == ["Aa bb cc dd ee ff gg hh.", "Ii jj kk."])
        #expect(channel.finals.first?.range.end == SampleIndex(46_700))
        let answers = channel.events.count {
            switch $0 {
            case .final(_, .flush), .flushed: true
            default: false
            }
        }
        #expect(answers == 2)
    }

    @Test func `says nothing and asks nothing more when it is cancelled`() throws {
        let speech = ScriptedSpeech("One two. 2000 Three four.")
        let channel = try channel(speech, StreamOptions(rate: .speech, interims: false), delay: 5_000, seed: 2)
        try channel.play(frame: 512, commands: [(after: 40_000, command: .cancel)])
        #expect(channel.texts.isEmpty)
        #expect(!channel.hasFinished && channel.error == nil)
        #expect(!channel.answers.isBusy)
        #expect(channel.answers.cancelled == 1 && channel.answers.asked.count == 1)
    }

    @Test func `ends without a final when its words cannot be read`() throws {
        let speech = ScriptedSpeech("One two. 2000 Three four.")
        let broken = try channel(speech) { if case .words(let audio, _, _) = $0 { audio.start > SampleIndex(20_000) } else { false } }
        try broken.play(frame: 512)
        #expect(broken.error == .unavailable("the model is broken"))
        #expect(broken.texts == ["One two."])
        // The session knows by the finals' end which audio has no words.
        #expect((broken.finals.last?.range.end ?? .zero) < SampleIndex(speech.spoken.last?.range.start.samples ?? 0))
        #expect(!broken.hasFinished)
    }

    @Test func `tells the speech before each pause, and what was thought of the pause`() throws {
        let speech = ScriptedSpeech("One two. 2000 Three four.")
        let channel = try channel(speech, StreamOptions(rate: .speech, endpointing: .milliseconds(300)))
        try channel.play(frame: 512)
        var pauses: [Int] = [], turns: [Int] = []
        for hearing in channel.hearings {
            switch hearing {
            case .speech(_, _, let pause): if let pause { pauses.append(pause) }
            case .turn(_, let pause, let probability):
                turns.append(pause)
                #expect(probability == 0.9)
            case .decided: break
            }
        }
        #expect(pauses == [1, 2])
        #expect(turns == [1, 2])
    }

    @Test(arguments: [190, 400])
    func `names the pause that it judges, however soon it is judged`(maximum: Int) throws {
        // The detector reports a pause, and its words are read, 192 ms behind the end of the sound.
        var speech = ScriptedSpeech("One two. 2000 Three four.")
        speech.hangover = 4
        var options = StreamOptions(rate: .speech, endpointing: .milliseconds(100))
        options.turn = TurnRule(maximumSilence: .milliseconds(maximum))
        let channel = try channel(speech, options)
        try channel.play(frame: 512)
        #expect(channel.hearings.compactMap { if case .turn(_, let pause, _) = $0 { pause } else { nil } } == [1, 2])
        #expect(channel.texts == ["One two.", "Three four."])
    }

    @Test func `tells speech that has not paused at the end`() throws {
        let channel = try channel(ScriptedSpeech("One two three", silence: .zero))
        try channel.play(frame: 512)
        let last = try #require(channel.hearings.last)
        guard case .speech(_, _, pause: nil) = last else {
            Issue.record("\(last)")
            return
        }
    }

    @Test func `is closed when answers fall too far behind`() throws {
        let channel = try channel(ScriptedSpeech("Hello there. 200000 Hello."), delay: 1_000_000)
        try channel.play(frame: 16_000)
        #expect(channel.error == .unavailable("late"))
        #expect(channel.texts.isEmpty)
    }

    @Test(arguments: [(119, false), (125, true)])
    func `is closed when it is as far behind as its notice says`(seconds: Int, isClosed: Bool) throws {
        #expect(Starvation.backlog == .seconds(120))
        let speech = ScriptedSpeech("One two.", silence: .seconds(seconds))
        // An answer takes 142 s.
        let channel = try ScriptedChannel(speech, StreamOptions(rate: .speech), ScriptedAnswers(speech, delay: 4_500, least: 4_500, seed: 1))
        try channel.play(frame: 51_200)
        #expect(channel.error == (isClosed ? .unavailable("late") : nil))
        #expect(channel.texts == (isClosed ? [] : ["One two."]))
    }

    @Test(arguments: [(2, 0), (40, 0), (200, 1), (1_000, 1)])
    func `says once that it is starved, and says the same words`(delay: Int, count: Int) throws {
        let speech = ScriptedSpeech("One two. 2000 Three four. 2000 Five six. 9000 Seven.")
        let slow = try ScriptedChannel(
            speech, StreamOptions(rate: .speech), ScriptedAnswers(speech, delay: 0, least: delay, seed: 1, clock: HeldClock()))
        try slow.play(frame: 512)
        #expect(slow.events.count { $0 == EngineEvent.notice(.complaint(.starved)) } == count)
        #expect(slow.texts == ["One two.", "Three four.", "Five six.", "Seven."])
    }

    @Test func `changes nothing in another channel`() throws {
        let first = ScriptedSpeech(seed: 3), second = ScriptedSpeech(seed: 4)
        let alone = try channel(second, number: ChannelIndex(1))
        try alone.play(frame: 512)
        let one = try channel(first, delay: 30, number: .first), other = try channel(second, delay: 30, number: ChannelIndex(1))
        try one.play(frame: 512)
        try other.play(frame: 512)
        #expect(other.settled == alone.settled)
        #expect(one.finals.allSatisfy { $0.channel == .first } && other.finals.allSatisfy { $0.channel == ChannelIndex(1) })
    }
}
