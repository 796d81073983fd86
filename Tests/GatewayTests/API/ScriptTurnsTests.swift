import Conversations
import HarkenTesting
import Speech
import Testing

@testable import API

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
}
