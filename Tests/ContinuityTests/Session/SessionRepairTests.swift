import Continuity
import Speech
import Testing

@Suite struct `A session that repairs` {
    private static let gone = EngineError.unavailable("gone")

    /// The first engine has said two words when it dies in the sixth.
    private func broken(_ repairers: [EngineName] = [Conversation.repairer]) -> Conversation {
        var talk = Conversation(repairers: repairers)
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        talk.engine(.closed(Self.gone), from: 0)
        talk.hear(0.3)
        talk.engine(.opened, from: 1)
        return talk
    }

    @Test func `bounds what waits behind a repair, and hears again what there is no room for`() throws {
        var talk = Conversation()
        talk.hear(3)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.engine(.opened, from: 1)
        talk.hear(1)
        #expect(talk.actions.repairs.count == 1)
        // An engine that is out of its mind.
        for number in 0..<20_000 where talk.session.legs.contains(where: { $0.id == LegID(1) && !$0.isFailed }) {
            let word = Word("w", SampleRange(SampleIndex(number), count: SampleCount(1)), confidence: 1)
            talk.engine(.final(Hypothesis(range: word.range, words: [word]), reason: .length), from: 1)
            #expect(talk.session.waitingCount <= SessionMachine.maxWaitingCount)
        }
        #expect(talk.session.waitingCount > 1_000)
        #expect(!talk.session.legs.contains { $0.id == LegID(1) && !$0.isFailed })
        #expect(talk.session.legs.contains { $0.id == LegID(2) }, "another leg hears the rest")
    }

    @Test func `bounds what a client asks for before an engine answers`() {
        var talk = Conversation(opens: false)
        var answers = 0
        for _ in 0..<5_000 {
            for action in talk.command(.finalize) { if case .emit(.flushed) = action { answers += 1 } }
        }
        #expect(answers == 5_000 - 1_024)
    }

    @Test func `opens the next engine where it is, and repairs what the first one left`() throws {
        var talk = broken()
        #expect(talk.session.legs.map(\.engine) == [Conversation.second])
        let origin = try #require(talk.session.legs.first?.origin)
        #expect(origin >= Conversation.at(4.8) && origin <= Conversation.at(5.5))
        talk.hear(1)
        let repair = try #require(talk.actions.repairs.first)
        #expect(repair.engine == Conversation.repairer)
        #expect(repair.range.start <= Conversation.at(2) && repair.range.start >= Conversation.at(0.5))
        #expect(repair.range.end >= origin)
        talk.says(5..<7, leg: 1, through: 6.8)
        #expect(talk.actions.said == "w0 w1", "the second engine's words wait for the repair")
        talk.repairs(repair)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6")
        #expect(talk.actions.commits.map(\.engine) == [Conversation.first, Conversation.repairer, Conversation.second])
        #expect(talk.actions.gaps == [])
    }

    @Test func `passes the next engine's finals on only behind the repair`() throws {
        var talk = broken()
        let isGone = talk.session.passesFinals(of: LegID(0), in: .first)
        #expect(!isGone)
        talk.hear(1)
        let isHeld = talk.session.passesFinals(of: LegID(1), in: .first)
        #expect(!isHeld)
        talk.repairs(try #require(talk.actions.repairs.first))
        let passes = talk.session.passesFinals(of: LegID(1), in: .first)
        #expect(passes)
        let isThere = talk.session.passesFinals(of: LegID(1), in: ChannelIndex(1))
        #expect(!isThere)
    }

    @Test func `spreads the words of a repair that does not say where they lie`() throws {
        var talk = broken()
        talk.hear(1)
        talk.says(5..<7, leg: 1, through: 6.8)
        let repair = try #require(talk.actions.repairs.first)
        let heard = talk.words(0..<8).filter { repair.range.contains($0.range.start) && repair.range.contains($0.range.end) }
        talk.answers(repair, .text(heard.map { Word($0.text, SampleRange(.zero, .zero), confidence: 1) }))
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6")
        #expect(talk.actions.gaps == [])
        let repaired = talk.actions.commits.filter { $0.engine == Conversation.repairer }.flatMap(\.words)
        #expect(repaired.allSatisfy { repair.range.contains($0.range.start) && !$0.range.isEmpty })
        #expect(zip(repaired, repaired.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
    }

    @Test func `has no gap between commits`() throws {
        var talk = broken()
        talk.hear(1)
        talk.repairs(try #require(talk.actions.repairs.first))
        talk.says(5..<7, leg: 1, through: 6.8)
        var end = SampleIndex.zero
        for commit in talk.actions.commits {
            #expect(commit.range.start == end)
            end = commit.range.end
        }
        #expect(end == Conversation.at(6.8))
    }

    @Test func `shows meanwhile what the next engine hears`() {
        var talk = broken()
        talk.hear(1)
        talk.says(5..<6, leg: 1, through: 5.9)
        let shown = talk.hints(6..<7, leg: 1)
        let words = shown.flatMap { action in if case .emit(.interim(let guess)) = action { guess.words.map(\.text) } else { [String]() } }
        #expect(words == ["w5", "w6"])
    }

    @Test func `calls no word sure while words before it are missing`() {
        var talk = broken()
        talk.hear(1)
        let shown = talk.hints(5..<7, leg: 1, stable: 2)
        let guesses = shown.compactMap { action in if case .emit(.interim(let guess)) = action { guess } else { nil } }
        #expect(guesses.map(\.words.count) == [2])
        #expect(guesses.map(\.stableWords) == [0])
    }

    @Test func `waits longer for a repair while nothing is known of what follows`() throws {
        var talk = Conversation()
        talk.hear(5.9)
        talk.says(0..<2, leg: 0)
        _ = talk.command(.finish)
        let done = talk.engine(.closed(Self.gone), from: 0)
        talk.hear(9, audio: false)
        #expect(talk.actions.gaps == [])
        talk.repairs(try #require(done.repairs.first))
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5")
        #expect(talk.session.isEnded == true)
    }

    @Test func `does not wait for ever for a repair that nobody waits for`() {
        var talk = Conversation()
        talk.hear(5.9)
        talk.says(0..<2, leg: 0)
        _ = talk.command(.finish)
        talk.engine(.closed(Self.gone), from: 0)
        talk.hear(10.2, audio: false)
        #expect(talk.actions.gaps.count == 1)
        #expect(talk.session.isEnded == true)
    }

    @Test func `asks another engine as well when one has had half of the time`() throws {
        let other = EngineName("other")
        var talk = broken([Conversation.repairer, other])
        talk.lively = 1
        talk.hear(1)
        let first = try #require(talk.actions.repairs.first)
        talk.hear(0.5)
        #expect(talk.actions.repairs.count == 1)
        talk.hear(1)
        #expect(talk.actions.repairs.map(\.engine) == [Conversation.repairer, other])
        let second = try #require(talk.actions.repairs.last)
        #expect(second.range == first.range)
        let done = talk.repairs(second)
        #expect(done.contains(.cancelRepair(first.id)))
        talk.says(5..<7, leg: 1, through: 6.8)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6")
        talk.repairs(first)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6")
    }

    @Test func `waits for the one that is left when the other one fails`() throws {
        let other = EngineName("other")
        var talk = broken([Conversation.repairer, other])
        talk.lively = 1
        talk.hear(2.8)
        #expect(talk.actions.repairs.count == 2)
        talk.answers(try #require(talk.actions.repairs.first), .failed(Self.gone))
        #expect(talk.actions.gaps == [])
        talk.repairs(try #require(talk.actions.repairs.last))
        talk.says(5..<7, leg: 1, through: 6.8)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6")
    }

    @Test func `asks again while nobody can be reached, and reports no gap meanwhile`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first)])
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        talk.engine(.closed(Self.gone), from: 0)
        var answered = 0
        for _ in 0..<50 {
            talk.hear(0.1)
            while answered < talk.actions.repairs.count {
                talk.answers(talk.actions.repairs[answered], .failed(Self.gone))
                answered += 1
            }
        }
        #expect(talk.actions.gaps == [])
        #expect((3...6).contains(answered))
        let leg = try #require(talk.session.legs.last?.id.number)
        talk.engine(.opened, from: leg)
        talk.hear(1)
        talk.repairs(try #require(talk.actions.repairs.last))
        #expect(talk.actions.said.hasPrefix("w0 w1 w2 w3 w4"))
        #expect(talk.actions.gaps == [])
    }

    @Test func `does not run behind for ever after an outage either`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first)])
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        for leg in 0...1 { talk.engine(.closed(Self.gone), from: leg) }
        talk.hear(3.9)
        for leg in [2, 3] where talk.session.legs.last?.id.number == leg {
            talk.engine(.closed(Self.gone), from: leg)
            talk.hear(2.1)
        }
        let last = try #require(talk.session.legs.last?.id.number)
        talk.engine(.opened, from: last)
        let origin = try #require(talk.session.legs.last?.origin)
        #expect(origin > talk.session.timeline.end - SampleCount(.seconds(1.5), at: .speech))
        for repair in talk.actions.repairs { talk.repairs(repair) }
        #expect(talk.actions.said.hasPrefix("w0 w1 w2 w3 w4 w5 w6 w7"))
    }

    @Test func `asks for no more than is left when an engine that was given up says a part meanwhile`() throws {
        var talk = Conversation()
        // Without a pause, a repair waits for the audio behind its end.
        talk.isDense = true
        talk.hear(8)
        talk.says(0..<6, leg: 0)
        talk.lively = nil
        for _ in 0..<100 where talk.session.legs.first?.isFailed == false { talk.hear(0.1) }
        talk.engine(.opened, from: 1)
        #expect(talk.actions.repairs.isEmpty)
        talk.says(6..<10, leg: 0)
        #expect(talk.actions.said.hasSuffix("w9"))
        let readsFrom = talk.session.readsFrom
        talk.hear(2)
        let repair = try #require(talk.actions.repairs.first)
        #expect(repair.range.start >= Conversation.at(8), "two seconds before the words that are missing")
        #expect(repair.range.start >= readsFrom, "a journal that forgets what is settled has the audio")
    }

    @Test func `reports a gap when no repair comes in time, and goes on`() throws {
        var talk = broken()
        talk.hear(1)
        let repair = try #require(talk.actions.repairs.first)
        #expect(repair.deadline == talk.began + .seconds(9.5))
        talk.says(5..<7, leg: 1, through: 6.8)
        talk.hear(2.6)
        #expect(talk.actions.gaps == [])
        talk.hear(0.2)
        let origin = try #require(talk.session.legs.first?.origin)
        #expect(talk.actions.gaps == [SampleRange(Conversation.at(2), origin)])
        #expect(talk.actions.said == "w0 w1 w5 w6")
        talk.repairs(repair)
        #expect(talk.actions.said == "w0 w1 w5 w6", "the client's view does not change")
        #expect(talk.actions.mends.map { $0.words.map(\.text) } == [["w2", "w3", "w4"]])
        #expect(talk.actions.mends.map(\.range) == talk.actions.gaps)
    }

    @Test func `places the words of a repair that is late where it was loud, if its engine does not`() throws {
        var talk = broken()
        talk.hear(1)
        let repair = try #require(talk.actions.repairs.first)
        talk.says(5..<7, leg: 1, through: 6.8)
        talk.hear(2.8)
        #expect(talk.actions.gaps.count == 1)
        let heard = talk.words(0..<8).filter { repair.range.contains($0.range.start) && repair.range.contains($0.range.end) }
        talk.answers(repair, .text(heard.map { Word($0.text, repair.range, confidence: 1) }))
        let mended = try #require(talk.actions.mends.first?.words)
        #expect(mended.map(\.text) == ["w2", "w3", "w4"])
        #expect(mended.first?.range.start == Conversation.at(2.1))
    }

    /// What is mended when a repair's audio ends in speech with `rest` of a word, and another engine has said the whole of it behind.
    private func mends(
        _ rest: Duration, behind start: Duration, length: Duration
    ) throws -> [String] {
        var talk = Conversation()
        talk.isDense = true
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        talk.engine(.closed(Self.gone), from: 0)
        talk.engine(.opened, from: 1)
        talk.lively = 1
        talk.hear(2, audio: false)
        let repair = try #require(talk.actions.repairs.first)
        let origin = try #require(talk.session.legs.first?.origin)
        talk.hear(0.5)
        func samples(_ time: Duration) -> SampleCount { SampleCount(time, at: .speech) }
        let place = SampleRange(repair.range.end + samples(start), count: samples(length)), shift = SampleIndex.zero - origin
        let word = Word("tomorrow", place.shifted(by: shift), confidence: 1)
        talk.engine(.final(Hypothesis(range: SampleRange(origin, place.end).shifted(by: shift), words: [word]), reason: .length), from: 1)
        talk.hear(3)
        #expect(talk.actions.gaps.map(\.end) == [repair.range.end])
        talk.answers(repair, .words([Word("to", SampleRange(repair.range.end - samples(rest), repair.range.end), confidence: 1)]))
        talk.says(7..<9, leg: 1)
        return try #require(talk.actions.mends.first).words.map(\.text)
    }

    @Test func `takes what is left of a word at a repair's end for the word of which an engine says only where it ends`() throws {
        #expect(try mends(.milliseconds(50), behind: .milliseconds(100), length: .zero) == [])
    }

    @Test func `takes too little for a word at a repair's end for the word that begins a little behind`() throws {
        #expect(try mends(.milliseconds(40), behind: .milliseconds(40), length: .milliseconds(190)) == [])
        #expect(try mends(.milliseconds(100), behind: .milliseconds(40), length: .milliseconds(190)) == ["to"], "long enough for a word")
        #expect(try mends(.milliseconds(40), behind: .milliseconds(300), length: .milliseconds(190)) == ["to"], "too far from it")
    }

    @Test func `asks the next repairer when one fails`() throws {
        let other = EngineName("other")
        var talk = broken([Conversation.repairer, other])
        talk.hear(1)
        let asked = talk.answers(try #require(talk.actions.repairs.first), .failed(Self.gone))
        #expect(asked.repairs.map(\.engine) == [other])
        talk.repairs(try #require(asked.repairs.first))
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5" || talk.actions.said == "w0 w1 w2 w3 w4")
    }

    @Test func `reports a gap at once when no repairer has room, and has it repaired later`() throws {
        var talk = broken()
        talk.hear(1)
        let done = talk.answers(try #require(talk.actions.repairs.first), .declined)
        #expect(done.gaps.count == 1)
        let again = try #require(done.repairs.first)
        #expect(again.deadline == nil)
        talk.repairs(again)
        #expect(talk.actions.mends.count == 0, "it is not known yet what stands behind the gap")
        talk.says(5..<7, leg: 1, through: 6.8)
        #expect(talk.actions.mends.map { $0.words.map(\.text) } == [["w2", "w3", "w4"]])
    }

    @Test func `knows the leg that opens late, though what it leaves to a repair lets another one go`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(1)
        while talk.session.legs.count == 1, talk.session.timeline.end < Conversation.at(8) { talk.hear(0.1) }
        try #require(talk.session.legs.map(\.isFailed) == [true, false])
        // The driver's timer is late.
        for _ in 0..<45 {
            talk.now += .milliseconds(100)
            _ = talk.session.received(SampleCount(1_600), now: talk.now)
        }
        talk.engine(.opened, from: 1)
        #expect(talk.session.legs.map(\.id) == [LegID(1)])
        #expect(talk.session.legs.first?.isOpen == true)
    }

    @Test func `takes what nobody said for silence`() {
        var talk = Conversation()
        talk.silent = [2, 3, 4, 5]
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        let done = talk.engine(.closed(Self.gone), from: 0)
        #expect(done.repairs == [])
        #expect(done.commits.map(\.words) == [[]])
        #expect(talk.actions.gaps == [])
    }

    @Test func `sends an engine that takes audio as fast as it comes all of it again`() {
        var talk = Conversation([Conversation.paced(Conversation.first), Conversation.free(Conversation.second)])
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        let done = talk.engine(.closed(Self.gone), from: 0)
        #expect(done.repairs == [])
        #expect(talk.session.legs.map(\.origin) == [Conversation.at(1.8)])
        talk.engine(.opened, from: 1)
        talk.says(2..<5, leg: 1)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4")
    }

    @Test func `sends a paced engine what is not longer than it may be sent at once`() {
        var talk = Conversation()
        talk.hear(2.5)
        talk.says(0..<2, leg: 0)
        talk.engine(.closed(Self.gone), from: 0)
        #expect(talk.actions.repairs == [])
        #expect(talk.session.legs.map(\.origin) == [Conversation.at(1.8)])
    }

    @Test func `keeps order when the second engine fails as well`() throws {
        var talk = Conversation([
            Conversation.paced(Conversation.first), Conversation.paced(Conversation.second), Conversation.paced(EngineName("third")),
        ])
        talk.hear(5.5)
        talk.says(0..<2, leg: 0)
        talk.engine(.closed(Self.gone), from: 0)
        talk.engine(.opened, from: 1)
        talk.lively = 1
        talk.hear(3)
        talk.says(5..<7, leg: 1)
        talk.engine(.closed(Self.gone), from: 1)
        talk.engine(.opened, from: 2)
        talk.hear(0.9)
        talk.says(8..<9, leg: 2)
        let repairs = talk.actions.repairs
        #expect(repairs.count == 2)
        #expect(talk.actions.said == "w0 w1")
        for repair in repairs.reversed() { talk.repairs(repair) }
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6 w7 w8")
    }

    @Test func `ends after its last repair when the client has finished`() throws {
        var talk = Conversation()
        talk.hear(5.9)
        talk.says(0..<2, leg: 0)
        _ = talk.command(.finish)
        let done = talk.engine(.closed(Self.gone), from: 0)
        #expect(talk.session.isEnded == false)
        talk.repairs(try #require(done.repairs.first))
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5")
        #expect(talk.session.isEnded == true)
        #expect(talk.actions.last == .emit(.ended(SessionEnd(received: SampleCount(94_400)))))
    }

    @Test func `answers the client's finalize after the repair`() throws {
        var talk = Conversation()
        talk.hear(5.9)
        talk.says(0..<2, leg: 0)
        _ = talk.command(.finalize)
        talk.engine(.closed(Self.gone), from: 0)
        let opened = talk.engine(.opened, from: 1)
        #expect(opened.contains(.command(LegID(1), .finalize)))
        talk.says(5..<6, leg: 1, .flush, through: 5.9)
        talk.hear(0.5)
        #expect(talk.actions.said == "w0 w1")
        talk.repairs(try #require(talk.actions.repairs.first))
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5")
        #expect(talk.actions.commits.last?.reason == .flush)
    }

    @Test func `repairs what can be repaired when no engine is left, then ends`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first)])
        talk.hear(5.9)
        talk.says(0..<2, leg: 0)
        let done = talk.engine(.closed(.unauthorized("no")), from: 0)
        talk.repairs(try #require(done.repairs.first))
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5")
        #expect(talk.actions.last == .emit(.ended(SessionEnd(received: SampleCount(94_400), error: .unauthorized("no")))))
    }

    @Test func `leaves a record of each attempt`() throws {
        var talk = broken()
        talk.hear(1)
        talk.repairs(try #require(talk.actions.repairs.first))
        let records = talk.actions.records
        #expect(records.map(\.engine) == [Conversation.first, Conversation.repairer])
        #expect(records.map(\.outcome) == [.failed(Self.gone), .completed])
    }

    @Test func `cancels what it does not need any more`() throws {
        var talk = broken()
        talk.hear(1)
        let repair = try #require(talk.actions.repairs.first)
        let done = talk.command(.abandon)
        #expect(done.contains(.cancelRepair(repair.id)))
        let late = talk.repairs(repair)
        #expect(late == [])
    }

    @Test func `does not let an engine that was long in opening run behind for ever`() throws {
        var talk = Conversation(opens: false)
        talk.hear(4)
        #expect(talk.session.legs.map(\.engine) == [Conversation.second], "the first one had 1.5 s")
        talk.engine(.opened, from: 1)
        let repair = try #require(talk.actions.repairs.first)
        #expect(repair.range.start == Conversation.at(0))
        let origin = try #require(talk.session.legs.first?.origin)
        #expect(origin >= Conversation.at(3))
        talk.repairs(repair)
        #expect(talk.actions.said == "w0 w1 w2" || talk.actions.said == "w0 w1 w2 w3")
    }

    @Test func `labels the speakers of each engine's stream by themselves`() {
        var talk = Conversation([Conversation.paced(Conversation.first), Conversation.free(Conversation.second)])
        talk.hear(4)
        func final(_ second: Int, _ speaker: Int, origin: Int) -> EngineEvent {
            var word = talk.words(second..<second + 1)[0]
            let shift = SampleCount(-16_000 * origin)
            word.range = word.range.shifted(by: shift)
            word.speaker = SpeakerLabel(speaker)
            return .final(
                Hypothesis(range: SampleRange(SampleIndex(16_000 * (second - origin)), count: SampleCount(16_000)), words: [word]), reason: .pause)
        }
        talk.engine(final(0, 0, origin: 0), from: 0)
        talk.engine(final(1, 1, origin: 0), from: 0)
        talk.engine(.closed(Self.gone), from: 0)
        talk.engine(.opened, from: 1)
        talk.engine(final(2, 0, origin: 2), from: 1)
        talk.engine(final(3, 1, origin: 2), from: 1)
        #expect(talk.actions.commits.flatMap(\.words).map(\.speaker?.number) == [0, 1, 2, 3])
    }
}
