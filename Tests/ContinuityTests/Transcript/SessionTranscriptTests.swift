import Continuity
import HarkenTesting
import Speech
import Testing

@Suite struct `A session's transcript` {
    /// In hundredths of a second.
    private func range(_ start: Int, _ end: Int) -> SampleRange { SampleRange(SampleIndex(start * 160), SampleIndex(end * 160)) }

    private func commit(_ start: Int, _ end: Int, _ words: [Word] = [], _ reason: FinalReason = .pause, channel: Int = 0) -> Commit {
        Commit(channel: ChannelIndex(channel), range: range(start, end), words: words, reason: reason, engine: .local)
    }

    private func word(_ text: String, _ start: Int, _ end: Int) -> Word { Word(text, range(start, end), confidence: 1) }

    private func transcript(received: Int) -> SessionTranscript {
        SessionTranscript(rate: .speech, channels: 1, received: SampleCount(received * 160))
    }

    @Test func `keeps what is missing before the place at which it is cut`() {
        var transcript = transcript(received: 1_000)
        transcript.add(commit(200, 500, [word("a", 220, 300), word("b", 380, 460)]), turn: 0)
        transcript.add(commit(500, 1_000, [word("c", 600, 700)]), turn: 0)
        transcript.cut(at: SampleIndex(400 * 160))
        #expect(transcript.received == SampleCount(400 * 160))
        #expect(transcript.pieces[0].map(\.commit) == [commit(200, 400, [word("a", 220, 300)])])
        #expect(transcript.missing(in: .first) == [range(0, 200)])
    }

    @Test func `misses what no commit covers, between commits and behind them`() {
        var transcript = transcript(received: 1_000)
        #expect(transcript.missing(in: .first) == [range(0, 1_000)])
        transcript.add(commit(0, 100), turn: 0)
        transcript.add(commit(100, 300, [word("a", 120, 200)]), turn: 0)
        transcript.add(commit(500, 600), turn: 0)
        #expect(transcript.missing(in: .first) == [range(300, 500), range(600, 1_000)])
        #expect(!transcript.isWhole)
        transcript.add(commit(300, 500), turn: 0)
        transcript.add(commit(600, 1_000), turn: 0)
        #expect(transcript.isWhole && transcript.gaps.isEmpty)
    }

    @Test func `keeps what was committed first`() {
        var transcript = transcript(received: 400)
        transcript.add(commit(0, 200, [word("first", 0, 100)]), turn: 0)
        let isTaken = transcript.add(commit(100, 300, [word("second", 150, 250)]), turn: 0)
        #expect(!isTaken)
        transcript.mend(.first, range(0, 400), [word("other", 0, 100), word("tail", 250, 350)], by: EngineName("x"))
        #expect(transcript.pieces[0].map(\.commit.words).joined().map(\.text) == ["first", "tail"])
        #expect(transcript.pieces[0].map(\.isRecovered) == [false, true])
        #expect(transcript.isWhole)
    }

    @Test func `takes of a repair what is not settled on either side`() {
        var transcript = transcript(received: 1_000)
        transcript.add(commit(0, 200, [word("a", 0, 190)]), turn: 0)
        transcript.add(commit(600, 1_000, [word("d", 610, 900)]), turn: 0)
        let words = [word("a", 10, 210), word("b", 180, 300), word("c", 500, 660), word("d", 580, 900)]
        transcript.mend(.first, range(200, 600), words, by: EngineName("x"))
        let mended = transcript.pieces[0][1]
        #expect(mended.commit.words.map(\.text) == ["b", "c"])
        #expect(mended.commit.range == range(200, 600))
        #expect(mended.commit.words.map(\.range) == [range(200, 300), range(500, 600)])
    }

    @Test func `neither doubles a word whose times differ nor drops one that is said again`() {
        var transcript = transcript(received: 600)
        transcript.add(commit(0, 200, [word("I", 20, 40), word("said", 60, 100), word("no.", 170, 200)]), turn: 0)
        let heard = [word("said", 70, 110), word("no,", 190, 220), word("no", 240, 270), word("no", 290, 320)]
        transcript.mend(.first, range(200, 600), heard, by: EngineName("x"))
        #expect(transcript.pieces[0][1].commit.words.map(\.text) == ["no", "no"])
        var late = self.transcript(received: 600)
        late.add(commit(0, 200), turn: 0)
        late.mend(Commit(channel: .first, range: range(200, 600), words: heard, reason: .pause, engine: EngineName("x")))
        #expect(late.pieces[0][1].commit.words.map(\.text) == ["no,", "no", "no"])
    }

    @Test func `gives recovered words the turn that was open, and else the next one`() {
        var transcript = transcript(received: 1_000)
        transcript.add(commit(0, 100, [], .endOfTurn), turn: 0)
        transcript.add(commit(100, 200, [], .pause), turn: 1)
        transcript.add(commit(300, 400, [], .endOfTurn), turn: 1)
        transcript.mend(.first, range(200, 300), [], by: .local)
        transcript.mend(.first, range(400, 1_000), [], by: .local)
        #expect(transcript.pieces[0].map(\.turn) == [0, 1, 1, 1, 2])
    }

    @Test func `says of each gap why it is one, and nothing of those that were mended`() {
        var transcript = transcript(received: 1_000)
        transcript.note(.unavailable, .first, range(0, 300))
        transcript.note(.audioLost, .first, range(600, 700))
        transcript.mend(.first, range(0, 600), [], by: .local)
        #expect(transcript.gaps.map(\.range) == [range(600, 1_000)])
        #expect(transcript.gaps.map(\.cause) == [.audioLost])
        #expect(self.transcript(received: 10).gaps.map(\.cause) == [.interrupted])
    }

    @Test func `tiles every channel however commits and repairs came`() {
        var source = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var transcript = SessionTranscript(rate: .speech, channels: 2, received: SampleCount(160_000))
            for channel in 0..<2 {
                var through = 0
                while through < 1_000 {
                    let end = min(1_000, through + Int.random(in: 1...200, using: &source))
                    if Bool.random(using: &source) { transcript.add(commit(through, end, [word("w", through, end)], channel: channel), turn: 0) }
                    through = end
                }
            }
            let committed = transcript.pieces
            while !transcript.isWhole {
                let start = Int.random(in: 0..<1_000, using: &source)
                let part = range(start, min(1_000, start + Int.random(in: 1...400, using: &source)))
                transcript.mend(ChannelIndex(Int.random(in: 0..<2, using: &source)), part, [], by: EngineName("x"))
            }
            for channel in 0..<2 {
                let ranges = transcript.pieces[channel].map(\.commit.range)
                #expect(ranges.first?.start == .zero && ranges.last?.end == SampleIndex(160_000))
                #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.end == $1.start })
                #expect(transcript.pieces[channel].filter { !$0.isRecovered } == committed[channel])
            }
        }
    }
}
