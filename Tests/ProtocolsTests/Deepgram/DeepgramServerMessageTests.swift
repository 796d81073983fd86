import Protocols
import Testing

@Suite struct `A message of Deepgram` {
    private func words(_ json: String) -> [DeepgramWord]? {
        let text = Array(
            #"""
            {"type":"Results","start":0,"duration":1,"is_final":false,"channel":{"alternatives":[{"transcript":"","confidence":1,"words":[\#(json)]}]}}
            """#.utf8)
        guard case .results(let results) = DeepgramServerMessage(parsing: text.span.bytes) else { return nil }
        return results.alternative.words
    }

    /// Two members of one word each, in the service's order.
    private static let members = [
        #""word":"caf\u00e9""#, #""start":0.5"#, #""end":0.75"#, #""confidence":0.875"#, #""speaker":1"#, #""punctuated_word":"Caf\u00e9,""#,
    ]

    @Test func `has the same words whatever the order of their members`() {
        let word = DeepgramWord(word: "café", start: 0.5, end: 0.75, confidence: 0.875, punctuatedWord: "Café,", speaker: 1)
        for turn in Self.members.indices {
            let members = Self.members[turn...] + Self.members[..<turn]
            for separator in [",", " , "] {
                let text = "{" + members.joined(separator: separator) + "}"
                #expect(words(text) == [word])
                #expect(words(text + "," + text) == [word, word])
                #expect(words("{" + members.joined(separator: separator) + #","language":"fr"}"#)?.first?.language == "fr")
            }
        }
    }

    @Test func `has the words whose required members are there`() {
        let bare = DeepgramWord(word: "a", start: 0, end: 1, confidence: 0)
        let unknown = DeepgramWord(word: "a", start: 0, end: 1, confidence: 0.5)
        #expect(words(#"{"word":"a","start":0,"end":1,"confidence":null}"#) == [unknown])
        #expect(words(#"{"word":"a","start":0,"end":1}"#) == [unknown])
        #expect(words(#"{"word":"a","start":"0","end":1,"confidence":0}"#) == [])
        #expect(words(#"{"word":null,"start":0,"end":1,"confidence":0},7,[],"x""#) == [])
        #expect(words(#"{"word":"a","start":0,"end":1,"confidence":0,"speaker":null,"punctuated_word":7}"#) == [bare])
        #expect(words(#"{"word":"a","start":0,"end":1,"confidence":0"#) == nil)
        #expect(words(#"{"word":"a","start":0,"end":1,"confidence":0.}"#) == nil)
    }
}
