import Continuity
import Speech
import Testing

@Suite struct `A session of an ensemble` {
    private func ensemble(_ count: Int = 3) -> Conversation {
        let names = [Conversation.first, Conversation.second, EngineName("third")].prefix(count)
        var conversation = Conversation(names.map { Conversation.paced($0) }, mode: .ensemble)
        for leg in 1..<count { conversation.engine(.opened, from: leg) }
        return conversation
    }

    /// The leg makes these words final, one for each second.
    private func says(_ texts: [String], from start: Int, leg: Int, _ reason: FinalReason = .pause, late: Double = 0) -> EngineEvent {
        let words = texts.enumerated().map { index, text in
            let second = Double(start + index) + late
            return Word(text, SampleRange(Conversation.at(second + 0.1), Conversation.at(second + 0.8)), confidence: 0.9)
        }
        let range = SampleRange(Conversation.at(Double(start)), Conversation.at(Double(start + texts.count)))
        return .final(Hypothesis(range: range, words: words), reason: reason)
    }

    @Test func `takes what most have heard, once all have`() {
        var conversation = ensemble()
        conversation.hear(2)
        conversation.engine(says(["the", "horse"], from: 0, leg: 0), from: 0)
        conversation.engine(says(["the", "house"], from: 0, leg: 1), from: 1)
        #expect(conversation.actions.said == "")
        conversation.engine(says(["the", "house"], from: 0, leg: 2), from: 2)
        #expect(conversation.actions.said == "the house")
    }

    @Test func `waits for the second part of a number that one leg writes whole, until the other has heard that far`() {
        var conversation = ensemble(2)
        conversation.hear(2)
        func heard(_ text: String, _ range: SampleRange, through end: Double, _ reason: FinalReason) -> EngineEvent {
            .final(Hypothesis(range: SampleRange(.zero, Conversation.at(end)), words: [Word(text, range, confidence: 0.5)]), reason: reason)
        }
        conversation.engine(heard("twenty", SampleRange(Conversation.at(0.1), Conversation.at(0.3)), through: 0.5, .endOfTurn), from: 0)
        conversation.engine(heard("22", SampleRange(Conversation.at(0.1), Conversation.at(0.8)), through: 0.8, .length), from: 1)
        conversation.engine(heard("two", SampleRange(Conversation.at(0.5), Conversation.at(0.8)), through: 1, .endOfTurn), from: 0)
        #expect(conversation.actions.said == "twenty two")
    }

    @Test func `looks for the second part of a number behind what is committed`() {
        var conversation = ensemble(2)
        conversation.hear(2)
        func heard(_ text: String, _ start: Double, _ end: Double, through: Double, _ reason: FinalReason) -> EngineEvent {
            let word = Word(text, SampleRange(Conversation.at(start), Conversation.at(end)), confidence: 0.5)
            return .final(Hypothesis(range: SampleRange(.zero, Conversation.at(through)), words: [word]), reason: reason)
        }
        // The end of "twenty" is loud behind where its word ends.
        conversation.engine(heard("twenty", 0.1, 0.7, through: 1, .endOfTurn), from: 0)
        conversation.engine(heard("22", 0.1, 1.25, through: 1.25, .length), from: 1)
        conversation.engine(heard("two", 1.1, 1.25, through: 1.4, .endOfTurn), from: 0)
        conversation.hear(2)
        #expect(conversation.actions.said == "twenty two")
    }

    @Test func `gives words the time in the middle of those who heard them`() {
        var conversation = ensemble()
        conversation.hear(2)
        for (leg, late) in [0.1, 0, -0.06].enumerated() { conversation.engine(says(["one"], from: 0, leg: leg, late: late), from: leg) }
        #expect(conversation.actions.commits.flatMap(\.words).map(\.range) == [SampleRange(Conversation.at(0.1), Conversation.at(0.8))])
    }

    @Test func `waits for a late leg as long as a vote may take, and drops what it says then`() {
        var conversation = ensemble()
        conversation.hear(2)
        conversation.engine(says(["the", "house"], from: 0, leg: 0), from: 0)
        conversation.engine(says(["the", "house"], from: 0, leg: 1), from: 1)
        // It is slow, and not dead.
        conversation.hints(0..<1, leg: 2)
        conversation.hear(1.3)
        #expect(conversation.actions.said == "")
        conversation.hear(0.4)
        #expect(conversation.actions.said == "the house")
        conversation.engine(says(["the", "mouse"], from: 0, leg: 2), from: 2)
        #expect(conversation.actions.said == "the house")
    }

    @Test func `does not wait for a leg that is gone, but counts what it has said`() {
        var conversation = ensemble()
        conversation.hear(2)
        conversation.engine(says(["the", "house"], from: 0, leg: 0), from: 0)
        conversation.engine(says(["the", "house"], from: 0, leg: 2), from: 2)
        conversation.engine(.closed(.unavailable("reset")), from: 2)
        conversation.engine(says(["the", "horse"], from: 0, leg: 1), from: 1)
        #expect(conversation.actions.said == "the house")
        #expect(conversation.actions.repairs.isEmpty)
    }

    @Test func `is cut where the finals of all its legs can be, though they end in different places`() {
        var conversation = ensemble()
        for second in 0..<4 {
            conversation.hear(1)
            for leg in 1..<3 { conversation.hints(second..<second + 1, leg: leg) }
        }
        conversation.engine(says(["a", "b"], from: 0, leg: 0, .length), from: 0)
        conversation.engine(says(["a"], from: 0, leg: 1, .length), from: 1)
        conversation.engine(says(["a", "x", "c", "d"], from: 0, leg: 2, .endOfTurn), from: 2)
        conversation.engine(says(["b", "c", "d"], from: 1, leg: 1, .endOfTurn), from: 1)
        conversation.engine(says(["c", "d"], from: 2, leg: 0, .pause), from: 0)
        #expect(conversation.actions.said == "a b c d")
        #expect(conversation.actions.commits.filter(\.endsTurn).count == 1)
    }

    @Test func `goes on with two engines, and with one`() {
        var conversation = ensemble(2)
        conversation.hear(2)
        conversation.engine(.closed(.unauthorized("no")), from: 1)
        conversation.engine(says(["the", "house"], from: 0, leg: 0), from: 0)
        #expect(conversation.actions.said == "the house")
    }

    @Test func `answers a finalize once, when all have`() {
        var conversation = ensemble()
        conversation.hear(1)
        _ = conversation.command(.finalize)
        conversation.engine(says(["one"], from: 0, leg: 0, .flush), from: 0)
        conversation.engine(says(["one"], from: 0, leg: 1, .flush), from: 1)
        #expect(conversation.actions.commits.isEmpty)
        conversation.engine(says(["won"], from: 0, leg: 2, .flush), from: 2)
        #expect(conversation.actions.commits.map(\.reason) == [.flush])
        #expect(conversation.actions.said == "one")
    }

    /// A final of words and their times, in seconds: `"no 0.1-0.3"`.
    private func heard(_ script: [String], _ start: Double, _ end: Double, _ reason: FinalReason) -> EngineEvent {
        let words = script.map { line in
            let parts = line.split(separator: " "), times = parts[1].split(separator: "-").map { Double($0)! }
            return Word(String(parts[0]), SampleRange(Conversation.at(times[0]), Conversation.at(times[1])), confidence: 0.5)
        }
        return .final(Hypothesis(range: SampleRange(Conversation.at(start), Conversation.at(end)), words: words), reason: reason)
    }

    @Test func `waits for a word of which one has cut his final before it and the other behind it`() {
        var conversation = ensemble(2)
        conversation.hear(1)
        conversation.engine(heard(["no 0.1-0.4", "then 0.55-0.7"], 0, 0.7, .length), from: 0)
        conversation.engine(heard(["no 0.2-0.72"], 0, 0.72, .length), from: 1)
        conversation.engine(heard(["then 0.72-0.8"], 0.72, 1, .endOfTurn), from: 1)
        conversation.engine(heard([], 0.7, 1, .endOfTurn), from: 0)
        #expect(conversation.actions.said == "no then")
    }

    @Test func `keeps a word at the end of a final that is to be voted on with the next one`() {
        var conversation = ensemble(2)
        conversation.hear(2)
        conversation.engine(heard(["again 0.1-0.5"], 0, 0.5, .length), from: 0)
        conversation.engine(heard(["again 0.1-0.4", "and 0.45-0.47"], 0, 0.47, .length), from: 1)
        conversation.engine(heard(["tell 1.1-1.4"], 0.47, 1.4, .length), from: 1)
        #expect(conversation.actions.said == "again")
        conversation.engine(heard(["and 0.5-0.7", "tell 1.1-1.4"], 0.5, 2, .endOfTurn), from: 0)
        conversation.engine(heard([], 1.4, 2, .endOfTurn), from: 1)
        #expect(conversation.actions.said == "again and tell")
    }
}
