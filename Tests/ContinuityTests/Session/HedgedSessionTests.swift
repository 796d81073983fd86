import Continuity
import Speech
import Testing

@Suite struct `A hedged session` {
    private static let third = Conversation.paced(EngineName("third"))

    private func hedged(_ engines: [SessionEngine] = [Conversation.paced(Conversation.first), Conversation.paced(Conversation.second)])
        -> Conversation
    {
        var conversation = Conversation(engines, mode: .hedged)
        conversation.engine(.opened, from: 1)
        return conversation
    }

    @Test func `is heard by its first two engines from the start`() {
        var conversation = Conversation([Conversation.paced(Conversation.first), Conversation.paced(Conversation.second), Self.third], mode: .hedged)
        #expect(conversation.actions.contains(.open(LegID(0))) && conversation.actions.contains(.open(LegID(1))))
        #expect(conversation.session.legs.map(\.engine) == [Conversation.first, Conversation.second])
        conversation.engine(.opened, from: 1)
        conversation.hear(1)
        #expect(conversation.session.legs.allSatisfy { $0.sentThrough == Conversation.at(1) })
    }

    @Test func `takes what is final first, and nothing twice`() {
        var conversation = hedged()
        conversation.hear(2)
        conversation.says(0..<2, leg: 1)
        conversation.says(0..<2, leg: 0)
        conversation.hear(2)
        conversation.says(2..<4, leg: 0)
        conversation.says(2..<4, leg: 1)
        #expect(conversation.actions.said == "w0 w1 w2 w3")
        #expect(conversation.actions.commits.filter { !$0.words.isEmpty }.map(\.engine) == [Conversation.second, Conversation.first])
    }

    @Test func `leaves an island of speech to the leg that has begun it`() {
        var conversation = hedged()
        conversation.hear(3)
        conversation.says(0..<2, leg: 0, .length)
        conversation.says(0..<3, leg: 1)
        #expect(conversation.actions.said == "w0 w1")
        conversation.says(2..<3, leg: 0)
        #expect(conversation.actions.said == "w0 w1 w2")
        #expect(Set(conversation.actions.commits.filter { !$0.words.isEmpty }.map(\.engine)) == [Conversation.first])
    }

    @Test func `goes on with the other leg when one dies in the middle of an island, without repair and gap`() {
        var conversation = hedged()
        conversation.hear(3)
        conversation.says(0..<2, leg: 0, .length)
        conversation.says(0..<3, leg: 1)
        conversation.engine(.closed(.unavailable("reset")), from: 0)
        #expect(conversation.actions.said == "w0 w1 w2")
        conversation.hear(1)
        conversation.says(3..<4, leg: 1)
        #expect(conversation.actions.said == "w0 w1 w2 w3")
        #expect(conversation.actions.repairs.isEmpty && conversation.actions.gaps.isEmpty)
    }

    @Test func `does not wait for a slow leg to end its island for longer than a vote may take`() {
        var conversation = hedged()
        conversation.hear(3)
        conversation.says(0..<2, leg: 0, .length)
        conversation.says(0..<3, leg: 1)
        conversation.hear(1.3)
        #expect(conversation.actions.said == "w0 w1")
        conversation.hear(0.4)
        #expect(conversation.actions.said == "w0 w1 w2")
    }

    @Test func `ends a turn once, whoever says so first`() {
        var conversation = hedged()
        conversation.hear(2)
        conversation.says(0..<2, leg: 0)
        conversation.says(0..<2, leg: 1, .endOfTurn)
        conversation.engine(.turnEnded(.first, at: Conversation.at(2)), from: 0)
        let ends = conversation.actions.filter {
            switch $0 {
            case .emit(.turnEnded): true
            case .emit(.commit(let commit)): commit.endsTurn
            default: false
            }
        }
        #expect(ends.count == 1)
    }

    @Test func `answers each finalize once`() {
        var conversation = hedged()
        conversation.hear(1)
        _ = conversation.command(.finalize)
        conversation.says(0..<1, leg: 1, .flush)
        conversation.says(0..<1, leg: 0, .flush)
        conversation.hear(1)
        _ = conversation.command(.finalize)
        conversation.engine(.flushed(.first), from: 0)
        conversation.says(1..<2, leg: 1, .flush)
        let answers = conversation.actions.filter {
            switch $0 {
            case .emit(.flushed): true
            case .emit(.commit(let commit)): commit.reason == .flush
            default: false
            }
        }
        #expect(answers.count == 2)
        #expect(conversation.actions.said == "w0 w1")
    }

    @Test func `answers each finalize once when a leg that opened late ends with one answered that waits, and one not`() throws {
        var conversation = Conversation([Conversation.paced(Conversation.first)], mode: .hedged, opens: false)
        conversation.lively = nil
        conversation.hear(1)
        _ = conversation.command(.finalize)
        conversation.hear(2)
        _ = conversation.command(.finalize)
        _ = conversation.command(.finish)
        conversation.engine(.opened, from: 0)
        let repair = try #require(conversation.actions.repairs.first)
        conversation.engine(.flushed(.first), from: 0)
        conversation.engine(.closed(nil), from: 0)
        conversation.repairs(repair)
        let answers = conversation.actions.count { if case .emit(.flushed) = $0 { true } else { false } }
        #expect(answers == 2)
    }

    @Test func `opens another leg behind one that died, whose words count where those of the others end`() {
        var conversation = hedged([Conversation.paced(Conversation.first), Conversation.paced(Conversation.second), Self.third])
        conversation.hear(2)
        let died = conversation.engine(.closed(.unavailable("reset")), from: 0)
        #expect(died.contains(.open(LegID(2))))
        #expect(conversation.session.legs.last?.engine == Self.third.name)
        #expect(conversation.session.legs.last?.origin == Conversation.at(2) - SampleCount(.milliseconds(200), at: .speech), "a soft first sound")
        conversation.engine(.opened, from: 2)
        conversation.hear(1)
        conversation.says(2..<3, leg: 2)
        #expect(conversation.actions.said == "", "nobody has said what is before")
        conversation.says(0..<2, leg: 1)
        #expect(conversation.actions.said == "w0 w1 w2")
    }

    @Test func `repairs what its last leg leaves, up to where another has begun`() {
        var conversation = hedged([Conversation.paced(Conversation.first), Conversation.paced(Conversation.second), Self.third])
        conversation.hear(2)
        conversation.engine(.closed(.unavailable("reset")), from: 0)
        conversation.engine(.opened, from: 2)
        conversation.hear(2)
        conversation.says(2..<4, leg: 2)
        conversation.engine(.closed(.unavailable("reset")), from: 1)
        conversation.hear(2)
        #expect(conversation.actions.repairs.count == 1)
        for repair in conversation.actions.repairs { conversation.repairs(repair) }
        #expect(conversation.actions.said == "w0 w1 w2 w3")
        #expect(conversation.actions.gaps.isEmpty)
    }

    @Test func `shows the guesses of one leg at a time`() {
        var conversation = hedged()
        conversation.lively = nil
        conversation.hear(1)
        let first = conversation.hints(0..<1, leg: 1)
        let other = conversation.hints(0..<1, leg: 0)
        #expect(first.contains { if case .emit(.interim) = $0 { true } else { false } })
        #expect(!other.contains { if case .emit(.interim) = $0 { true } else { false } })
    }

    @Test func `ends when one leg has said all, and does not wait for the other`() {
        var conversation = hedged()
        conversation.hear(2)
        _ = conversation.command(.finish)
        conversation.says(0..<2, leg: 1, .endOfAudio)
        conversation.engine(.closed(nil), from: 1)
        #expect(conversation.session.isEnded == true)
        #expect(conversation.actions.said == "w0 w1")
        #expect(conversation.actions.records.map(\.outcome) == [.completed, .cancelled])
    }

    @Test func `takes all of a final with words of a leg that does not say where they lie`() {
        let untimed = SessionEngine(Conversation.first, limits: .init(pace: 1.25), hasWordTimes: false)
        var conversation = hedged([untimed, Conversation.paced(Conversation.second)])
        conversation.hear(2.5)
        let range = SampleRange(.zero, Conversation.at(2.5))
        let done = conversation.engine(.final(Hypothesis(range: range, words: [Word("w2", range, confidence: 1)]), reason: .pause), from: 0)
        #expect(done.commits.map(\.range.end) == [Conversation.at(2.5)])
        conversation.says(2..<3, leg: 1, through: 2.5)
        #expect(conversation.actions.said == "w2")
    }

    @Test func `takes a word that two legs without word times have cut at different places`() {
        let untimed = [Conversation.first, Conversation.second].map { SessionEngine($0, limits: .init(pace: 1.25), hasWordTimes: false) }
        var conversation = hedged(untimed)
        conversation.hear(2)
        let first = SampleRange(.zero, Conversation.at(1.5)), second = SampleRange(.zero, Conversation.at(1.45))
        conversation.engine(.final(Hypothesis(range: first, words: [Word("w0", first, confidence: 1)]), reason: .pause), from: 0)
        let said = ["w0", "w1"].map { Word($0, second, confidence: 1) }
        conversation.engine(.final(Hypothesis(range: second, words: said), reason: .pause), from: 1)
        #expect(conversation.actions.said == "w0 w1")
    }

    @Test func `takes another leg's words before the silence of the leg that has begun the island`() {
        var conversation = hedged()
        conversation.hear(2.9)
        conversation.says(0..<2, leg: 0, .length)
        conversation.says(0..<3, leg: 1)
        conversation.hear(1.1)
        conversation.engine(.final(Hypothesis(range: SampleRange(Conversation.at(3), Conversation.at(4)), words: []), reason: .pause), from: 1)
        conversation.engine(.final(Hypothesis(range: SampleRange(Conversation.at(2), Conversation.at(4)), words: []), reason: .pause), from: 0)
        #expect(conversation.actions.said == "w0 w1 w2")
        #expect(conversation.actions.commits.flatMap(\.words).last?.range.start == Conversation.at(2.1))
    }
}
