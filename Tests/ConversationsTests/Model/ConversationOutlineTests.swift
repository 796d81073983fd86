import Conversations
import Speech
import Testing

@Suite struct `The outline of a conversation` {
    private func outline(_ turns: [(start: Int, end: Int, who: SpeakerIdentity.Who, number: Int)]) -> ConversationOutline {
        var outline = ConversationOutline()
        for turn in turns { outline.add(from: .seconds(turn.start), to: .seconds(turn.end), by: turn.who, number: SpeakerNumber(turn.number)) }
        return outline
    }

    @Test func `joins what one speaker says, and numbers speakers by their first words`() {
        let outline = outline([
            (0, 4, .voice(ID("v")), 3), (5, 6, .voice(ID("v")), 3), (7, 8, .user, 0), (8, 9, .unknown, 2), (20, 21, .unknown, 2), (21, 22, .user, 1),
        ])
        #expect(outline.speakers.map(\.who) == [.voice(ID("v")), .user, .unknown])
        #expect(outline.speakers.map(\.number) == [nil, nil, SpeakerNumber(2)])
        #expect(outline.runs.map(\.speaker) == [0, 1, 2, 2, 1])
        #expect(outline.runs.first?.start == .zero && outline.runs.first?.end == .seconds(6))
    }

    @Test func `has at most as many runs as are wanted, and loses no time`() {
        let outline = outline((0..<3_000).map { (10 * $0, 10 * $0 + 9, .unknown, $0 % 2) })
        let runs = outline.runs(limit: 200)
        #expect(runs.count <= 200 && runs.count > 100)
        #expect(runs.first?.start == .zero && abs((runs.last?.end ?? .zero) / .seconds(1) - 29_999) < 0.001)
        #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.end <= $1.start && $0.start < $0.end })
        #expect(outline.runs(limit: 3_000) == outline.runs)
        #expect(ConversationOutline().runs(limit: 200) == [])
    }

    @Test func `draws times that no recording has`() {
        let before = outline((0..<201).map { (10 * $0 - 2_000, 10 * $0 - 1_991, .unknown, $0 % 2) } + [(0, 10, .unknown, 0)])
        #expect(before.runs(limit: 200).allSatisfy { $0.start >= .zero && $0.end <= .seconds(19) })
        let backwards = outline((0..<300).map { (10 * $0, 10 * $0 - 500, .unknown, $0 % 2) } + [(0, 1, .user, 0)])
        #expect(backwards.runs(limit: 200).count <= 200)
        let far = outline([(-9_000_000_000, -8_000_000_000, .unknown, 0), (0, 1, .user, 1), (10, 11, .unknown, 0)])
        #expect(far.runs(limit: 2).count <= 2)
    }
}
