import HarkenTesting
import LocalEngine
import Speech
import Testing

/// What holds for live finals whatever is said, whatever the client asks for, and however late the answers come.
@Suite struct `Live finals` {
    private static let silences: [Int?] = [nil, 0, 25, 99, 100, 300, 500, 900, 1_500, 2_500, 60_000, 3_600_000]
    private static let rules: [TurnRule] = [
        TurnRule(), TurnRule(confidence: 0.3), TurnRule(confidence: 1), TurnRule(confidence: 1, maximumSilence: .milliseconds(700)),
        TurnRule(minimumSilence: .milliseconds(100), maximumSilence: .milliseconds(100)), TurnRule(minimumSilence: .seconds(3)),
        TurnRule(maximumSilence: .seconds(4)), TurnRule(finalSilence: .milliseconds(300)), TurnRule(minimumSilence: .zero, maximumSilence: .zero),
        TurnRule(longestDelay: .milliseconds(500)), TurnRule(longestDelay: .milliseconds(3_900)),
    ]
    static let timings: [LiveTiming] = silences.flatMap { silence in
        rules.map { LiveTiming(endpointing: silence.map { .milliseconds($0) }, turn: $0) }
    }

    private static func commands(_ seed: UInt64, _ speech: ScriptedSpeech) -> [(after: Int, input: LiveCore.Input)] {
        var random = SeededGenerator(seed: seed)
        return (0..<Int.random(in: 0...4, using: &random)).map { _ in
            let after = Int.random(in: 1...max(1, speech.windows), using: &random)
            guard Int.random(in: 0..<3, using: &random) > 0, let timing = timings.randomElement(using: &random) else {
                return (after, .finalize(SampleIndex(after * ScriptedSpeech.window + Int.random(in: 0..<512, using: &random))))
            }
            return (after, .timing(timing))
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `depend on the audio and the options alone`(seed: UInt64) {
        var speech = ScriptedSpeech(seed: seed, words: 10...50)
        (speech.mishears, speech.completeness) = (true, nil)
        // Words that are not sure are read a second time.
        speech.confidence = seed.isMultiple(of: 2) ? 0.9 : 0.5
        speech.isSwayed = !seed.isMultiple(of: 3)
        let timing = Self.timings[Int(seed * 7) % Self.timings.count]
        let commands = Self.commands(seed, speech)
        var prompt = ScriptedStream(speech, timing)
        prompt.play(commands: commands)
        for (delay, frame) in [(1, 1), (20, 1), (0, 8), (60, 3), (300, 1), (9, 100_000)] {
            var late = ScriptedStream(speech, timing, delay: delay, seed: seed + UInt64(delay))
            late.play(frame: frame, commands: frame > 1_000 ? [] : commands)
            guard frame < 1_000 || commands.isEmpty else { continue }
            #expect(late.hasFinished)
            #expect(late.events == prompt.events, "answers \(delay) windows late, frames of \(frame) windows")
            #expect(late.finals == prompt.finals)
        }
    }

    @Test func `are the same with draft readings and without them, where a draft changes no words and cuts no window`() {
        var more = 0
        for seed in 0..<40 as Range<UInt64> {
            var speech = ScriptedSpeech(seed: seed, words: 20...60)
            (speech.mishears, speech.completeness) = (true, nil)
            speech.confidence = seed.isMultiple(of: 2) ? 0.9 : 0.5
            let timing = Self.timings[Int(seed * 7) % Self.timings.count].withoutCuttingDrafts, given = Self.commands(seed, speech)
            func commands(_ change: (LiveTiming) -> LiveTiming) -> [(after: Int, input: LiveCore.Input)] {
                given.map { if case .timing(let timing) = $0.input { ($0.after, .timing(change(timing))) } else { $0 } }
            }
            var drafted = ScriptedStream(speech, timing, delay: Int(seed % 3) * 20, seed: seed), plain = ScriptedStream(speech, timing.withoutDrafts)
            drafted.play(commands: commands(\.withoutCuttingDrafts))
            plain.play(commands: commands(\.withoutDrafts))
            #expect(drafted.hasFinished && plain.hasFinished)
            #expect(drafted.events == plain.events, "seed \(seed)")
            #expect(drafted.finals == plain.finals, "seed \(seed)")
            more += drafted.asked.count - plain.asked.count
        }
        #expect(more > 0)
    }

    /// Every combination of options: the stream ends, and no word waits for long.
    @Test(arguments: timings)
    func `come for every word in time and in order`(timing: LiveTiming) {
        for seed in 0..<6 as Range<UInt64> {
            let speech = ScriptedSpeech(seed: seed)
            var stream = ScriptedStream(speech, timing)
            stream.play(commands: seed % 3 == 0 ? Self.commands(seed, speech).filter { if case .finalize = $0.input { true } else { false } } : [])
            #expect(stream.hasFinished)
            #expect(stream.finals.flatMap { $0.words.map(\.bare) } == speech.spoken.map { Word.bare($0.text) }, "seed \(seed)")
            var through = SampleIndex.zero
            for final in stream.finals {
                #expect(final.range.start == through)
                through = final.range.end
                #expect(final.words.allSatisfy { $0.range.start >= final.range.start && $0.range.end <= final.range.end })
                // A window is cut at its greatest length, or when a pause of 2 s has begun before.
                let longest = timing.cutLength + SampleCount(.seconds(3), at: .speech)
                #expect(final.words.allSatisfy { final.decided - $0.range.start <= longest })
            }
            #expect(through == speech.end)
            #expect(stream.maxNeeded <= SampleCount(.seconds(30), at: .speech))
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>, [true, false])
    func `lose and repeat no word where speech is cut without a pause`(seed: UInt64, drafts: Bool) {
        var random = SeededGenerator(seed: seed)
        var spoken: [ScriptedSpeech.Spoken] = [], position = 4_000
        for number in 0..<120 {
            let length = Int.random(in: 4_000...9_000, using: &random)
            spoken.append(.init(text: "w\(number)", range: SampleRange(SampleIndex(position), count: SampleCount(length))))
            position += length + Int.random(in: 0...200, using: &random)
        }
        let speech = ScriptedSpeech(spoken), timing = drafts ? LiveTiming() : LiveTiming().withoutDrafts
        var stream = ScriptedStream(speech, timing), late = ScriptedStream(speech, timing, delay: 70, seed: seed)
        stream.play()
        late.play()
        #expect(late.finals == stream.finals)
        #expect(stream.finals.contains { $0.reason == .length })
        #expect(stream.finals.flatMap { $0.words.map(\.bare) } == spoken.map(\.text))
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `say each word once that a reading had, where other readings have none`(seed: UInt64) {
        var speech = ScriptedSpeech(seed: seed, words: 20...60)
        speech.completeness = nil
        speech.confidence = seed.isMultiple(of: 2) ? 0.9 : 0.5
        speech.heard = { ($0.start.samples &* 31 &+ $0.end.samples) / 512 % 3 == 0 ? "" : nil }
        let commands = Self.commands(seed, speech).filter { if case .finalize = $0.input { true } else { false } }
        // Only a draft reading may have had some words.
        var stream = ScriptedStream(speech, Self.timings[Int(seed * 5) % Self.timings.count].withoutDrafts)
        stream.play(commands: commands)
        let said = stream.finals.flatMap { $0.words.map(\.bare) }, once = Set(said)
        #expect(said == speech.spoken.map { Word.bare($0.text) }.filter(once.contains))
        #expect(stream.read.subtracting(once).isEmpty)
        #expect(stream.flushes == commands.count)
        #expect(stream.finals.last?.range.end == speech.end)
    }

    @Test(arguments: [1, 3, 100])
    func `depend on the audio alone where requests for finals follow each other closely`(delay: Int) {
        let speech = ScriptedSpeech("aa bb cc dd 200 ee ff gg hh. 1500 ii jj kk.")
        let commands = (10...180).flatMap { window in
            [0, 320].map { (after: window, input: LiveCore.Input.finalize(SampleIndex(window * ScriptedSpeech.window + $0))) }
        }
        var prompt = ScriptedStream(speech, LiveTiming()), late = ScriptedStream(speech, LiveTiming(), delay: delay)
        prompt.play(commands: commands)
        late.play(commands: commands)
        #expect(late.events == prompt.events)
        #expect(late.flushes == commands.count)
        #expect(late.finals.flatMap { $0.words.map(\.bare) } == speech.spoken.map { Word.bare($0.text) })
    }

    /// Returns the number of windows that a stream without answers takes until it is given up.
    ///
    /// - Parameter commands: number of commands behind each window that waits.
    private func endurance(_ backlog: Duration, commands: Int) -> Int? {
        let speech = ScriptedSpeech("Hello there. 60000 Hello.")
        var machine = LiveMachine(LiveCore(timing: LiveTiming()), backlog: SampleCount(backlog, at: .speech))
        return (0..<speech.windows).first { window in
            if machine.take(speech.input(window)).contains(.fellBehind) { return true }
            guard machine.waitingCount > 0 else { return false }
            return (0..<commands).contains { _ in machine.take(.finalize(.zero)).contains(.fellBehind) }
        }
    }

    @Test func `are not given up sooner for commands that wait with the audio`() throws {
        let alone = try #require(endurance(.seconds(20), commands: 0))
        #expect(alone >= 625)
        // One in 20 ms is less than two in a window.
        #expect(endurance(.seconds(20), commands: 2) == alone)
    }

    @Test func `are given up when too many commands wait`() throws {
        let alone = try #require(endurance(.seconds(20), commands: 0))
        let flooded = try #require(endurance(.seconds(20), commands: 100))
        #expect(flooded < alone)
    }

    @Test func `are given up when answers fall too far behind`() {
        var stream = ScriptedStream(ScriptedSpeech("Hello there. 60000 Hello."), LiveTiming(), delay: 100_000, backlog: .seconds(20))
        stream.play()
        #expect(stream.fellBehind)
        #expect(!stream.hasFinished)
    }
}
