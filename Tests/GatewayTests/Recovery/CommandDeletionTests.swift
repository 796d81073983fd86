import Continuity
import Conversations
import Foundation
import Glibc
import HarkenTesting
import Live
import Observability
import Speech
import Store
import Testing

@testable import Journal
@testable import harken

@Suite(.hangLimit) struct `What a command deletes in a data directory` {
    private let session = ID<Session>("0f6c2d1e-0000-4000-8000-000000000001")
    private let now = TestGateway.time
    /// What is deleted: a conversation with all of its session, one that was deleted before and could be restored, one with a part of its session, or
    /// the user.
    enum Deletion: CaseIterable, Sendable { case conversation, restorable, part, user }

    private func store(in directory: String) throws -> SQLConversationStore {
        let now = now, data = try DataDirectory(creating: directory)
        return SQLConversationStore(in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { now })
    }

    private func conversation(_ id: String, _ text: String) -> Conversation {
        let segment = Segment(id: ID("s-" + id), text: text, start: .zero, end: .seconds(1))
        return Conversation(
            id: ID(id), user: .local, status: .completed, source: "test", started: now, finished: now + .seconds(2), segments: [segment])
    }

    /// Leaves a session of three words in the database, as a transcript, and in the journal of a gateway that was killed.
    private func fill(_ run: EarlierRun, _ deletion: Deletion) async throws {
        let record = SessionRecord(id: session, started: now + .seconds(-600), dialect: "listen", engines: [EngineName("scripted")])
        _ = run.session(record, seconds: 3, committed: 3)
        run.log.finish()
        var transcript = SessionTranscript(rate: .speech, channels: 1, received: SampleCount(48_000))
        for second in 0..<3 {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            let word = Word("said\(second)", SampleRange(range.start, count: SampleCount(8_000)), confidence: 0.5)
            transcript.add(Commit(channel: .first, range: range, words: [word], reason: .pause, engine: EngineName("scripted")), turn: 0)
        }
        let blobs = Blobs(in: try DataDirectory(creating: run.directory)), log = Log(level: .error, write: { _ in })
        let transcripts = TranscriptFolder(in: blobs.transcripts, limits: TranscriptLimits(), log: log)
        #expect(await transcripts.keep(StoredTranscript(record: record, transcript: transcript, status: .complete)))
        let store = try store(in: run.directory)
        func begin(_ id: String, _ text: String, at start: Duration) async throws {
            #expect(try await store.begin(conversation(id, text)))
            #expect(try await store.join(SessionPart(session: session, conversation: ID(id), begins: start, shift: .zero - start), of: .local))
        }
        try await begin("c1", "said0 said1", at: .zero)
        if deletion == .part { try await begin("c2", "said2", at: .seconds(2)) }
    }

    /// Returns the files of the data directory that have the secret.
    private func leaks(of secret: String = "said1", in directory: String) throws -> [String] {
        let names = try #require(FileManager.default.enumerator(atPath: directory)).compactMap { $0 as? String }
        return names.filter { FileManager.default.contents(atPath: directory + "/" + $0)?.has(Array(secret.utf8)) == true }.sorted()
    }

    /// Runs a command in the data directory.
    ///
    /// - Returns: what it said.
    private func run<Program: Command>(_ program: Program.Type, _ words: String..., in directory: String) async throws -> String {
        let folder = TemporaryFolder(), path = folder.path(of: "said")
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let environment = ["HOME": folder.path, "HARKEN_DATA": directory], stream = StandardStream(descriptor: descriptor)
        let command = try program.init(Arguments(words, for: program.description, environment: environment))
        let status = await command.run(CommandContext(environment: environment, output: stream, diagnostics: stream))
        let said = try String(contentsOfFile: path, encoding: .utf8)
        #expect(status == .done, "\(said)")
        return said
    }

    @Test(arguments: Deletion.allCases, [false, true])
    func `is in no file when it ends, except a journal of which it tells`(deletion: Deletion, isGatewayRunning: Bool) async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        try await fill(run, deletion)
        let gateway = isGatewayRunning ? try JournalRun.claim(0, in: run.directory + "/journal") : nil
        defer { gateway?.release() }
        #expect((gateway != nil) == isGatewayRunning)
        let before = try leaks(in: run.directory)
        for folder in ["harken.db", "journal/", "transcripts/"] { #expect(before.contains { $0.hasPrefix(folder) }, "\(before)") }
        let said: String
        switch deletion {
        case .user: said = try await self.run(UsersDelete.self, "--yes", "local", in: run.directory)
        case .conversation, .part: said = try await self.run(ConversationsDelete.self, "--yes", "--for-good", "c1", in: run.directory)
        case .restorable:
            let first = try await self.run(ConversationsDelete.self, "--yes", "c1", in: run.directory)
            #expect(first.contains("harken conversations restore") && !first.contains("journal"))
            #expect(try leaks(in: run.directory).contains { $0.hasPrefix("transcripts/") })
            said = try await self.run(ConversationsDelete.self, "--yes", "--for-good", "c1", in: run.directory)
        }
        let left = try leaks(in: run.directory)
        #expect(left.filter { !$0.hasPrefix("journal/") } == [])
        // A part of a session that has not ended stays in the journal until the session is completed.
        let leavesJournal = isGatewayRunning || deletion == .part
        #expect(left.isEmpty != leavesJournal, "\(left)")
        // A gateway ends the deletion of a user in any case.
        #expect(said.contains("a gateway clears its journal within a minute") == (leavesJournal || deletion == .user), "\(said)")
        // The next gateway finds the journal as any start does.
        if !isGatewayRunning { try #require(try JournalRun.claim(0, in: run.directory + "/journal")).release() }
    }

    /// - Parameter isShared: true if gateways with other data directories use the database and the transcripts.
    private func erasure(_ store: SQLConversationStore, in data: DataDirectory, isShared: Bool = false) -> DirectoryErasure {
        DirectoryErasure(store, transcripts: Blobs(in: data).transcripts, in: data, hasOtherGateways: isShared)
    }

    /// Erases what is deleted from the transcripts, as a gateway does.
    private func eraseInGateway(_ store: SQLConversationStore, in data: DataDirectory) async {
        let log = Log(level: .error, write: { _ in }), now = now
        let transcripts = TranscriptFolder(in: Blobs(in: data).transcripts, limits: TranscriptLimits(), log: log, gaps: store)
        let gateway = ErasureService(
            store: store, transcripts: transcripts, earlier: nil, contexts: [], age: .seconds(86_400), log: log, now: { now })
        await gateway.run()
    }

    @Test(arguments: [false, true]) func `is left to a gateway that runs, unless that ends first`(endsFirst: Bool) async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        try await fill(run, .conversation)
        let data = try DataDirectory(creating: run.directory), store = try store(in: run.directory)
        var claim = try data.claim()
        #expect(claim != nil)
        #expect(try await store.delete(ID("c1"), of: .local, days: 0, now: now) != nil)
        let files = run.files, erasure = erasure(store, in: data)
        try await until { try await erasure.eraseDeleted() == .leftToGateway }
        #expect(try await erasure.eraseDeleted() == .leftToGateway)
        #expect(await erasure.leavesJournal)
        #expect(run.files == files)
        #expect(try leaks(in: run.directory).contains { $0.hasPrefix("transcripts/") })
        if endsFirst {
            claim = nil
        } else {
            await eraseInGateway(store, in: data)
        }
        try await until { try await erasure.eraseDeleted() == .erased }
        let left = try leaks(in: run.directory)
        #expect(left.filter { !$0.hasPrefix("journal/") } == [])
        #expect(left.isEmpty == endsFirst)
        #expect(await erasure.leavesJournal == !endsFirst)
        withExtendedLifetime(claim) {}
    }

    @Test func `is left to other gateways where these use the same transcripts`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        try await fill(run, .conversation)
        let data = try DataDirectory(creating: run.directory), store = try store(in: run.directory)
        #expect(try await store.delete(ID("c1"), of: .local, days: 0, now: now) != nil)
        let files = run.files, erasure = erasure(store, in: data, isShared: true)
        try await until { try await erasure.eraseDeleted() == .leftToGateway }
        #expect(await erasure.leavesJournal)
        #expect(run.files == files)
        #expect(try leaks(in: run.directory).contains { $0.hasPrefix("transcripts/") })
        await eraseInGateway(store, in: data)
        try await until { try await erasure.eraseDeleted() == .erased }
        #expect(try leaks(in: run.directory).filter { !$0.hasPrefix("journal/") } == [])
    }

    @Test func `waits for another command that erases`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        try await fill(run, .conversation)
        let data = try DataDirectory(creating: run.directory), store = try store(in: run.directory)
        #expect(try await store.delete(ID("c1"), of: .local, days: 0, now: now) != nil)
        let erasure = erasure(store, in: data)
        var answer: CommandTurn.Answer? = try data.commandTurn()
        guard case .granted? = answer else {
            Issue.record("there is no other command")
            return
        }
        try await until { try await erasure.eraseDeleted() == .leftToCommand }
        #expect(try leaks(in: run.directory).contains { $0.hasPrefix("transcripts/") })
        answer = nil
        try await until { try await erasure.eraseDeleted() == .erased }
        #expect(try leaks(in: run.directory) == [])
    }

    @Test(arguments: [false, true])
    func `names a transcript that it cannot read, and reads no journal again for it`(isGatewayRunning: Bool) async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        try await fill(run, .part)
        let data = try DataDirectory(creating: run.directory), store = try store(in: run.directory)
        #expect(try await store.delete(ID("c1"), of: .local, days: 0, now: now) != nil)
        let path = data.transcripts + "/" + session.rawValue + ".json", file = URL(filePath: path), whole = try Data(contentsOf: file)
        try whole.dropLast(10).write(to: file)
        let erasure = erasure(store, in: data)
        var claim = isGatewayRunning ? try data.claim() : nil
        #expect((claim != nil) == isGatewayRunning)
        try await until { try await erasure.eraseDeleted() == .unreadable(UnerasedTranscript(path: path, reason: .damaged)) }
        #expect(try Data(contentsOf: file) == whole.dropLast(10))
        #expect(await erasure.leavesJournal, "a session that has not ended stays")
        claim = nil
        guard !isGatewayRunning else { return }
        // A second reading would find no journal.
        try FileManager.default.moveItem(atPath: data.journal, toPath: data.journal + "-moved")
        try whole.write(to: file)
        try await until { try await erasure.eraseDeleted() == .erased }
        #expect(await erasure.leavesJournal)
        #expect(try Data(contentsOf: file) != whole)
    }

    @Test func `is waited for where a transcript that cannot be read is not all that is left`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        try await fill(run, .part)
        let data = try DataDirectory(creating: run.directory), store = try store(in: run.directory)
        // Another session with a transcript of its own, of which nothing is to stay.
        let other = ID<Session>("0f6c2d1e-0000-4000-8000-000000000002")
        #expect(try await store.begin(conversation("c3", "said1")))
        #expect(try await store.join(SessionPart(session: other, conversation: ID("c3"), begins: .zero, shift: .zero), of: .local))
        let log = Log(level: .error, write: { _ in })
        let transcripts = TranscriptFolder(in: Blobs(in: data).transcripts, limits: TranscriptLimits(), log: log)
        let empty = SessionTranscript(rate: .speech, channels: 1, received: SampleCount(16_000))
        #expect(await transcripts.keep(StoredTranscript(record: SessionRecord(id: other), transcript: empty, status: .complete)))
        let path = data.transcripts + "/" + session.rawValue + ".json", file = URL(filePath: path)
        try Data(contentsOf: file).dropLast(10).write(to: file)
        for id in ["c1", "c3"] { #expect(try await store.delete(ID(id), of: .local, days: 0, now: now) != nil) }
        var claim = try data.claim()
        #expect(claim != nil)
        let erasure = erasure(store, in: data)
        try await until { try await erasure.eraseDeleted() == .leftToGateway }
        #expect(try await erasure.eraseDeleted() == .leftToGateway)
        claim = nil
        try await until { try await erasure.eraseDeleted() == .unreadable(UnerasedTranscript(path: path, reason: .damaged)) }
        #expect(!FileManager.default.fileExists(atPath: data.transcripts + "/" + other.rawValue + ".json"))
    }

    /// What is removed beside words.
    enum Removal: CaseIterable, Sendable { case person, mergedPerson, delivery }

    @Test(arguments: Removal.allCases) func `is in no file when it is a name or a delivery`(removal: Removal) async throws {
        let folder = TemporaryFolder()
        do {
            let store = try store(in: folder.path)
            #expect(try await store.begin(conversation("c1", "said1")))
            for name in ["Annabella", "Robert"] {
                _ = try await store.add(Person(id: ID("p-\(name.count)"), name: name, created: now), reusing: false, of: .local)
            }
            let delivery = WebhookDelivery(id: ID("delivery-platypus"), user: .local, conversation: ID("c1"))
            #expect(try await store.add(delivery, due: now))
        }
        let secret = removal == .delivery ? "delivery-platypus" : "Annabella"
        #expect(try !leaks(of: secret, in: folder.path).isEmpty)
        switch removal {
        case .person: _ = try await run(PeopleForget.self, "--yes", "Annabella", in: folder.path)
        case .mergedPerson: _ = try await run(PeopleMerge.self, "--yes", "Annabella", "Robert", in: folder.path)
        case .delivery: _ = try await run(WebhooksRemove.self, "--yes", "delivery-platypus", in: folder.path)
        }
        #expect(try leaks(of: secret, in: folder.path) == [])
        #expect(try !leaks(in: folder.path).isEmpty)
    }
}
