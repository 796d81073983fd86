import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The index of words in SQLite` {
    private let folder = TemporaryFolder()

    // MARK: Writing

    /// All that the index consists of.
    private func content(of database: SQLiteDatabase) async throws -> [String] {
        try await database.read { (connection) throws(StoreError) in
            var content: [String] = []
            try connection.run("SELECT id || ' ' || hex(block) FROM segment_words_data ORDER BY id") { (row) throws(StoreError) in
                content.append(row.text(0) ?? "")
            }
            return content
        }
    }

    /// A change of who speaks.
    enum Change: CaseIterable, Sendable {
        case forgetPerson, forgetVoice, namePerson, nameUser, assign, hear, mergePeople, mergeVoices, mergeConversations, splitConversation

        fileprivate func make(in store: any ConversationStores) async throws -> Bool {
            let c1 = ID<Conversation>("c1"), c2 = ID<Conversation>("c2"), v1 = ID<Voice>("v1"), v2 = ID<Voice>("v2")
            switch self {
            case .forgetPerson: return try await store.delete(ID<Person>("p1"), of: .ann)
            case .forgetVoice: return try await store.delete(v2, of: .ann)
            case .namePerson: return try await store.setOwner(.person(ID("p2")), of: v1, of: .ann)
            case .nameUser: return try await store.setOwner(.user, of: v2, of: .ann)
            case .assign:
                return try await store.assign([ID("s1"), ID("s3")], in: c1, to: .person(ID("p2")), namingVoices: false, of: .ann) != nil
            case .hear: return try await store.write(ConversationUpdate(c1, changed: [.said("s3", "the pier", at: 2, .voice(v2))]), of: .ann)
            case .mergePeople: return try await store.merge(ID<Person>("p2"), into: ID("p1"), of: .ann)
            case .mergeVoices: return try await store.merge(v2, into: v1, of: .ann)
            case .mergeConversations: return try await store.merge(c2, into: c1, of: .ann) != nil
            case .splitConversation: return try await store.split(c1, at: ID("s2"), new: ID("c3"), of: .ann) != nil
            }
        }
    }

    @Test(arguments: Change.allCases) func `is not written when the speaker of segments changes`(change: Change) async throws {
        let directory = try DataDirectory(creating: folder.path), database = try SQLiteDatabase(in: directory)
        let store = SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { .at(0) })
        for (id, name) in [("p1", "Anna"), ("p2", "Otto")] {
            _ = try await store.add(Person(id: ID(id), name: name, created: .at(0)), reusing: false, of: .ann)
        }
        for (seed, owner) in [Voice.Owner.person(ID("p1")), .nobody].enumerated() {
            let voice = NewVoice(id: ID("v\(seed + 1)"), owner: owner, voiceprint: try .of(seed), evidence: .seconds(9), created: .at(0))
            _ = try await store.add(voice, of: .ann)
        }
        let voices = [SpeakerIdentity.Who.voice(ID("v1")), .voice(ID("v2")), .person(ID("p1"))]
        _ = try await store.begin(
            .of(.ann, "c1", .said("s1", "the harbour", at: 0, voices[0]), .said("s2", "the boat", at: 1, voices[1]), .said("s3", "the pier", at: 2)))
        _ = try await store.begin(
            .of(.ann, "c2", at: 90, .said("s4", "the harbour", at: 0, voices[2]), .said("s5", "the boat", at: 1, voices[1])))
        let before = try await content(of: database)
        #expect(try await change.make(in: store))
        try await store.settle()
        #expect(try await content(of: database) == before)
        _ = try await store.setText("the mast", of: ID("s1"), in: ID("c1"), of: .ann)
        #expect(try await content(of: database) != before)
    }

    // MARK: Searching

    private static let words = ["the", "harbour", "boat", "mast", "pier", "rope"]

    /// A hundred conversations in which "the" is in nearly each segment, "rope" in few; and in which `v1` speaks half of the time, `v3` seldom, and
    /// `v4` in one conversation only.
    private func fill(_ store: SQLConversationStore) async throws {
        var generator = SeededGenerator(seed: 55)
        for number in 1...4 {
            let voice = NewVoice(id: ID("v\(number)"), voiceprint: try .of(number), evidence: .seconds(9), created: .at(0))
            _ = try await store.add(voice, of: .ann)
        }
        for number in 0..<100 {
            var conversation = Conversation.of(number % 7 == 3 ? .bob : .ann, "c\(number)", at: Double(number) * 100)
            conversation.segments = (0..<20).map { index in
                let said = Self.words.indices.filter { $0 == 0 || Int.random(in: 0...$0 * $0, using: &generator) < 2 }.map { Self.words[$0] }
                let chance = Int.random(in: 0..<100, using: &generator)
                let who: SpeakerIdentity.Who =
                    if conversation.user == .bob { chance < 50 ? .user : .unknown } else if number == 40 { .voice(ID("v4")) } else {
                        switch chance {
                        case ..<50: .voice(ID("v1"))
                        case ..<70: .voice(ID("v2"))
                        case ..<72: .voice(ID("v3"))
                        case ..<80: .user
                        default: .unknown
                        }
                    }
                return .said("s\(index)", said.joined(separator: " "), at: Double(index), who)
            }
            _ = try await store.begin(conversation)
        }
    }

    @Test(arguments: TestMatrices.areWhole ? [1, 2, 7, 40, 100_000] : [7, 100_000])
    func `finds a speaker's words, after however many rows it goes by the speaker`(firstRows: Int) async throws {
        let directory = try DataDirectory(creating: folder.path), database = try SQLiteDatabase(in: directory)
        try await fill(SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { .at(0) }))
        let index = FTSWordIndex(speakerSearch: SpeakerWordSearch(firstRows: firstRows))
        let found = try database.makeReader(for: .words).runBlocking { (connection) throws(StoreError) in
            let ann = try connection.integer("SELECT number FROM archives WHERE user = 'ann'") ?? 0
            let all = (ann << 32)...(ann << 32 | 0xFFFF_FFFF), part = (ann << 32 | 300)...(ann << 32 | 1_100)
            let conversation = try connection.integer("SELECT number FROM conversations WHERE id = 'c41'")
            var found = 0
            for marks in [["v1"], ["v2"], ["v3"], ["v4"], ["u"], ["v3", "v4", "u"], ["v9"]] {
                for terms in [["the"], ["harbour"], ["rope"], ["the", "mast"], ["nothing"]] {
                    for most in [1, 5, 40, 5_000] {
                        for (rows, conversation) in [(all, nil), (part, nil), (all, conversation)] {
                            let selection = WordSelection(
                                all: terms, any: [], weights: terms.map { _ in 1 }, marks: marks, rows: rows,
                                conversations: conversation.map { [$0] },
                                most: most)
                            let hits = try index.select(selection, on: connection)
                            var expected: [Int64] = []
                            try connection.run(
                                """
                                SELECT number FROM segments WHERE number BETWEEN ?1 AND ?2 AND mark IN (SELECT value FROM json_each(?3))
                                AND NOT EXISTS (SELECT 1 FROM json_each(?4) w WHERE instr(text, w.value) = 0)
                                AND (?5 IS NULL OR conversation = ?5) ORDER BY number DESC LIMIT ?6
                                """,
                                [
                                    .integer(rows.lowerBound), .integer(rows.upperBound), .text(Self.list(marks)), .text(Self.list(terms)),
                                    .integer(conversation), .integer(most),
                                ]
                            ) { (row) throws(StoreError) in expected.append(row.integer(0) ?? 0) }
                            #expect(hits.map(\.number) == expected, "\(terms) of \(marks), at most \(most)")
                            #expect(hits.allSatisfy { $0.score > 0 })
                            found += hits.count
                        }
                    }
                }
            }
            return found
        }
        #expect(found > 1_000)
    }

    private static func list(_ texts: [String]) -> String { "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]" }

    // MARK: Migration

    /// Returns what a database that has the speakers in its index of words finds.
    private func earlier(_ expression: String, in database: SQLiteDatabase) async throws -> [Int64] {
        try await database.read { (connection) throws(StoreError) in
            var found: [Int64] = []
            try connection.run(
                "SELECT rowid FROM segment_words WHERE segment_words MATCH ? ORDER BY rowid DESC LIMIT 100", [.text(expression)]
            ) { (row) throws(StoreError) in found.append(row.integer(0) ?? 0) }
            return found
        }
    }

    @Test func `finds the same as it did when it had the speakers, also after a migration that was cut off`() async throws {
        let directory = try DataDirectory(creating: folder.path)
        let before = try #require(Migration.all.firstIndex { $0.statements.contains { $0.description.contains("segments_of_speakers") } })
        let searches = [["p1", "v1"], ["v21"], ["u"], ["p7", "v7", "v8"]].flatMap { marks in ["said", "word3", "word77"].map { (marks, $0) } }
        var expected: [[Int64]] = [], conversations: Set<Int64> = []
        do {
            let database = try SQLiteDatabase(in: directory, migrations: Array(Migration.all.prefix(before)))
            try await database.fill(with: .small, without: "session_gaps")
            for (marks, word) in searches {
                expected.append(try await earlier("text : \(word) AND mark : (\(marks.joined(separator: " OR ")))", in: database))
            }
            conversations = try await numbers("SELECT conversation FROM conversation_marks WHERE mark IN ('p1', 'v1')", in: database)
        }
        #expect(throws: StoreError.self) {
            try SQLiteDatabase(in: directory, migrations: Migration.all.prefix(before + 1) + [Migration("INSERT INTO nowhere VALUES (1)")])
        }
        do {
            let database = try SQLiteDatabase(in: directory, migrations: Array(Migration.all.prefix(before)))
            #expect(try await earlier("text : said AND mark : (p1 OR v1)", in: database) == expected[0])
        }
        let database = try SQLiteDatabase(in: directory)
        let found = try database.makeReader(for: .words).runBlocking { (connection) throws(StoreError) in
            var found: [[Int64]] = []
            for (marks, word) in searches {
                let selection = WordSelection(
                    all: [word], any: [], weights: [1], marks: marks, rows: 0...Int64.max, conversations: nil, most: 100)
                found.append(try FTSWordIndex().select(selection, on: connection).map(\.number))
            }
            return found
        }
        #expect(found == expected && expected.contains { $0.count == 100 } && expected.contains { !$0.isEmpty && $0.count < 100 })
        #expect(try await numbers("SELECT conversation FROM segments WHERE mark IN ('p1', 'v1')", in: database) == conversations)
        #expect(!conversations.isEmpty)
    }

    private func numbers(_ statement: StaticString, in database: SQLiteDatabase) async throws -> Set<Int64> {
        try await database.read { (connection) throws(StoreError) in
            var numbers: Set<Int64> = []
            try connection.run(statement) { (row) throws(StoreError) in numbers.insert(row.integer(0) ?? 0) }
            return numbers
        }
    }
}
