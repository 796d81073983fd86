import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.needs(PostgresServer.programs != nil, "the package postgresql is not installed"), .hangLimit)
struct `A copy of a database in another one` {
    private let folder = TemporaryFolder()
    private let copies = TemporaryFolder()

    private func sqlite(_ folder: TemporaryFolder) throws -> SQLiteDatabase { try SQLiteDatabase(in: DataDirectory(creating: folder.path)) }

    private func postgres() throws -> PostgresDatabase { try PostgresDatabase(at: StoreKind.address(of: folder)) }

    private func store(_ database: any SQLDatabase) throws -> SQLConversationStore {
        SQLConversationStore(in: database, audio: Blobs(in: try DataDirectory(creating: folder.path)).audio, now: { .at(0) })
    }

    private func fill(_ database: any SQLDatabase) async throws {
        let conversations = try store(database)
        for user in [ID<User>.ann, ID("bob")] {
            _ = try await conversations.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: user)
            for (number, owner) in [(1, Voice.Owner.nobody), (2, .person(ID("p1")))] {
                let print = try #require(Voiceprint((0..<8).map { Float($0 * number + 1) }, model: "m"))
                _ = try await conversations.add(
                    NewVoice(id: ID("v\(number)"), owner: owner, voiceprint: print, evidence: .seconds(9), created: .at(0)), of: user)
            }
            // The first voice refers to a later one.
            #expect(try await conversations.merge(ID<Voice>("v1"), into: ID<Voice>("v2"), of: user))
            for number in 0..<30 {
                var conversation = Conversation.of(user, "c\(number)", at: Double(number))
                conversation.segments = (0..<100).map {
                    Segment.said(
                        "s\($0)", "Über 今天天气 it's word\($0) of \(number)", at: Double($0), $0 % 2 == 0 ? .voice(ID("v1")) : .person(ID("p1")))
                }
                _ = try await conversations.begin(conversation)
            }
            try await conversations.set("name", to: "a\0b", of: user)
        }
        let jobs = SQLJobQueue(in: database)
        _ = try await jobs.add(.of("a1", .ann), most: 9, hasNotice: true)
        var generator = SeededGenerator(seed: 1)
        let usage = SQLUsageStore(in: database)
        try await usage.note((0..<200).map { .random($0, by: &generator) })
        try await usage.bookAll()
    }

    @Test func `has the same rows, there and back, and the stores go on in each`() async throws {
        let source = try sqlite(folder), middle = try postgres(), end = try sqlite(copies)
        try await fill(source)
        let first = try await StoreTransfer.copy(from: source, to: middle)
        #expect(first.rows > 6_200)
        let second = try await StoreTransfer.copy(from: middle, to: end)
        #expect(second == first)
        for database in [middle as any SQLDatabase, end] {
            let conversations = try store(database)
            let phrase = try await conversations.search(SearchQuery("\"word7 of 12\""), embedding: nil, of: .ann)
            #expect(phrase.hits.map(\.conversation) == [ID("c12")])
            #expect(try await conversations.search(SearchQuery("天气"), embedding: nil, of: .ann).hits.isEmpty == false)
            #expect(try await conversations.begin(.of(.ann, "new", .said("s1", "hello again"))))
            #expect(try await conversations.search(SearchQuery("hello"), embedding: nil, of: .ann).hits.map(\.conversation) == [ID("new")])
            #expect(try await conversations.begin(.of(ID("carl"), "c", .said("s1", "hello"))))
            #expect(try await SQLJobQueue(in: database).add(.of("a2", .ann), most: 9, hasNotice: false))
            #expect(try await StoreTransfer.checksum(of: database) != first)
        }
    }

    @Test func `is not made over rows that are there`() async throws {
        let source = try sqlite(folder), target = try postgres()
        try await fill(source)
        _ = try await SQLJobQueue(in: target).add(.of("mine", .ann), most: 9, hasNotice: false)
        let before = try await StoreTransfer.checksum(of: target)
        await #expect(throws: StoreError.conflict("the database to copy to is not empty: it has rows in jobs")) {
            try await StoreTransfer.copy(from: source, to: target)
        }
        #expect(try await StoreTransfer.checksum(of: target) == before)
    }

    /// Every table of the SQLite schema is copied, but those that follow from others.
    @Test func `leaves out no table and no column`() async throws {
        let database = try sqlite(folder)
        let found = try await database.read { (connection) throws(StoreError) in
            var found: Set<String> = []
            try connection.run(
                """
                SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE 'segment_words%'
                AND t.name <> 'migrations'
                """
            ) { (row) throws(StoreError) in if let name = row.text(0) { found.insert(name) } }
            return found
        }
        // The mark follows from the speaker, and translations are empty.
        #expect(found.subtracting(StoreTransfer.columns) == ["segments.mark", "segments.translations"])
        #expect(StoreTransfer.columns.subtracting(found).isEmpty)
    }
}
