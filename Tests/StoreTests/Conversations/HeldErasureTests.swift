import Conversations
import Foundation
import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import Store

@Suite(.hangLimit) struct `What is deleted while another program reads` {
    /// A way to delete or replace something.
    enum Deletion: CaseIterable, Sendable {
        case conversation, kept, person, voice, edit, redaction, user, job, file, delivery, setting, sample
        case mergedVoice, unheardVoice, mergedPerson
        // What goes by itself, or is replaced. It is erased later, and nobody is told.
        case finishedJob, repeatedJob, oldFile, sentDelivery, replacedSetting, renamedPerson, mergedConversation, replacedTitle

        var isTold: Bool {
            switch self {
            case .edit, .finishedJob, .repeatedJob, .oldFile, .sentDelivery, .replacedSetting, .renamedPerson, .mergedConversation, .replacedTitle:
                false
            case .conversation, .kept, .person, .voice, .redaction, .user, .job, .file, .delivery, .setting, .sample, .mergedVoice, .unheardVoice,
                .mergedPerson:
                true
            }
        }
    }
    /// What happens to the gateway before the other program ends.
    enum Meanwhile: CaseIterable, Sendable { case tries, isKilled, triesAndIsKilled }

    /// What is asked: all in `make verify`; each deletion with one of what happens meanwhile, in turn, in the gate.
    private static let cells: [(Deletion, Meanwhile)] = {
        var cells: [(Deletion, Meanwhile)] = []
        for (place, deletion) in Deletion.allCases.enumerated() {
            for (number, meanwhile) in Meanwhile.allCases.enumerated() where TestMatrices.areWhole || place % Meanwhile.allCases.count == number {
                cells.append((deletion, meanwhile))
            }
        }
        return cells
    }()

    private let folder = TemporaryFolder()
    private let clock = HeldClock()
    private let id = ID<Conversation>("gone")

    private func open() throws -> SQLConversationStore { try open(SQLiteDatabase(in: DataDirectory(creating: folder.path))) }

    private func open(_ database: any SQLDatabase) throws -> SQLConversationStore {
        let data = try DataDirectory(creating: folder.path)
        return SQLConversationStore(
            in: database, audio: Blobs(in: data).audio, now: { .at(0) },
            clock: .init(now: { [clock] in clock.now }, sleep: { [clock] in try await clock.sleep(until: $0) }))
    }

    /// The voiceprint of the voice "v1" or of another number, and the bytes by which it is found in a file.
    private func voiceprint(_ number: UInt64 = 1) throws -> (voiceprint: Voiceprint, bytes: [UInt8]) {
        var generator = SeededGenerator(seed: 6 + number)
        let voiceprint = try #require(Voiceprint((0..<192).map { _ in Float.random(in: -1...1, using: &generator) }, model: "m"))
        return (voiceprint, voiceprint.direction[50..<60].flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
    }

    private func fill(_ store: SQLConversationStore) async throws {
        _ = try await store.add(Person(id: ID("p1"), name: "Annabella", created: .at(0)), reusing: false, of: .ann)
        _ = try await store.add(
            NewVoice(id: ID("v1"), owner: .person(ID("p1")), voiceprint: try voiceprint().voiceprint, evidence: .seconds(9), created: .at(0)),
            of: .ann)
        for number in 0..<10 { _ = try await store.begin(.of(.ann, "c\(number)", .said("s", "ordinary words about \(number)"))) }
        _ = try await store.begin(.of(.ann, "gone", .said("s1", "the xylophonic harbour", .voice(ID("v1"))), .said("s2", "and more", at: 5)))
        _ = try await store.add(Person(id: ID("p2"), name: "Bartholomea", created: .at(0)), reusing: false, of: .ann)
        for number in [UInt64(2), 3] {
            let voice = NewVoice(id: ID("v\(number)"), voiceprint: try voiceprint(number).voiceprint, evidence: .seconds(9), created: .at(0))
            _ = try await store.add(voice, of: .ann)
        }
        let sample = SpeechSample(
            id: ID("sample"), owner: .person(ID("p1")), duration: .seconds(9), voiceprint: try voiceprint(4).voiceprint, created: .at(0))
        #expect(try await store.add(sample, of: .ann))
        var titled = Conversation.of(.ann, "titled", .said("t1", "ordinary words"))
        titled.title = "Echidnas at dusk"
        #expect(try await store.begin(titled))
        try await store.set("vocabulary", to: "wallabies", of: .ann)
        #expect(try await store.add(WebhookDelivery(id: ID("delivery-platypus"), user: .ann, conversation: ID("c0")), due: .at(0)))
        let file = Upload(id: ID("file"), user: .ann, byteCount: 1, created: .at(0), name: "marsupials.wav")
        #expect(try await SQLUploadStore(in: store.database).add(file, most: 10, userMost: nil) == .added)
        try await complete(jobs(store))
    }

    private func jobs(_ store: SQLConversationStore) -> SQLJobQueue { SQLJobQueue(in: store.database) }

    /// Stores the words of a job.
    private func complete(_ jobs: SQLJobQueue) async throws {
        var transcript = Transcript.sample
        transcript.channels[0].words[0].text = "quokkaesque"
        #expect(try await jobs.add(.of("a1", .ann), most: 9, hasNotice: false))
        #expect(try await jobs.take()?.id == ID("a1"))
        #expect(try await jobs.complete(ID("a1"), transcript, now: .at(1)))
    }

    /// Deletes something.
    ///
    /// - Returns: the bytes that must be in no file afterwards.
    private func delete(_ deletion: Deletion, _ store: SQLConversationStore) async throws -> [UInt8] {
        let word = Array("xylophonic".utf8), name = Array("Annabella".utf8)
        switch deletion {
        case .conversation: #expect(try await store.delete(id, of: .ann))
        case .kept:
            #expect(try await store.delete(id, of: .ann, keptUntil: .at(9)) == .kept)
            #expect(try await store.endDeletions(keptUntil: .at(9)) == 1)
        case .person:
            #expect(try await store.delete(ID<Person>("p1"), of: .ann))
            return name
        case .voice:
            #expect(try await store.delete(ID<Voice>("v1"), of: .ann))
            return try voiceprint().bytes
        case .edit: #expect(try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann) != nil)
        case .redaction: #expect(try await store.redact(.zero ..< .seconds(2), in: id, of: .ann)?.count == 1)
        case .user:
            #expect(try await store.beginDeletion(of: .ann))
            while try await store.deleteRows(of: .ann, sessions: []) {}
            try await store.endDeletion(of: .ann)
            return name
        case .job, .finishedJob, .repeatedJob, .file, .oldFile: return try await deleteOrder(deletion, store)
        case .sample:
            #expect(try await store.delete(ID<SpeechSample>("sample"), of: .ann))
            return try voiceprint(4).bytes
        case .mergedVoice:
            #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
            return try voiceprint(2).bytes
        case .unheardVoice:
            #expect(try await store.removeVoices(unheardSince: .at(1_000)) == 2)
            return try voiceprint(3).bytes
        case .mergedPerson:
            #expect(try await store.merge(ID<Person>("p2"), into: ID<Person>("p1"), of: .ann))
            return Array("Bartholomea".utf8)
        case .renamedPerson:
            #expect(try await store.rename(ID("p2"), to: "Cleo", of: .ann))
            return Array("Bartholomea".utf8)
        case .mergedConversation:
            #expect(try await store.merge(ID<Conversation>("titled"), into: ID<Conversation>("c1"), of: .ann) != nil)
            return Array("Echidnas".utf8)
        case .replacedTitle:
            #expect(try await store.write(ConversationUpdate(ID("titled"), title: "Other"), of: .ann))
            return Array("Echidnas".utf8)
        case .setting, .replacedSetting:
            try await store.set("vocabulary", to: deletion == .setting ? nil : "other", of: .ann)
            return Array("wallabies".utf8)
        case .delivery:
            #expect(try await store.removeDelivery(ID("delivery-platypus"), of: .ann))
            return Array("delivery-platypus".utf8)
        case .sentDelivery:
            try await store.removeDelivery(ID("delivery-platypus"))
            return Array("delivery-platypus".utf8)
        }
        return word
    }

    /// Deletes a job or a file, as `delete` does.
    private func deleteOrder(_ deletion: Deletion, _ store: SQLConversationStore) async throws -> [UInt8] {
        let jobs = jobs(store), uploads = SQLUploadStore(in: store.database)
        switch deletion {
        case .job: #expect(try await jobs.delete(ID("a1"), of: .ann, dialect: "assemblyai", leaving: "{}")?.status == .completed)
        case .finishedJob: try await jobs.remove(ID("a1"))
        case .repeatedJob: #expect(try await jobs.add(.of("a1", .ann), most: 9, hasNotice: false))
        default:
            if deletion == .file {
                #expect(try await uploads.remove(ID("file"), of: .ann))
            } else {
                #expect(try await uploads.expire(before: .at(9), files: .at(9)) == ["file"])
            }
            return Array("marsupials".utf8)
        }
        return Array("quokkaesque".utf8)
    }

    private func isOnDisk(_ bytes: [UInt8]) throws -> Bool {
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        #expect(files.contains("harken.db"))
        return files.contains { FileManager.default.contents(atPath: folder.path(of: $0))?.has(bytes) == true }
    }

    @Test(arguments: cells)
    func `leaves the files when that program ends, by itself`(deletion: Deletion, meanwhile: Meanwhile) async throws {
        var store = try open()
        try await fill(store)
        let reader = try SQLiteConnection.open(folder.path(of: "harken.db"), .readOnly)
        try reader.run("BEGIN")
        try reader.run("SELECT count(*) FROM segments")
        let gone = try await delete(deletion, store)
        if meanwhile != .isKilled {
            for _ in 0..<2 {
                await #expect(throws: StoreError.busy(path: "the database's log")) { try await store.settle() }
                clock.advance(by: .seconds(60))
            }
            // The record stays, so nobody is told that the bytes are gone. Edits are not told of.
            #expect(try await store.isErasing() == deletion.isTold)
        }
        if meanwhile != .tries { store = try open() }
        #expect(try isOnDisk(gone))
        try reader.run("COMMIT")
        try await until {
            // A round begins by the clock only.
            clock.advance(by: .seconds(60))
            return if deletion.isTold { try await !store.isErasing() } else { try !isOnDisk(gone) }
        }
        #expect(try !isOnDisk(gone))
    }

    @Test func `is not taken for erased by the erasure of an earlier deletion`() async throws {
        let store = try open(), database = store.database
        try await fill(store)
        var numbers: Set<Int64> = []
        for number in 0..<3 {
            #expect(try await store.delete(ID<Conversation>("c\(number)"), of: .ann))
            numbers.insert(
                try await database.read { (connection) throws(StoreError) in try connection.integer("SELECT deletions FROM erasures") ?? 0 })
            // The last record is replaced and not removed.
            if number < 1 { try await store.settle() }
        }
        #expect(numbers.count == 3)
    }

    @Test func `leaves writes waiting for a moment only`() async throws {
        let store = try open()
        try await fill(store)
        let reader = try SQLiteConnection.open(folder.path(of: "harken.db"), .readOnly)
        try reader.run("BEGIN")
        try reader.run("SELECT count(*) FROM segments")
        #expect(try await store.delete(id, of: .ann))
        #expect(try await !store.database.emptyLog())
        // The usual patience for other writers is there again.
        let patience = try await store.database.write { (connection) throws(StoreError) in try connection.integer("PRAGMA busy_timeout") }
        #expect(patience == Int64(SQLiteConnection.busyTimeOutMilliseconds))
        try reader.run("COMMIT")
        #expect(try await store.database.emptyLog())
        #expect(FileManager.default.contents(atPath: folder.path(of: "harken.db-wal"))?.isEmpty == true)
    }

    /// Opens a store whose erasure at the start is over. Nobody else erases what is recorded here, so it is over when the record is gone.
    private func rested() async throws -> SQLConversationStore {
        let store = try open()
        try await fill(store)
        try await store.database.write { (connection) throws(StoreError) in try SQLConversationStore.noteErasure(of: .rows, on: connection) }
        try await until {
            clock.advance(by: .seconds(5))
            return try await !store.isErasing()
        }
        return store
    }

    @Test func `by another process is taken up`() async throws {
        let store = try await rested()
        #expect(try await open().delete(id, of: .ann))
        #expect(try await store.isErasing() && isOnDisk(Array("xylophonic".utf8)))
        try await store.takeUpErasures()
        try await until {
            clock.advance(by: .seconds(5))
            return try await !store.isErasing()
        }
        #expect(try !isOnDisk(Array("xylophonic".utf8)))
    }

    /// What others do in every erasure.
    enum Work: CaseIterable, Sendable { case replacesTitle, edits, deletes }

    @Test(arguments: Work.allCases) func `is erased by one emptying of the log, whatever comes meanwhile`(work: Work) async throws {
        let database = InterruptedDatabase(try SQLiteDatabase(in: DataDirectory(creating: folder.path)))
        let store = try open(database), other = try open(), id = id, emptied = Atomic(0)
        try await fill(store)
        try await store.settle()
        database.interruptErasures { () throws(StoreError) in
            let number = emptied.add(1, ordering: .relaxed).newValue
            // An erasure that waits for an end of this work fails the test, and ends.
            guard number < 5 else { return }
            switch work {
            case .replacesTitle: _ = try await other.write(ConversationUpdate(ID("titled"), title: "Title \(number)"), of: .ann)
            case .edits: _ = try await other.setText("the harbour \(number)", of: ID("s1"), in: id, of: .ann)
            case .deletes: _ = try await other.delete(ID<Conversation>("c\(number)"), of: .ann)
            }
        }
        for round in 1...2 {
            #expect(try await store.delete(ID<Person>("p\(round)"), of: .ann))
            try await store.settle()
            #expect(emptied.load(ordering: .relaxed) == round)
            #expect(try await store.isErasing() == (work == .deletes))
        }
        database.interruptErasures(nil)
        try await store.settle()
        #expect(try await !store.isErasing())
        let left = try await database.read { (connection) throws(StoreError) in try connection.integer("SELECT count(*) FROM erasures") }
        #expect(left == 0)
    }

    @Test func `leaves words recorded only if some have come since an erasure began`() async throws {
        let store = try open()
        try await fill(store)
        try await store.settle()
        #expect(try await store.delete(ID<Conversation>("c1"), of: .ann))
        let deleted = try #require(try await record(store))
        #expect(!deleted.areEdits && deleted.haveWords && deleted.after(erasing: deleted) == nil)
        #expect(try await store.write(ConversationUpdate(ID("titled"), title: "Other"), of: .ann))
        let replaced = try #require(try await record(store))
        #expect(!replaced.areEdits && replaced.haveWords)
        #expect(replaced.after(erasing: deleted) == ErasureRecord(number: -replaced.number, haveWords: false))
        _ = try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann)
        let edited = try #require(try await record(store))
        #expect(edited.after(erasing: replaced) == ErasureRecord(number: -edited.number, haveWords: true))
        #expect(try await store.delete(ID<Person>("p1"), of: .ann))
        let again = try #require(try await record(store))
        #expect(again.after(erasing: edited) == again && again.areWordsDeleted)
        // The index was left as it is.
        #expect(
            edited.after(erasing: ErasureRecord(number: edited.number, haveWords: false)) == ErasureRecord(number: -edited.number, haveWords: true))
        // Another process has told of an erasure before this one did.
        #expect(ErasureRecord(number: -edited.number, haveWords: false).after(erasing: edited) == nil)
    }

    @Test func `is nothing when a setting is cleared that is not set`() async throws {
        let store = try open()
        try await fill(store)
        try await store.settle()
        try await store.set("zone", to: nil, of: .ann)
        #expect(try await !store.isErasing())
        try await store.set("vocabulary", to: nil, of: .ann)
        #expect(try await store.isErasing())
    }

    @Test func `is nothing when a person or a voice is merged into itself`() async throws {
        let store = try open()
        try await fill(store)
        #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
        try await store.settle()
        // The id of a merged voice means the voice that is kept.
        #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
        #expect(try await store.merge(ID<Voice>("v3"), into: ID<Voice>("v3"), of: .ann))
        #expect(try await store.merge(ID<Person>("p1"), into: ID<Person>("p1"), of: .ann))
        #expect(try await !store.isErasing())
        #expect(try await !store.merge(ID<Person>("p9"), into: ID<Person>("p9"), of: .ann))
    }

    @Test func `is complete while edits are gathered`() async throws {
        let store = try await rested()
        _ = try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann)
        #expect(try isOnDisk(Array("xylophonic".utf8)))
        try await until { try await !store.isErasing() }
        #expect(try isOnDisk(Array("xylophonic".utf8)))
        try await until {
            clock.advance(by: .seconds(600))
            return try !isOnDisk(Array("xylophonic".utf8))
        }
    }

    /// Returns the record of what is to be erased.
    private func record(_ store: SQLConversationStore) async throws -> ErasureRecord? {
        try await store.database.read { (connection) throws(StoreError) in try ErasureRecord.read(on: connection) }
    }

    @Test func `is erased from the index once a day when edits alone replace it`() async throws {
        let store = try await rested()
        _ = try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann)
        try await until {
            clock.advance(by: .seconds(600))
            return try await record(store) == nil
        }
        let first = clock.now
        #expect(try !isOnDisk(Array("xylophonic".utf8)))
        _ = try await store.setText("the placid harbour", of: ID("s1"), in: id, of: .ann)
        #expect(try await store.write(ConversationUpdate(ID("titled"), title: "Other"), of: .ann))
        try await until {
            clock.advance(by: .seconds(60))
            return try !isOnDisk(Array("Echidnas".utf8))
        }
        // The title has left the log, and the words wait in the index.
        #expect(try await record(store)?.haveWords == true)
        #expect(try await !store.isErasing())
        try await until {
            clock.advance(by: .seconds(600))
            return try await record(store) == nil
        }
        #expect(clock.now - first > .seconds(20 * 3_600))
        #expect(try !isOnDisk(Array("quiet".utf8)))
    }

    /// Work before the time at which the index of words is written for edits.
    enum Early: CaseIterable, Sendable { case deletesRows, finishes }

    @Test(arguments: Early.allCases)
    func `leaves the words of edits in the index until their time, whatever else is erased`(early: Early) async throws {
        let store = try await rested()
        _ = try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann)
        try await store.settle()
        _ = try await store.setText("the placid harbour", of: ID("s1"), in: id, of: .ann)
        switch early {
        case .deletesRows:
            #expect(try await store.delete(ID<Person>("p2"), of: .ann))
            #expect(try await record(store)?.areWordsDeleted == false)
            try await until {
                clock.advance(by: .seconds(5))
                return try await !store.isErasing()
            }
            #expect(try !isOnDisk(Array("Bartholomea".utf8)))
        case .finishes: try await store.finishErasures()
        }
        let left = try #require(try await record(store))
        #expect(left.areEdits && left.haveWords)
        #expect(try isOnDisk(Array("quiet".utf8)))
        try await until {
            clock.advance(by: .seconds(3_600))
            return try await record(store) == nil
        }
        #expect(try !isOnDisk(Array("quiet".utf8)))
    }

    @Test func `takes deleted words from the index when rows are deleted after them`() async throws {
        let store = try await rested()
        _ = try await store.setText("the first words", of: ID("s"), in: ID("c1"), of: .ann)
        try await store.settle()
        #expect(try await store.delete(id, of: .ann))
        #expect(try await store.delete(ID<Person>("p2"), of: .ann))
        _ = try await store.setText("other words", of: ID("s"), in: ID("c1"), of: .ann)
        #expect(try await record(store)?.areWordsDeleted == true)
        try await until {
            clock.advance(by: .seconds(5))
            return try await !store.isErasing()
        }
        #expect(try !isOnDisk(Array("xylophonic".utf8)))
    }

    @Test func `takes the words of edits along from the index`() async throws {
        let store = try await rested()
        _ = try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann)
        try await store.settle()
        _ = try await store.setText("the placid harbour", of: ID("s1"), in: id, of: .ann)
        #expect(try await store.delete(ID<Conversation>("c1"), of: .ann))
        // Not an hour, and not a day.
        try await until {
            clock.advance(by: .seconds(5))
            return try await !store.isErasing()
        }
        #expect(try !isOnDisk(Array("quiet".utf8)))
    }

    @Test func `is not complete when a deletion comes while edits are gathered`() async throws {
        let store = try await rested()
        _ = try await store.setText("the quiet harbour", of: ID("s1"), in: id, of: .ann)
        #expect(try await !store.isErasing())
        #expect(try await store.delete(ID<Conversation>("c1"), of: .ann))
        #expect(try await store.isErasing())
        // An edit behind a deletion does not hide it.
        _ = try await store.setText("the loud harbour", of: ID("s1"), in: id, of: .ann)
        #expect(try await store.isErasing())
    }
}
