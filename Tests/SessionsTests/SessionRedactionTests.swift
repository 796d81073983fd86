import Continuity
@testable import Sessions
import Speech
import Testing

@Suite struct `The redaction of a session` {
    private static let engine = EngineName("scripted")

    /// Words of a second each.
    private func said(_ text: String, from second: Int) -> [Word] {
        text.split(separator: " ").enumerated().map { Word(String($1), seconds(second + $0, second + $0 + 1), confidence: 1) }
    }

    private func seconds(_ start: Int, _ end: Int) -> SampleRange { SampleRange(SampleIndex(start * 16_000), SampleIndex(end * 16_000)) }

    private func commit(_ text: String, _ start: Int, _ end: Int) -> Commit {
        Commit(channel: .first, range: seconds(start, end), words: said(text, from: start), reason: .pause, engine: Self.engine)
    }

    private func filled(_ text: String, _ start: Int, _ end: Int, in redaction: SessionRedaction) throws -> (text: String, hidden: [SampleRange]) {
        let backfill = Backfill(channel: .first, range: seconds(start, end), words: said(text, from: start), engine: Self.engine)
        let kept = redaction.kept(.backfill(backfill))
        guard case .backfill(let filled) = kept.fact else { throw Unexpected() }
        return (filled.words.map(\.text).joined(separator: " "), kept.hidden)
    }

    private struct Unexpected: Error {}

    @Test func `hides the part of a number that fills a gap later`() throws {
        var redaction = try #require(SessionRedaction(RedactionRule(.cards), channels: 1))
        #expect(redaction.recorded(commit("it's 4242 4242 4242", 0, 4)).words.map(\.text) == ["it's", "[card_number]"])
        _ = redaction.shown(.gap(.first, seconds(4, 7), .unavailable("gone")))
        _ = redaction.recorded(commit("so that was my number and now I talk about two cats", 7, 18))
        let (text, hidden) = try filled("4242 okay thanks", 4, 7, in: redaction)
        #expect(text == "[card_number] okay thanks")
        #expect(hidden == [seconds(4, 5)])
    }

    @Test func `hides the end of a number whose beginning is in a gap`() throws {
        var redaction = try #require(SessionRedaction(RedactionRule(.cards), channels: 1))
        _ = redaction.recorded(commit("so it's", 0, 2))
        _ = redaction.shown(.gap(.first, seconds(2, 4), .unavailable("gone")))
        #expect(redaction.recorded(commit("4242 4242 thanks", 4, 7)).words.map(\.text) == ["[card_number]", "thanks"])
        #expect(redaction.recorded(commit("two cats came", 7, 10)).words.map(\.text) == ["two", "cats", "came"])
    }

    @Test func `hides the end of a number in a gap of which nothing is known`() throws {
        let redaction = try #require(SessionRedaction(RedactionRule(.cards), channels: 1))
        #expect(try filled("4242 okay thanks", 4, 7, in: redaction).text == "[card_number] okay thanks")
    }

    @Test func `goes on behind the session before, in each channel`() throws {
        let before = SaidBefore([.init(said("thanks", from: 0), isWhole: true), .init(said("it's [card_number]", from: 0), isWhole: true)])
        var redaction = try #require(SessionRedaction(RedactionRule(.cards), channels: 2, behind: before))
        var other = commit("4242 4242 thanks", 0, 3)
        #expect(redaction.recorded(other).words == other.words)
        other.channel = ChannelIndex(1)
        #expect(redaction.recorded(other).words.map(\.text) == ["[card_number]", "thanks"])
    }
}
