import Continuity
import Conversations
import HarkenTesting
import Speech
import Testing

@testable import API
@testable import Live

@Suite struct `The segments of a session without a conversation` {
    @Test(arguments: ScriptSample.all)
    func `have the text of their turn as people write it`(_ sample: ScriptSample) {
        var turns = TurnSegments(ID("s"))
        // The turn comes a word at a time.
        var texts: [String] = []
        for word in sample.spoken() {
            let commit = Commit(channel: .first, range: word.range, words: [word], reason: .pause, engine: .local)
            texts.append(turns.segment(with: commit, rate: .speech).text)
        }
        #expect(texts.last == sample.text)
    }

    @Test(arguments: ScriptSample.all)
    func `have it in the captions of a watched session, of an engine's words and of a client's`(_ sample: ScriptSample) {
        let words = sample.spoken(), end = Duration.milliseconds(250 * words.count)
        let commit = Commit(
            channel: .first, range: SampleRange(.zero, .zero + SampleCount(end, at: .speech)), words: words, reason: .endOfTurn, engine: .local)
        for event in [WatchedEvent.commit(commit), .brought([SuggestedSegment(sample.text, start: .zero, end: end)])] {
            var captions = LiveCaptionFormat()
            _ = captions.write(
                .state(
                    OpenSession(
                        id: ID("s"), state: .open, started: UnixTime(milliseconds: 0), duration: .zero, engine: .local, language: sample.language,
                        source: "test", rate: .speech, hasConversation: false)))
            let lines = String(decoding: captions.write(event), as: UTF8.self).split(separator: "\n").filter { !$0.contains("-->") }
            #expect(lines.joined().filter { !$0.isWhitespace } == sample.text.filter { !$0.isWhitespace })
            if lines.count == 1 { #expect(lines[0] == sample.text) }
        }
    }

    @Test(arguments: ScriptSample.all)
    func `have it where several words of an interim became one`(_ sample: ScriptSample) {
        // All in one second, by which interims are found.
        let words = sample.spoken(each: 0.01), range = SampleRange(.zero, words.last?.range.end ?? .zero)
        let shown = ShownWords(channel: .first, received: range.end, change: .interim(kept: 0, words: words[...], .local))
        let versions = WordVersions([shown], at: .speech), whole = Word(sample.text, range, confidence: 1)
        #expect(versions.interims(of: whole, in: .first).map(\.text) == [sample.text])
    }
}
