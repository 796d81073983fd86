import Speech
import Testing

@testable import LocalEngine

@Suite struct `Interims beside the core` {
    private func channel(
        _ speech: ScriptedSpeech, interims: Bool = true, delay: Int = 0, seed: UInt64 = 1, failsToRead: Bool = false, drafts: Bool = false,
        longestDelay: Duration? = nil
    ) throws -> ScriptedChannel {
        let answers = ScriptedAnswers(speech, delay: delay, seed: seed, failsToRead: failsToRead, drafts: drafts)
        var options = StreamOptions(rate: .speech, interims: interims)
        options.turn.longestDelay = longestDelay
        return try ScriptedChannel(speech, options, answers)
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `change no final, whether they are late, fail or are not wanted`(seed: UInt64) throws {
        var speech = ScriptedSpeech(seed: seed, words: 10...50)
        speech.mishears = true
        let plain = try channel(speech, interims: false, drafts: true)
        try plain.play(frame: 512)
        #expect(plain.interims.isEmpty)
        for (delay, fails) in [(0, false), (12, false), (90, false), (5, true)] {
            let other = try channel(speech, delay: delay, seed: seed + 3, failsToRead: fails, drafts: true)
            try other.play(frame: 700)
            #expect(other.hasFinished)
            #expect(other.settled == plain.settled)
        }
    }

    @Test func `show words while speech goes on, one reading at a time`() throws {
        let channel = try channel(ScriptedSpeech("aa bb cc dd ee ff gg hh ii jj kk ll."), delay: 6)
        try channel.play(frame: 512)
        let counts = channel.interims.map(\.words.count)
        #expect(counts.count >= 4)
        #expect(counts == counts.sorted())
        #expect(channel.interims.first?.text.hasPrefix("Aa") == true)
    }

    @Test func `show the words that were read at a pause`() throws {
        let channel = try channel(ScriptedSpeech("Yes."), failsToRead: true)
        try channel.play(frame: 512)
        #expect(channel.interims.map(\.text) == ["Yes."])
        #expect(channel.texts == ["Yes."])
    }

    @Test(arguments: [false, true])
    func `show the words of draft readings, with exact times where the client wants them`(timesInterims: Bool) throws {
        let speech = ScriptedSpeech("aa bb cc dd ee ff gg hh.")
        let answers = ScriptedAnswers(speech, delay: 0, seed: 1, failsToRead: true, drafts: true)
        let channel = try ScriptedChannel(speech, StreamOptions(rate: .speech, timesInterims: timesInterims), answers)
        try channel.play(frame: 512)
        #expect(answers.draftReadings.map(\.audio.end) == [SampleIndex(32_256)])
        #expect(channel.interims.map(\.text) == ["Aa bb cc dd ee.", "Aa bb cc dd ee ff gg hh."])
        if timesInterims { #expect(channel.interims.first?.words.map(\.range) == speech.spoken.prefix(5).map(\.range)) }
    }

    @Test(arguments: [false, true])
    func `have the window's pauses between their words, behind which somebody else may speak`(failsToRead: Bool) throws {
        let speech = ScriptedSpeech("aa bb cc dd ee ff 450 gg hh ii jj kk ll mm nn oo.")
        let channel = try channel(speech, failsToRead: failsToRead, drafts: true)
        try channel.play(frame: 512)
        let across = channel.interims.map(\.words).filter { $0.count > 6 && $0.first?.bare == "aa" }
        #expect(!across.isEmpty)
        for words in across {
            #expect(abs((words[5].range.end - speech.spoken[5].range.end).samples) <= 1_024)
            #expect(abs((words[6].range.start - speech.spoken[6].range.start).samples) <= 1_024)
        }
    }

    @Test func `show of a draft reading the words of the window alone`() throws {
        let channel = try channel(ScriptedSpeech("One two 900 aa bb cc dd ee ff gg hh."), failsToRead: true, drafts: true)
        try channel.play(frame: 512)
        #expect(channel.interims.map(\.text) == ["One two.", "Aa bb cc dd ee.", "Aa bb cc dd ee ff gg hh."])
    }

    @Test(arguments: [0, 3, 400])
    func `have exact times where the client wants them, and change no final`(delay: Int) throws {
        let speech = ScriptedSpeech("One two three. 1500 Four five.")
        let plain = try channel(speech)
        try plain.play(frame: 512)
        let options = StreamOptions(rate: .speech, timesInterims: true)
        let timed = try ScriptedChannel(speech, options, ScriptedAnswers(speech, delay: delay, seed: 2, failsToRead: true))
        try timed.play(frame: 512)
        #expect(timed.settled == plain.settled)
        for interim in timed.interims {
            let spoken = speech.spoken.filter { interim.range.contains($0.range.middle) }
            #expect(interim.words.map(\.range) == spoken.map(\.range))
        }
        #expect(delay > 0 || timed.interims.map(\.text) == ["One two three.", "Four five."])
    }

    @Test func `end the search for their times although an earlier search answers late`() throws {
        let speech = ScriptedSpeech("One two three."), here = SampleRange(.zero, SampleIndex(8_000))
        let late = ChannelAnswer.placed(.times(of: ["One"], in: here, speech: here), [])
        var cancelled: [Int] = []
        for answer in [nil, late] {
            let answers = ScriptedAnswers(speech, delay: 0, seed: 1, failsToRead: true, waiting: { if case .times = $0 { true } else { false } })
            let channel = try ScriptedChannel(speech, StreamOptions(rate: .speech, timesInterims: true), answers)
            // At 30,000 samples the pause has been read, and its words are searched for.
            try channel.play(frame: 512, commands: [(after: 30_000, command: .cancel)], late: answer.map { (30_000, $0) })
            cancelled.append(answers.cancelled)
        }
        #expect(cancelled.first ?? 0 > 0)
        #expect(cancelled.first == cancelled.last)
    }

    @Test func `leave out committed words that are heard again`() throws {
        let channel = try channel(ScriptedSpeech("One two 900 three four five six seven eight nine ten."))
        try channel.play(frame: 512)
        let second = try #require(channel.finals.last { !$0.words.isEmpty })
        let behind = channel.interims.filter { $0.range.start == second.range.start }
        #expect(!behind.isEmpty)
        #expect(behind.allSatisfy { !$0.words.contains { ["one", "two"].contains($0.bare) } })
        #expect(channel.answers.readings.contains { !$0.prefix.isEmpty })
    }

    @Test func `never take back what they promise before the next final`() throws {
        var promises = 0
        for seed in 0..<20 as Range<UInt64> {
            var speech = ScriptedSpeech(seed: seed)
            speech.mishears = true
            let channel = try channel(speech, delay: 4, seed: seed, drafts: !seed.isMultiple(of: 2))
            try channel.play(frame: 512)
            var promised: [String] = []
            for event in channel.events {
                switch event {
                case .interim(let interim):
                    let words = interim.words.map(\.bare)
                    #expect(Array(words.prefix(promised.count)) == promised)
                    promised = Array(words.prefix(interim.stableWords))
                    promises += promised.count
                case .final: promised = []
                default: continue
                }
            }
        }
        #expect(promises > 0)
    }

    @Test func `promise no words behind the first pause, where a final may end`() throws {
        let channel = try channel(ScriptedSpeech("aa bb cc dd ee ff 200 gg hh ii jj kk ll 200 mm nn oo pp qq rr."))
        try channel.play(frame: 512)
        // The first two readings have 6 and 12 words, the third 18.
        #expect(Set(channel.interims.map(\.stableWords)) == [0, 3, 6])
    }

    @Test(arguments: [Duration.milliseconds(3_900): [0], .seconds(4): [0, 3, 6]] as [Duration: Set<Int>])
    func `promise no words where windows are shorter for the client's delay, since its protocol would send them as final`(
        delay: Duration, promised: Set<Int>
    ) throws {
        let channel = try channel(ScriptedSpeech("aa bb cc dd ee ff 200 gg hh ii jj kk ll 200 mm nn oo pp qq rr."), longestDelay: delay)
        try channel.play(frame: 512)
        #expect(Set(channel.interims.map(\.stableWords)) == promised)
    }

    @Test func `promise no words for two looks at one pause`() throws {
        var speech = ScriptedSpeech("aa bb cc dd ee ff.")
        speech.confidence = 0.5
        let channel = try channel(speech)
        try channel.play(frame: 512)
        #expect(channel.answers.asked.count { if case .words = $0 { true } else { false } } == 2)
        #expect(channel.interims.allSatisfy { $0.stableWords == 0 })
    }

    @Test func `lie in the audio that is not final yet`() throws {
        for seed in 0..<10 as Range<UInt64> {
            let channel = try channel(ScriptedSpeech(seed: seed), delay: 8, seed: seed, drafts: !seed.isMultiple(of: 2))
            try channel.play(frame: 1_000)
            var through = SampleIndex.zero
            for event in channel.events {
                switch event {
                case .interim(let interim):
                    #expect(interim.range.start == through)
                    #expect(interim.words.allSatisfy { $0.range.start >= through && $0.range.end <= interim.range.end })
                case .final(let final, _): through = final.range.end
                default: continue
                }
            }
        }
    }
}
