import Testing

@testable import Conversations

@Suite struct `A title of what was said` {
    @Test(arguments: [
        // A whole sentence that tells something.
        (["Yes. Okay. The cat is ill and eats nothing. Right."], "The cat is ill and eats nothing"),
        (["Ja. Gut. Die Katze ist krank und frisst nichts mehr. Genau."], "Die Katze ist krank und frisst nichts mehr"),
        (["Кошка больна и ничего не ест."], "Кошка больна и ничего не ест"),
        (["Why is the harbour closed today?"], "Why is the harbour closed today?"),
        // The first clauses of a long one.
        (
            ["We walked along the old harbour wall, and then the storm came over the hills and drove all the boats back to the pier."],
            "We walked along the old harbour wall"
        ),
        // The first words, without an "and" or "the" at the end, and with what says that more follows.
        (
            ["the engineers found several deep cracks in the old pillars of the bridge and want to close it"],
            "The engineers found several deep cracks in the old pillars…"
        ),
        (["they told us about the storm and the waves of the year before they moved"], "They told us about the storm and the waves…"),
        (["i met Anna from NASA."], "I met Anna from NASA"),
        // Little was said.
        (["Okay."], "Okay"), (["Yeah.", "Mhm."], "Yeah"), (["4.", "Four tickets."], "Four tickets"),
        // Words without blanks.
        (["今天天气很好，我们走吧。"], "今天天气很好，我们走吧"),
        (["天气很好，" + String(repeating: "我们去公园走走", count: 9) + "。"], "天气很好"),
        (["昨日は友達と一緒に新しいレストランで美味しい料理をたくさん食べて帰りました。"], "昨日は友達と一緒に新しいレストランで美味しい料理をたくさん…"),
        (["วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะใกล้บ้านกับเพื่อนสนิทของฉันทุกคนเลย"], "วันนี้อากาศดีมาก"),
    ]) func `is a clause of it`(_ texts: [String], title: String) throws {
        #expect(try #require(ExtractiveSummary(of: texts)).title == title)
    }

    @Test func `begins where a sentence begins, whatever a segment or a full stop cuts`() throws {
        let texts = [
            "At the gate we met the daughters of Mr.", "Hale, as he returned from the market with two baskets.", "The baskets had market cheese.",
        ]
        #expect(try #require(ExtractiveSummary(of: texts)).title == "The baskets had market cheese")
        let names = SpokenSentence.all(of: ["He is Franklin D. Roosevelt. Dr. Vance knew him. Take vitamin C. So do I. Yes."])
        #expect(names.map(\.text) == ["He is Franklin D. Roosevelt.", "Dr. Vance knew him.", "Take vitamin C.", "So do I.", "Yes."])
        // An engine without punctuation begins with each segment.
        #expect(SpokenSentence.all(of: ["we went home", "the cat was ill"]).map(\.isBeginning) == [true, true])
        #expect(SpokenSentence.all(of: ["we went home. and then", "the cat was ill."]).map(\.isBeginning) == [true, true, false])
    }

    /// Texts of frequent words, and titles that were made of them before: lists of words.
    @Test(arguments: ["oft times requires heroic", "der hinter diesem portal", "observed cluster mountains 000"])
    func `is no list of words`(_ words: String) throws {
        let sentence = words.split(separator: " ").map { "\($0) and some more of it that nobody would put into a title at all" }.joined(
            separator: ", ")
        let title = try #require(ExtractiveSummary(of: [sentence, sentence])?.title)
        #expect(title.lowercased().hasPrefix(String(words.prefix { $0 != " " })) && title.hasSuffix("…"), "\(title)")
        #expect(sentence.hasPrefix(title.dropLast().lowercased()) && sentence.dropFirst(title.count - 1).first == " ", "\(title)")
    }

    @Test(arguments: [["1 2 3."], ["12:30.", "4"], ["55"]])
    func `is none where only numbers are`(_ texts: [String]) throws {
        #expect(try #require(ExtractiveSummary(of: texts)).title == nil)
    }
}
