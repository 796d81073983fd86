import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `A search of conversations` {
    private let folder = TemporaryFolder()

    private func find(
        _ store: any ConversationStores, _ query: SearchQuery, of user: ID<User> = .ann, _ embedding: (any TextEmbedding)? = WordBag()
    ) async throws -> [String] {
        try await store.search(query, embedding: embedding, of: user).hits.map { "\($0.conversation)/\($0.segment)" }
    }

    private func words(_ text: String, speaker: Voice.Owner = .nobody) -> SearchQuery { SearchQuery(text, by: .words, speaker: speaker) }

    @Test(arguments: StoreKind.allCases) func `finds words whatever their case, accents and endings, the best first`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(
            .of(
                .ann, "c1", .said("s1", "We talked about many things, and a café too", at: 0), .said("s2", "The cafés!", at: 2),
                .said("s3", "A café in the harbour", at: 4), .said("s4", "nothing", at: 6)))
        #expect(try await find(store, words("CAFE")) == ["c1/s2", "c1/s3", "c1/s1"])
        #expect(try await find(store, words("harbours cafe")) == ["c1/s3", "c1/s2", "c1/s1"])
        #expect(try await find(store, words("harbours nonesuch")) == ["c1/s3"])
        #expect(try await find(store, words("nonesuch")) == [])
    }

    @Test(
        arguments: [
            ("天气", ["c1/s1"]), ("气", ["c1/s1"]), ("今天下雨", []), ("\"今天 天气\"", ["c1/s1"]), ("天气 iphone", ["c1/s3", "c1/s1"]),
            ("我想知道天气怎么样", ["c1/s1"]), ("東京", ["c1/s2"]), ("とうきょう", []), ("อากาศ", ["c1/s4"]), ("iPhone手机", ["c1/s3"]), ("서울", ["c1/s5"]),
        ], StoreKind.allCases)
    func `finds words of scripts that are written without spaces`(one: (text: String, expected: [String]), kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(
            .of(
                .ann, "c1", .said("s1", "今天天气很好，我们出去走走。", at: 0), .said("s2", "明日は東京に行きます。", at: 2),
                .said("s3", "我的 iPhone 手机丢了。", at: 4), .said("s4", "วันนี้อากาศดีมาก", at: 6), .said("s5", "저는 서울 사람입니다.", at: 8)))
        #expect(try await find(store, words(one.text)) == one.expected)
    }

    @Test(arguments: StoreKind.allCases) func `marks what was found in a script without spaces, and shows no more of it than of others`(
        kind: StoreKind
    ) async throws {
        let store = try kind.open(in: folder)
        let long = String(repeating: "我们去公园走走。", count: 20)
        _ = try await store.begin(.of(.ann, "c1", .said("s1", long + "今天天气很好。" + long)))
        let hit = try #require(try await store.search(words("天气"), embedding: nil, of: .ann).hits.first)
        #expect(hit.snippet.pieces.filter(\.isHit).map(\.text) == ["天气"])
        #expect(hit.snippet.pieces.map(\.text).joined().count < 50)
        #expect(try await store.setText("别的", of: ID("s1"), in: ID("c1"), of: .ann) != nil)
        #expect(try await find(store, words("天气")) == [])
        #expect(try await find(store, words("别的")) == ["c1/s1"])
    }

    @Test(arguments: StoreKind.allCases) func `shows a sentence of any script as it is written`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for (index, sample) in ScriptSample.all.enumerated() {
            // A user of one's own: the samples have words in common.
            let user = ID<User>("user-\(index)")
            _ = try await store.begin(.of(user, "c\(index)", .said("s", sample.text)))
            let word = try #require(sample.words.filter { $0.allSatisfy { $0.isLetter || $0.isNumber } }.max { $0.count < $1.count })
            let hit = try #require(try await store.search(words(word), embedding: nil, of: user).hits.first, "\(sample)")
            let shown = hit.snippet.text.filter { $0 != "…" }
            #expect(sample.text.contains(shown) && shown.contains(word), "\(sample): \(shown)")
            let marked = hit.snippet.pieces.filter(\.isHit).map(\.text).joined()
            #expect(marked.contains(word), "\(sample): \(marked)")
        }
    }

    @Test(
        arguments: [
            // The words of an index are scalars here: a letter without its marks is found too.
            ("ว", "วันนี้อากาศดี", "[วั]นนี้อากาศดี"), ("นน", "วันนี้อากาศดี", "วั[นนี้]อากาศดี"),
            ("ថង", "ថ្ងៃនេះ", nil), ("ថ", "ថ្ងៃនេះ", "[ថ្]ងៃនេះ"),
        ], StoreKind.allCases)
    func `shows a letter whole with its marks`(one: (query: String, text: String, shown: String?), kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", .said("s1", one.text)))
        #expect(try await store.search(words(one.query), embedding: nil, of: .ann).hits.first?.snippet.marked("[", "]") == one.shown)
        // The excerpt of a long text begins and ends with whole letters too.
        let long = String(repeating: "นี้", count: 40) + one.text + String(repeating: "นี้", count: 40)
        _ = try await store.begin(.of(.ann, "c2", .said("s1", long)))
        for hit in try await store.search(words(one.query), embedding: nil, of: .ann).hits where hit.conversation == ID("c2") {
            let text = hit.snippet.text
            #expect(text.hasPrefix("…") && text.hasSuffix("…") && long.contains(text.dropFirst().dropLast()), "\(text)")
        }
    }

    @Test(arguments: StoreKind.allCases) func `finds segments of conversations with a gap, by words and by meaning`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 1...3 {
            let id = ID<Conversation>("c\(number)"), session = ID<Session>("session\(number)")
            _ = try await store.begin(.of(.ann, id.rawValue, at: Double(number), .said("s\(number)", "a red car", at: 0, .user)))
            let window = TextWindow(start: .zero, end: .seconds(3), segments: [ID("s\(number)")], vector: try await WordBag().embed(["a red car"])[0])
            #expect(try await store.setWindows([window], model: WordBag().model, of: id, of: .ann))
            #expect(try await store.join(SessionPart(session: session, conversation: id, begins: .zero, shift: .zero), of: .ann))
        }
        for by in [SearchQuery.By.words, .meaning, .both] {
            #expect(try await find(store, SearchQuery("car", by: by, hasGaps: true)) == [])
        }
        try await store.setGaps([ID("session1"): [Duration.zero..<Duration.seconds(1)], ID("session3"): [Duration.seconds(1)..<Duration.seconds(2)]])
        for by in [SearchQuery.By.words, .meaning, .both] {
            #expect(try await find(store, SearchQuery("car", by: by)).count == 3)
            #expect(try await find(store, SearchQuery("car", by: by, hasGaps: true)).sorted() == ["c1/s1", "c3/s3"])
            #expect(try await find(store, SearchQuery("car", by: by, speaker: .user, hasGaps: true)).sorted() == ["c1/s1", "c3/s3"])
            #expect(try await find(store, SearchQuery("car", by: by, from: .at(2), hasGaps: true)) == ["c3/s3"])
            #expect(try await find(store, SearchQuery("car", by: by, in: ID("c1"), hasGaps: true)) == ["c1/s1"])
            #expect(try await find(store, SearchQuery("car", by: by, in: ID("c2"), hasGaps: true)) == [])
        }
    }

    @Test(arguments: StoreKind.allCases) func `finds segments of one conversation, by words and by meaning`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", .said("s1", "a red car", at: 0), .said("s2", "a red house", at: 2)))
        _ = try await store.begin(.of(.ann, "c2", .said("s3", "a red car", at: 0)))
        for (id, segments) in [("c1", ["s1", "s2"]), ("c2", ["s3"])] {
            let vector = try await WordBag().embed(["a red car"])[0]
            let window = TextWindow(start: .zero, end: .seconds(3), segments: segments.map { ID($0) }, vector: vector)
            #expect(try await store.setWindows([window], model: WordBag().model, of: ID(id), of: .ann))
        }
        for by in [SearchQuery.By.words, .both] {
            #expect(Set(try await find(store, SearchQuery("car", by: by))).isSuperset(of: ["c1/s1", "c2/s3"]))
            #expect(try await find(store, SearchQuery("car", by: by, in: ID("c2"))) == ["c2/s3"])
            #expect(try await find(store, SearchQuery("car", by: by, in: ID("none"))) == [])
        }
        #expect(Set(try await find(store, SearchQuery("car", by: .meaning, in: ID("c1")))).isSubset(of: ["c1/s1", "c1/s2"]))
        #expect(try await find(store, SearchQuery("house", by: .words, in: ID("c2"))) == [])
        #expect(try await find(store, SearchQuery("car", in: ID("c1")), of: .bob) == [])
    }

    @Test(arguments: StoreKind.allCases) func `finds phrases where the words stand together`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(
            .of(.ann, "c1", .said("s1", "the red car of my sister", at: 0), .said("s2", "my sister's car is red", at: 2)))
        #expect(try await find(store, words("\"red car\"")) == ["c1/s1"])
        #expect(try await find(store, words("\"is red\" sister")) == ["c1/s2"])
        #expect(try await find(store, words("\"red car")) == ["c1/s1"])
        #expect(try await find(store, words("\"red car\" nonesuch")) == ["c1/s1"])
        #expect(try await find(store, words("\"car red\" sister")) == [])
        #expect(try await find(store, words("sister's")) == ["c1/s2"])
    }

    @Test(
        arguments: [
            "", "  ", "\"", "\"\"", "'; DROP TABLE segments; --", "text : car", "car AND", "NEAR(car red)", "car*", "^car", "{text mark} : v1",
            "-car",
            "car\0", "\u{F8E8}", "*", "(", "mark:v1", "💡", String(repeating: "car ", count: 2_000), String(repeating: "x", count: 100_000),
        ], StoreKind.allCases) func `takes every text for words`(text: String, kind: StoreKind) async throws
    {
        let store = try kind.open(in: folder)
        let voice = try await store.add(NewVoice(id: ID("v"), voiceprint: .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        try await store.keep(.of(.ann, "c1", .said("s1", "a red car", .voice(voice.id))))
        let found = try await find(store, words(text))
        #expect(found == [] || found == ["c1/s1"])
        _ = try await find(store, SearchQuery(text))
        #expect(try await find(store, words("red")) == ["c1/s1"])
    }

    @Test(arguments: StoreKind.allCases) func `shows where to jump to, and what was found`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let anna = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        var conversation = Conversation.of(
            .ann, "c1", at: 7, .said("s1", "one"), .said("s2", "She bought <two> red cars.", at: 62.5, speaker: 3, .person(anna.id)))
        conversation.title = "Shopping"
        _ = try await store.begin(conversation)
        let hit = try #require(try await store.search(words("car red"), embedding: nil, of: .ann).hits.first)
        #expect(hit.conversation == ID("c1") && hit.segment == ID("s2") && hit.start == .seconds(62.5) && hit.started == .at(7))
        #expect(hit.title == "Shopping" && hit.speaker == SpeakerNumber(3) && hit.who == .person(anna.id) && hit.score > 0)
        #expect(hit.snippet.marked("[", "]") == "She bought <two> [red] [cars].")
        #expect(hit.snippet.text == "She bought <two> red cars.")
        let escaped = hit.snippet.marked("<b>", "</b>") { String($0.flatMap { $0 == "<" ? "&lt;" : $0 == ">" ? "&gt;" : String($0) }) }
        #expect(escaped == "She bought &lt;two&gt; <b>red</b> <b>cars</b>.")
        let long = (0..<500).map { $0 == 250 ? "needle" : "hay" }.joined(separator: " ")
        _ = try await store.write(ConversationUpdate(ID("c1"), changed: [.said("s3", long)]), of: .ann)
        let snippet = try #require(try await store.search(words("needle"), embedding: nil, of: .ann).hits.first).snippet
        #expect(
            snippet.marked("[", "]").contains("[needle]") && snippet.text.count < 200 && snippet.text.hasPrefix("…") && snippet.text.hasSuffix("…"))
    }

    @Test(arguments: StoreKind.allCases) func `finds what means the same`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.keep(.of(.ann, "c1", .said("s1", "we should buy that car"), .said("s2", "the weather is fine", at: 2)))
        try await store.keep(.of(.ann, "c2", .said("s1", "my doctor has no time")))
        #expect(try await find(store, SearchQuery("purchase automobile", by: .meaning)).first == "c1/s1")
        #expect(try await find(store, SearchQuery("purchase automobile")).first == "c1/s1")
        #expect(try await find(store, SearchQuery("physician")).first == "c2/s1")
        #expect(try await find(store, words("physician")) == [])
        // What is quoted is wanted as it is.
        #expect(try await find(store, SearchQuery("\"physician\"")) == [])
        // What counts for both comes before what counts for one.
        try await store.keep(.of(.ann, "c3", .said("s1", "a physician")))
        #expect(try await find(store, SearchQuery("physician")).prefix(2) == ["c3/s1", "c2/s1"])
        #expect(try await find(store, SearchQuery("physician"), nil) == ["c3/s1"])
        #expect(try await find(store, SearchQuery("physician"), WordBag(model: "another")) == ["c3/s1"])
        #expect(try await find(store, SearchQuery("physician"), Broken()) == ["c3/s1"])
    }

    @Test(arguments: StoreKind.allCases) func `finds one user's only`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for user in [ID<User>.ann, .bob] {
            try await store.keep(.of(user, "c-\(user)", .said("s1", "a red car of \(user)")))
        }
        for by in [SearchQuery.By.words, .meaning, .both] {
            #expect(try await find(store, SearchQuery("red car", by: by), of: .ann) == ["c-ann/s1"])
            #expect(try await find(store, SearchQuery("red car", by: by), of: .bob) == ["c-bob/s1"])
            #expect(try await find(store, SearchQuery("red car", by: by), of: ID("nobody")) == [])
        }
        #expect(try await find(store, SearchQuery("red car", speaker: .person(ID("p1")))) == [])
    }

    @Test(arguments: [SearchQuery.By.words, .meaning, .both], StoreKind.allCases)
    func `can be cut by time and by who speaks`(by: SearchQuery.By, kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let anna = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        let voice = try await store.add(NewVoice(id: ID("v1"), voiceprint: .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        let who: [SpeakerIdentity.Who] = [.user, .voice(voice.id), .person(anna.id), .unknown]
        // The oldest comes last.
        for (number, time) in [50.0, 20, 80, 10].enumerated() {
            try await store.keep(
                .of(
                    .ann, "c\(number)", at: time, .said("s0", "red car", at: 0, who[number]),
                    .said("s1", "red bicycle", at: 2)))
        }
        func cut(from: Double? = nil, to: Double? = nil, _ speaker: Voice.Owner = .nobody) async throws -> Set<String> {
            let query = SearchQuery("red car", by: by, speaker: speaker, from: from.map { .at($0) }, to: to.map { .at($0) })
            return Set(try await find(store, query).filter { $0.hasSuffix("s0") })
        }
        #expect(try await cut() == ["c0/s0", "c1/s0", "c2/s0", "c3/s0"])
        #expect(try await cut(from: 20, to: 80) == ["c0/s0", "c1/s0"])
        #expect(try await cut(from: 51) == ["c2/s0"])
        #expect(try await cut(to: 20) == ["c3/s0"])
        #expect(try await cut(from: 90) == [])
        #expect(try await cut(from: 80, to: 20) == [])
        #expect(try await cut(.user) == ["c0/s0"])
        #expect(try await cut(.person(anna.id)) == ["c2/s0"])
        #expect(try await store.setOwner(.person(anna.id), of: voice.id, of: .ann))
        #expect(try await cut(.person(anna.id)) == ["c1/s0", "c2/s0"])
        #expect(try await cut(to: 40, .person(anna.id)) == ["c1/s0"])
        #expect(try await find(store, SearchQuery("bicycle", by: by, speaker: .user)).allSatisfy { $0 == "c0/s0" })
    }

    @Test(arguments: StoreKind.allCases) func `follows edits, removals, merges and deletions`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let id = ID<Conversation>("c1")
        try await store.keep(.of(.ann, "c1", .said("s1", "a red car"), .said("s2", "a green boat", at: 2)))
        try await store.keep(.of(.ann, "c2", .said("s3", "a blue train")))
        #expect(try await find(store, SearchQuery("boat")).first == "c1/s2")
        _ = try await store.setText("a yellow plane", of: ID("s1"), in: id, of: .ann)
        #expect(try await find(store, words("car")) == [])
        #expect(try await find(store, SearchQuery("automobile", by: .meaning)) == [])
        #expect(try await find(store, words("plane")) == ["c1/s1"])
        _ = try await store.write(ConversationUpdate(id, removed: [ID("s2")]), of: .ann)
        #expect(try await find(store, words("boat")) == [])
        _ = try await store.merge(ID("c2"), into: id, of: .ann)
        #expect(try await find(store, words("train")) == ["c1/s3"])
        let merged = try #require(try await store.conversation(id, of: .ann))
        _ = try await store.setWindows(WordBag().windows(of: merged), model: "words", of: id, of: .ann)
        #expect(try await find(store, SearchQuery("blue train", by: .meaning)).first == "c1/s3")
        _ = try await store.delete(id, of: .ann)
        for query in ["plane", "train", "blue train", "a"] { #expect(try await find(store, SearchQuery(query)) == []) }
        try await store.settle()
        #expect(try await find(store, SearchQuery("train")) == [])
    }

    @Test(arguments: StoreKind.allCases) func `comes in pages without gaps or doubles`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 0..<15 { try await store.keep(.of(.ann, "c\(number)", .said("s", "red car \(number)"), .said("t", "red boat", at: 2))) }
        var seen: [String] = [], query = SearchQuery("red car", limit: 4)
        repeat {
            let page = try await store.search(query, embedding: WordBag(), of: .ann)
            seen += page.hits.map { "\($0.conversation)/\($0.segment)" }
            query.cursor = page.next
        } while query.cursor != nil
        #expect(seen.count == 30 && Set(seen).count == 30)
        #expect(seen.prefix(15).allSatisfy { $0.hasSuffix("/s") })
        for cursor in ["", "!", "-1", "zzzzzzzzzzzzzz"] {
            #expect(try await store.search(SearchQuery("red", cursor: cursor), embedding: nil, of: .ann) == SearchPage(hits: [], next: nil))
        }
        #expect(try await store.search(SearchQuery("red", limit: .max), embedding: nil, of: .ann).hits.count == 30)
        #expect(try await store.search(SearchQuery("red", limit: -1), embedding: nil, of: .ann).hits.count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `ranks by rare words and takes the newest of common ones`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        var conversation = Conversation.of(.ann, "c1")
        conversation.segments = (0..<3_000).map { .said("s\($0)", "common words" + ($0 == 40 ? " rare" : ""), at: Double($0)) }
        _ = try await store.begin(conversation)
        #expect(try await find(store, words("common")).prefix(2) == ["c1/s2999", "c1/s2998"])
        #expect(try await find(store, words("common rare")).first == "c1/s40")
        #expect(try await find(store, words("common rare nowhere")).first == "c1/s40")
        #expect(try await find(store, SearchQuery("common", by: .words, limit: 100)).count == 100)
    }

    @Test(arguments: [99, 150], StoreKind.allCases) func `tells that it ended at its limit, on every page`(count: Int, kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        var conversation = Conversation.of(.ann, "c1")
        conversation.segments = (0..<count).map { .said("s\($0)", "harbour", at: Double($0)) }
        _ = try await store.begin(conversation)
        var query = SearchQuery("harbour", by: .words, limit: 60), found = 0
        repeat {
            let page = try await store.search(query, embedding: nil, of: .ann)
            #expect(page.isCapped == (count > SearchQuery.maxHits))
            found += page.hits.count
            query.cursor = page.next
        } while query.cursor != nil
        #expect(found == min(count, SearchQuery.maxHits))
    }

    private struct Broken: TextEmbedding {
        struct Failure: Error {}
        let model = "words", dimensions = 384
        func embed(_ texts: [String]) async throws -> [[Float]] { throw Failure() }
    }
}
