import Conversations
import Foundation
import HarkenTesting
import Speech
import Testing

@testable import Store

@Suite(.hangLimit) struct `Deleted conversations` {
    private let folder = TemporaryFolder()
    private let id = ID<Conversation>("gone")

    private func database(_ kind: StoreKind) throws -> any SQLDatabase { try kind.database(in: folder) }

    private func store(_ database: any SQLDatabase) throws -> SQLConversationStore {
        SQLConversationStore(in: database, audio: Blobs(in: try DataDirectory(creating: folder.path)).audio, now: { .at(5) })
    }

    private func open(_ kind: StoreKind = .sqlite) throws -> SQLConversationStore { try store(database(kind)) }

    private func audio(_ file: String) -> StoredAudio {
        StoredAudio(file: file, start: .zero, duration: .seconds(9), byteCount: 3, created: .at(1))
    }

    /// Stores a conversation with rows in each table that has rows of conversations, and another one that stays.
    private func fill(_ database: any SQLDatabase) async throws -> SQLConversationStore {
        let store = try store(database)
        _ = try await store.add(Person(id: ID("p1"), name: "Annabella", created: .at(0)), reusing: false, of: .ann)
        for (number, owner) in [(1, Voice.Owner.nobody), (2, .person(ID("p1"))), (3, .nobody)] {
            _ = try await store.add(
                NewVoice(id: ID("v\(number)"), owner: owner, voiceprint: try .of(number), evidence: .seconds(9), created: .at(0)), of: .ann)
        }
        _ = try await store.begin(
            .of(
                .ann, "gone", status: .processing, .said("s1", "the xylophonic harbour", speaker: 1, .voice(ID("v1"))),
                .said("s2", "Über \"quotes\" \\ and 🙂 今天天气", at: 2, .person(ID("p1"))), .said("s3", "nobody knows", at: 4),
                .said("s4", "I do", at: 6, .user)))
        var update = ConversationUpdate(id, status: .completed, title: "Zanzibar", summary: "Wednesbury")
        update.delivery = ID("d1")
        #expect(try await store.write(update, of: .ann))
        _ = try await store.begin(
            .of(.ann, "other", .said("s1", "an ordinary day", .voice(ID("v3"))), .said("s2", "so it is", at: 2, .person(ID("p1")))))
        #expect(try await store.join(SessionPart(session: ID("session"), conversation: id, begins: .zero, shift: .zero), of: .ann))
        let window = TextWindow(start: .zero, end: .seconds(7), segments: [ID("s1"), ID("s2")], vector: [0.6, -0.8, 0, 0, 0, 0, 0, 0])
        #expect(try await store.setWindows([window], model: "m", of: id, of: .ann))
        try FileManager.default.createDirectory(atPath: folder.path(of: "audio"), withIntermediateDirectories: true)
        _ = try folder.write(Array("quagmires".utf8), as: "audio/a.opus")
        #expect(try await store.add(audio("a.opus"), to: id, of: .ann))
        let sample = SpeechSample(id: ID("x"), owner: .person(ID("p1")), duration: .seconds(9), voiceprint: try .of(2), created: .at(0))
        #expect(try await store.add(sample, of: .ann))
        let recording = StoredRecording(user: .ann, conversation: "gone", state: "open", language: .english)
        #expect(try await SQLChunkStore(in: database).begin(recording, now: .at(0)))
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                """
                INSERT INTO speech_sample_sources (sample, segment) SELECT l.number, s.number FROM speech_samples l, segments s
                JOIN conversations c ON c.number = s.conversation WHERE c.id = 'gone' AND s.id = 's2'
                """)
            try connection.run(
                """
                INSERT INTO rejected_enrollments (conversation, person, evidence)
                SELECT c.number, p.number, -7 FROM conversations c, people p WHERE c.id = 'gone'
                """)
            try connection.run(
                """
                INSERT INTO background_chunks (user, conversation, chunk, hash, start_at, length, run, record, accepted_at)
                VALUES ('ann', 'gone', 'k1', 'h', 0, 1, 'r', '{"words":"jabberwocks"}', 1)
                """)
        }
        return store
    }

    /// All rows but those of deletions. Numbers that a database gives anew are left out.
    private func rows(_ database: any SQLDatabase) async throws -> [String: [String]] {
        try await database.read { (connection) throws(StoreError) in
            var all: [String: [String]] = [:]
            for table in StoredTable.all {
                let name = table.name.description
                guard !name.hasPrefix("deleted_"), !["archives", "erasures"].contains(name) else { continue }
                var rows: [String] = []
                try table.read(on: connection) { (values) throws(StoreError) in
                    var row = KeptRow(values, of: table)
                    if ["conversation_audio", "webhook_deliveries"].contains(name) { row.leaveOut("number") }
                    rows.append(row.text)
                }
                all[name] = rows.sorted()
            }
            return all
        }
    }

    private func count(_ query: StaticString, in database: any SQLDatabase) async throws -> Int64? {
        try await database.read { (connection) throws(StoreError) in try connection.integer(query) }
    }

    /// Number of rows about deletions.
    private func leftovers(_ database: any SQLDatabase) async throws -> Int64? {
        try await count(
            """
            SELECT (SELECT count(*) FROM deleted_conversations) + (SELECT count(*) FROM deleted_rows) + (SELECT count(*) FROM deleted_audio)
            + (SELECT count(*) FROM deleted_voices)
            """, in: database)
    }

    // MARK: Kept

    @Test(arguments: StoreKind.allCases) func `are gone for every reader, and come back as they were`(kind: StoreKind) async throws {
        let database = try database(kind), store = try await fill(database), before = try await rows(database)
        for table in KeptTable.all { #expect(before[table.table.name.description]?.isEmpty == false, "\(table.table.name) has rows") }
        #expect(KeptTable.all.count == 10)
        for _ in 0..<2 {
            #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == .kept)
            #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == nil)
            #expect(try await store.delete(id, of: .bob, keptUntil: .at(1_000)) == nil)
            try await expectNothing(in: store)
            let kept = DeletedConversation(
                id: id, title: "Zanzibar", started: .at(0), duration: .seconds(7), deleted: .at(5), keptUntil: .at(1_000), audioBytes: 3)
            #expect(try await store.deletedConversations(of: .ann, after: nil, limit: 9) == DeletedConversationPage(conversations: [kept]))
            #expect(try await store.deletedConversations(of: .bob, after: nil, limit: 9) == DeletedConversationPage())
            #expect(try await !store.restore(id, of: .bob))
            // The audio stays, whatever looks for files that nothing names.
            #expect(try await store.unnamed(["a.opus"]) == [])
            try await store.deleteUnnamedFiles()
            try await store.settle()
            #expect(FileManager.default.fileExists(atPath: folder.path(of: "audio/a.opus")))

            #expect(try await store.restore(id, of: .ann))
            #expect(try await !store.restore(id, of: .ann))
            let after = try await rows(database)
            for (table, rows) in before { #expect(after[table] == rows, "\(table)") }
            #expect(try await leftovers(database) == 0)
            #expect(try await store.search(SearchQuery("xylophonic"), embedding: nil, of: .ann).hits.map(\.segment) == [ID("s1")])
            #expect(try await store.search(SearchQuery("天气"), embedding: nil, of: .ann).hits.map(\.segment) == [ID("s2")])
            #expect(try await store.list(ConversationQuery(speaker: .person(ID("p1"))), of: .ann).conversations.count == 2)
        }
    }

    /// Expects that only the other conversation is found.
    private func expectNothing(in store: SQLConversationStore) async throws {
        #expect(try await store.conversation(id, of: .ann) == nil)
        #expect(try await store.status(of: id, of: .ann) == nil)
        #expect(try await store.list(ConversationQuery(), of: .ann).conversations.map(\.id) == [ID("other")])
        #expect(try await store.list(ConversationQuery(speaker: .user), of: .ann).conversations.isEmpty)
        #expect(try await store.listed([id], of: .ann).conversations.isEmpty)
        #expect(try await store.outlines(of: [id], of: .ann).isEmpty)
        #expect(try await store.lastCompleted(of: .ann) == ID("other"))
        for words in ["xylophonic", "天气", "harbour"] {
            #expect(try await store.search(SearchQuery(words), embedding: nil, of: .ann).hits.isEmpty, "\(words)")
        }
        #expect(try await store.voices(of: .ann).map(\.id) == [ID("v2"), ID("v3")])
        #expect(try await store.voiceCount(of: .ann) == VoiceCount(all: 2, unnamed: 1, heard: 0))
        #expect(try await store.excerpts(of: ID("v1"), limit: 9, of: .ann) == nil)
        #expect(try await store.audio(of: id, of: .ann).isEmpty)
        #expect(try await store.sessions(in: id, of: .ann).isEmpty)
        #expect(try await store.user(of: ID("session")) == nil)
        #expect(try await store.deliveries(DeliveryQuery(isGivenUp: false), of: .ann).deliveries.isEmpty)
        #expect(
            try await store.portableConversations(of: .ann, after: .start, limit: 9).elements == [ID("other")])
        // Nobody reads the words of its session, and nobody erases them.
        #expect(
            try await store.forgottenSpeech(of: nil) == [ForgottenSpeech(session: ID("session"), begins: .zero, mayComeBack: true)])
        try await store.pruneForgottenSpeech(before: .at(1_000))
        #expect(try await store.forgottenSpeech(of: nil).count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `are listed in pages, the last deleted first`(kind: StoreKind) async throws {
        let store = try open(kind)
        for number in 1...5 {
            _ = try await store.begin(.of(.ann, "c\(number)", .said("s", "hello")))
            #expect(try await store.delete(ID<Conversation>("c\(number)"), of: .ann, keptUntil: .at(9)) == .kept)
        }
        var found: [String] = [], cursor: String?
        repeat {
            let page = try await store.deletedConversations(of: .ann, after: cursor, limit: 2)
            found += page.conversations.map(\.id.rawValue)
            cursor = page.next
        } while cursor != nil
        #expect(found == ["c5", "c4", "c3", "c2", "c1"])
        #expect(try await store.deletedConversations(of: .ann, after: "none", limit: 2) == DeletedConversationPage())
    }

    @Test func `give way to another one with their id`() async throws {
        let store = try open()
        _ = try await store.begin(.of(.ann, "gone", .said("s", "the first")))
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(9)) == .kept)
        _ = try await store.begin(.of(.ann, "gone", .said("s", "the second")))
        await #expect(throws: StoreError.self) { try await store.restore(id, of: .ann) }
        #expect(try await store.conversation(id, of: .ann)?.segments.map(\.text) == ["the second"])
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(9)) == .kept)
        #expect(try await store.deletedConversations(of: .ann, after: nil, limit: 9).conversations.count == 1)
        #expect(try await store.restore(id, of: .ann))
        #expect(try await store.conversation(id, of: .ann)?.segments.map(\.text) == ["the second"])
    }

    @Test func `of more segments than one part has come back whole`() async throws {
        let database = try database(.sqlite), store = try store(database)
        var conversation = Conversation.of(.ann, "gone")
        conversation.segments = (0..<1_300).map { .said("s\($0)", "word\($0) of many", at: Double($0)) }
        _ = try await store.begin(conversation)
        let before = try await rows(database)
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(9)) == .kept)
        #expect(try await store.restore(id, of: .ann))
        #expect(try await rows(database) == before)
        #expect(try await store.delete(id, of: .ann))
        try await store.settle()
        #expect(try await leftovers(database) == 0)
    }

    @Test func `come back without chunks that were being recognized`() async throws {
        let database = try database(.sqlite), store = try await fill(database)
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "INSERT INTO background_chunks (user, conversation, chunk, hash, start_at, length) VALUES ('ann', 'gone', 'k2', 'h', 1, 1)")
        }
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(9)) == .kept)
        #expect(try await count("SELECT count(*) FROM background_chunks", in: database) == 0)
        #expect(try await SQLChunkStore(in: database).find("gone", of: .ann)?.state == "finished")
        #expect(try await store.restore(id, of: .ann))
        #expect(try await SQLChunkStore(in: database).accepted("gone", of: .ann, unless: "finished")?.map(\.id) == ["k1"])
        #expect(try await SQLChunkStore(in: database).underWay("gone", of: .ann) == 0)
    }

    // MARK: Who was forgotten meanwhile

    @Test(arguments: StoreKind.allCases) func `bring back no person who was forgotten`(kind: StoreKind) async throws {
        let database = try database(kind), store = try await fill(database)
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == .kept)
        #expect(try await store.delete(ID<Person>("p1"), of: .ann))
        for isSettled in [false, true] {
            if isSettled { try await store.settle() }
            #expect(try await store.restore(id, of: .ann))
            let restored = try #require(try await store.conversation(id, of: .ann))
            #expect(restored.segments.map(\.identity.who) == [.voice(ID("v1")), .unknown, .unknown, .user])
            #expect(restored.segments[1].identity == .unknown)
            #expect(try await store.people(of: .ann).isEmpty)
            #expect(try await store.voices(of: .ann).map(\.id) == [ID("v1"), ID("v3")])
            if !isSettled { #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == .kept) }
        }
        try await store.settle()
        #expect(try await count("SELECT count(*) FROM segments WHERE person IS NOT NULL", in: database) == 0)
        #expect(try await count("SELECT count(*) FROM people", in: database) == 0)
        #expect(try await count("SELECT count(*) FROM speech_sample_sources", in: database) == 0)
    }

    /// What happens to the second of two conversations with a voice, after both were deleted.
    enum SecondEnd: CaseIterable, Sendable { case restored, forGood }

    @Test(arguments: StoreKind.allCases, SecondEnd.allCases)
    func `keep a voice hidden until one of them is restored`(kind: StoreKind, end: SecondEnd) async throws {
        let database = try database(kind), store = try store(database)
        for (number, owner) in [(1, "v1"), (2, "v2")] {
            _ = try await store.add(
                NewVoice(id: ID(owner), owner: .nobody, voiceprint: try .of(number), evidence: .seconds(9), created: .at(0)), of: .ann)
        }
        #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
        let voices = try await store.voices(of: .ann)
        let one = ID<Conversation>("one"), two = ID<Conversation>("two")
        for (conversation, voice) in [("one", "v1"), ("two", "v2")] {
            _ = try await store.begin(.of(.ann, conversation, .said("s", "hello", .voice(ID(voice)))))
        }
        #expect(try await store.delete(one, of: .ann, keptUntil: .at(9)) == .kept)
        #expect(try await store.voices(of: .ann) == voices)
        #expect(try await store.delete(two, of: .ann, keptUntil: .at(9)) == .kept)
        #expect(try await store.voices(of: .ann) == [])
        #expect(try await store.removeVoices(unheardSince: .at(100_000)) == 0)
        switch end {
        case .restored: #expect(try await store.restore(two, of: .ann))
        case .forGood: #expect(try await store.delete(two, of: .ann))
        }
        try await store.settle()
        #expect(try await store.voices(of: .ann) == (end == .restored ? voices : []))
        #expect(try await store.restore(one, of: .ann))
        #expect(try await store.voices(of: .ann) == voices)
        #expect(try await store.conversation(one, of: .ann)?.segments.first?.identity.who == .voice(ID("v1")))
        // The last conversation takes the voice with it.
        for conversation in [one, two] { _ = try await store.delete(conversation, of: .ann) }
        try await store.settle()
        #expect(try await count("SELECT count(*) FROM voices", in: database) == 0)
    }

    @Test func `keep a voice that is not heard for long`() async throws {
        let store = try open()
        _ = try await store.add(
            NewVoice(id: ID("v1"), owner: .nobody, voiceprint: try .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        for name in ["gone", "old"] { _ = try await store.begin(.of(.ann, name, .said("s", "hello", .voice(ID("v1"))))) }
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(9)) == .kept)
        #expect(try await store.removeVoices(unheardSince: .at(100_000)) == 0)
        #expect(try await store.delete(id, of: .ann))
        #expect(try await store.removeVoices(unheardSince: .at(100_000)) == 1)
    }

    // MARK: Audio

    @Test(arguments: StoreKind.allCases) func `keep no audio that is too old`(kind: StoreKind) async throws {
        let database = try database(kind), store = try await fill(database)
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == .kept)
        #expect(try await store.usersWithAudio(before: .at(1)) == [])
        #expect(try await store.usersWithAudio(before: .at(2)) == [.ann])
        #expect(try await store.removeAudio(before: .at(2), of: .ann) == RemovedAudio(files: 1, bytes: 3))
        try await store.settle()
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "audio/a.opus")))
        #expect(try await store.restore(id, of: .ann))
        #expect(try await store.audio(of: id, of: .ann) == [])
    }

    @Test(arguments: StoreKind.allCases) func `have a file cut that they share with a conversation`(kind: StoreKind) async throws {
        let store = try await fill(database(kind))
        _ = try await store.split(id, at: ID("s3"), new: ID("later"), of: .ann)
        #expect(try await store.delete(ID<Conversation>("later"), of: .ann, keptUntil: .at(1_000)) == .kept)
        let uncut = try await store.uncutAudio()
        #expect(uncut.map(\.isDeleted) == [false, true] && uncut.map(\.audio.file) == ["a.opus", "a.opus"])
        for (part, file) in zip(uncut, ["first.opus", "second.opus"]) {
            _ = try folder.write([1], as: "audio/" + file)
            #expect(try await store.cut(part, to: audio(file)))
            #expect(try await !store.cut(part, to: nil))
        }
        #expect(try await store.uncutAudio() == [])
        // The whole file has what was said in both.
        try await store.settle()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "audio")).sorted() == ["first.opus", "second.opus"])
        #expect(try await store.restore(ID("later"), of: .ann))
        #expect(try await store.audio(of: ID("later"), of: .ann).map(\.file) == ["second.opus"])
    }

    // MARK: The end

    /// A way in which a kept conversation goes for good.
    enum End: CaseIterable, Sendable { case forGood, days, user, crash }

    private static let secrets = ["xylophonic", "Zanzibar", "Wednesbury", "jabberwocks", "quagmires", "今天天气"]

    private func onDisk() throws -> [String] {
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        let contents = files.compactMap { FileManager.default.contents(atPath: folder.path(of: $0)) }
        return Self.secrets.filter { secret in contents.contains { $0.has(Data(secret.utf8)) } }
    }

    @Test(arguments: End.allCases) func `leave no byte when they go for good`(end: End) async throws {
        let database = try database(.sqlite)
        var store = try await fill(database)
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == .kept)
        try await store.settle()
        #expect(try onDisk() == Self.secrets)
        switch end {
        case .forGood:
            #expect(try await store.delete(id, of: .ann))
            #expect(try await !store.delete(id, of: .ann))
        case .days:
            #expect(try await store.endDeletions(keptUntil: .at(999)) == 0)
            #expect(try await store.endDeletions(keptUntil: .at(1_000)) == 1)
        case .user:
            #expect(try await store.beginDeletion(of: .ann))
            while try await store.deleteRows(of: .ann, sessions: []) {}
            try await store.endDeletion(of: .ann)
        case .crash:
            // The gateway is killed when the deletion is final, and some of its rows are removed.
            #expect(try await store.endDeletions(keptUntil: .at(1_000)) == 1)
            try await database.write { (connection) throws(StoreError) in
                try connection.run("DELETE FROM deleted_rows WHERE number % 2 = 0")
            }
            store = try open()
        }
        #expect(try await store.deletedConversations(of: .ann, after: nil, limit: 9) == DeletedConversationPage())
        #expect(try await !store.restore(id, of: .ann))
        let forgotten = try await store.forgottenSpeech(of: ID("session"))
        #expect(!forgotten.isEmpty && forgotten.forGood == forgotten)
        try await store.settle()
        #expect(try onDisk() == [])
        #expect(try await leftovers(database) == 0)
    }

    @Test(arguments: StoreKind.allCases) func `are deleted for good after their days, many at a time`(kind: StoreKind) async throws {
        let database = try database(kind), store = try store(database)
        for number in 0..<50 {
            _ = try await store.begin(.of(.ann, "c\(number)", .said("s", "hello")))
            #expect(try await store.delete(ID<Conversation>("c\(number)"), of: .ann, keptUntil: .at(Double(number))) == .kept)
        }
        #expect(try await store.endDeletions(keptUntil: .at(44)) == 45)
        #expect(try await store.endDeletions(keptUntil: .at(44)) == 0)
        #expect(try await store.deletedConversations(of: .ann, after: nil, limit: 200).conversations.count == 5)
        try await store.settle()
        #expect(try await count("SELECT count(*) FROM deleted_conversations", in: database) == 5)
        #expect(try await store.restore(ID("c49"), of: .ann))
    }

    @Test(arguments: StoreKind.allCases) func `of a deleted user go with the user`(kind: StoreKind) async throws {
        let database = try database(kind), store = try await fill(database)
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(1_000)) == .kept)
        #expect(try await store.beginDeletion(of: .ann))
        while try await store.deleteRows(of: .ann, sessions: []) {}
        try await store.endDeletion(of: .ann)
        try await store.settle()
        #expect(try await leftovers(database) == 0)
        #expect(try await count("SELECT count(*) FROM archives", in: database) == 0)
        #expect(try await store.forgottenSpeech(of: ID("session")).isAll)
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "audio/a.opus")))
    }
}
