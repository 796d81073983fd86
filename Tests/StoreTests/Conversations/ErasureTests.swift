import Conversations
import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `What is deleted` {
    private let folder = TemporaryFolder()
    private let id = ID<Conversation>("gone")

    /// Whether any file of the folder has these bytes in it, in whatever case.
    private func isOnDisk(_ text: String) throws -> Bool {
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        #expect(files.contains("harken.db"))
        return try files.contains { file in
            let path = folder.path(of: file)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else { return false }
            let bytes = try [UInt8](Data(contentsOf: URL(filePath: path))).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
            return Data(bytes).has(Data(text.lowercased().utf8))
        }
    }

    /// Returns the numbers of the byte sequences that are in any file of the folder.
    private func onDisk(_ all: [[UInt8]]) throws -> Set<Int> {
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        let contents = files.compactMap { FileManager.default.contents(atPath: folder.path(of: $0)) }
        return Set(all.indices.filter { number in contents.contains { $0.has(all[number]) } })
    }

    /// A voiceprint that no other number has, and the bytes by which it is found in a file.
    private func print(_ number: Int) throws -> (voiceprint: Voiceprint, bytes: [UInt8]) {
        var generator = SeededGenerator(seed: UInt64(number))
        let voiceprint = try #require(Voiceprint((0..<192).map { _ in Float.random(in: -1...1, using: &generator) }, model: "m"))
        return (voiceprint, voiceprint.direction[50..<60].flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
    }

    /// Stores voices 0 to 119, each heard in a conversation of its own, with a sample of those of the person "p1".
    ///
    /// - Returns: the bytes of their voiceprints.
    private func speak(_ store: SQLConversationStore) async throws -> [[UInt8]] {
        _ = try await store.add(Person(id: ID("p1"), name: "Annabella", created: .at(0)), reusing: false, of: .ann)
        var all: [[UInt8]] = []
        for number in 0..<120 {
            let (voiceprint, bytes) = try print(number)
            let owner: Voice.Owner = number % 10 == 0 ? .person(ID("p1")) : .nobody
            _ = try await store.add(
                NewVoice(id: ID("voice\(number)"), owner: owner, voiceprint: voiceprint, evidence: .seconds(9), created: .at(0)), of: .ann)
            // A voiceprint grows while its speaker talks.
            let grown = try #require(voiceprint.joined(with: try print(number + 1_000).voiceprint, weights: (own: 1, other: 0.01)))
            _ = try await store.setVoiceprint(grown, evidence: .seconds(10), of: ID("voice\(number)"), of: .ann)
            _ = try await store.setVoiceprint(voiceprint, evidence: .seconds(11), of: ID("voice\(number)"), of: .ann)
            if owner != .nobody {
                let sample = SpeechSample(id: ID("sample\(number)"), owner: owner, duration: .seconds(9), voiceprint: voiceprint, created: .at(0))
                #expect(try await store.add(sample, of: .ann))
            }
            _ = try await store.begin(.of(.ann, "c\(number)", .said("s", "hello", at: 0, .voice(ID("voice\(number)")))))
            all.append(bytes)
        }
        return all
    }

    @Test(.hangLimit, arguments: [false, true])
    func `leaves no byte of a voiceprint, after a crash either`(isKilled: Bool) async throws {
        var store = try open()
        let prints = try await speak(store)
        #expect(try onDisk(prints).count == prints.count)
        // A voice; the last conversation of one; a person; a merged voice; what was not heard for long.
        #expect(try await store.delete(ID<Voice>("voice1"), of: .ann))
        #expect(try await store.delete(ID<Conversation>("c2"), of: .ann))
        #expect(try await store.delete(ID<Person>("p1"), of: .ann))
        #expect(try await store.merge(ID<Voice>("voice3"), into: ID<Voice>("voice4"), of: .ann))
        if isKilled { store = try open() }
        try await store.settle()
        let left = try onDisk(prints)
        #expect(left == Set(prints.indices.filter { $0 % 10 != 0 && ![1, 2, 3].contains($0) }))
        #expect(try await store.voices(of: .ann).count == left.count)
        #expect(try !isOnDisk("Annabella"))
        // The other conversations end after 60 s.
        _ = try await store.begin(.of(.ann, "late", at: 50, .said("s", "hello", at: 0, .voice(ID("voice8")))))
        #expect(try await store.removeVoices(unheardSince: .at(0)) == 0)
        #expect(try await store.removeVoices(unheardSince: .at(100)) == left.count - 1)
        if isKilled { store = try open() }
        try await store.settle()
        #expect(try onDisk(prints) == [8])
    }

    @Test func `keeps a voice that speaks elsewhere, has a name, or stands for another one`() async throws {
        let store = try open()
        _ = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        for (number, owner) in [(1, Voice.Owner.nobody), (2, .person(ID("p1"))), (3, .nobody), (4, .nobody), (5, .user)] {
            _ = try await store.add(
                NewVoice(id: ID("v\(number)"), owner: owner, voiceprint: try print(number).voiceprint, evidence: .seconds(9), created: .at(0)),
                of: .ann)
        }
        _ = try await store.begin(
            .of(
                .ann, "c1", .said("a", "one", at: 0, .voice(ID("v1"))), .said("b", "two", at: 1, .voice(ID("v2"))),
                .said("c", "three", at: 2, .voice(ID("v3"))), .said("d", "four", at: 3, .voice(ID("v4")))))
        _ = try await store.begin(.of(.ann, "c2", .said("a", "one", at: 0, .voice(ID("v1")))))
        #expect(try await store.merge(ID<Voice>("v3"), into: ID<Voice>("v4"), of: .ann))
        _ = try await store.begin(.of(.ann, "c3", .said("a", "one", at: 0, .voice(ID("v3")))))
        #expect(try await store.delete(ID<Conversation>("c1"), of: .ann))
        #expect(try await store.voices(of: .ann).map(\.id) == [ID("v1"), ID("v2"), ID("v4"), ID("v5")])
        #expect(try await store.delete(ID<Conversation>("c3"), of: .ann))
        #expect(try await store.voices(of: .ann).map(\.id) == [ID("v1"), ID("v2"), ID("v5")])
        // The voices of people and of the user stay, however long they were not heard.
        #expect(try await store.removeVoices(unheardSince: .at(100_000)) == 1)
        #expect(try await store.voices(of: .ann).map(\.id) == [ID("v2"), ID("v5")])
    }

    private func open() throws -> SQLConversationStore {
        let data = try DataDirectory(creating: folder.path)
        return SQLConversationStore(in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { .at(0) })
    }

    private static let secrets = ["xylophonic", "quagmires", "Zanzibar7", "Wednesbury", "jabberwocks"]

    /// Many conversations and one that is to go, each written in its own transaction, so that the index is in many pieces.
    private func fill(_ store: SQLConversationStore) async throws {
        for number in 0..<40 {
            let segments = (0..<10).map { Segment.said("s\($0)", "ordinary words about matter \(number) and \($0)", at: Double($0)) }
            var conversation = Conversation.of(.ann, "kept\(number)", at: Double(number))
            conversation.segments = segments
            _ = try await store.begin(conversation)
            guard number == 20 else { continue }
            var gone = Conversation.of(.ann, "gone", .said("s1", "The \(Self.secrets[0]) of \(Self.secrets[1])"))
            gone.title = Self.secrets[2]
            _ = try await store.begin(gone)
            var second = Segment.said("s2", "second", at: 3)
            second.model = Self.secrets[4]
            _ = try await store.write(ConversationUpdate(id, changed: [second], summary: Self.secrets[3]), of: .ann)
        }
    }

    @Test(.hangLimit) func `is not in the store's files any more, not as a word of the index either`() async throws {
        let store = try open()
        try await fill(store)
        for secret in Self.secrets { #expect(try isOnDisk(secret)) }
        #expect(try await store.delete(id, of: .ann))
        try await store.settle()
        for secret in Self.secrets { #expect(try !isOnDisk(secret), "\(secret)") }
        #expect(try isOnDisk("ordinary"))
        #expect(try await store.conversation(ID("kept7"), of: .ann)?.segments.count == 10)
    }

    @Test(.hangLimit) func `before a crash goes after it`() async throws {
        do {
            let store = try open()
            try await fill(store)
            #expect(try await store.delete(id, of: .ann))
        }
        try await open().settle()
        for secret in Self.secrets { #expect(try !isOnDisk(secret), "\(secret)") }
    }

    @Test(.hangLimit) func `leaves the database also while a killed backup's copy cannot be deleted, which is told`() async throws {
        let store = try open()
        try await fill(store)
        // A file in the folder's place: it is not deleted as a folder, not even by root.
        let draft = try folder.write([1], as: ".backup.draft")
        #expect(try await store.delete(id, of: .ann))
        for _ in 0..<2 {
            await #expect(throws: StoreError.notUsable(path: draft, reason: "not a directory")) { try await store.settle() }
            for secret in Self.secrets { #expect(try !isOnDisk(secret), "\(secret)") }
        }
        try FileManager.default.removeItem(atPath: draft)
        try await store.settle()
    }

    /// Number of pieces of which the index of words consists: an erasure of words makes it one.
    private func piecesOfIndex() async throws -> Int64? {
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder.path))
        return try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT count(DISTINCT segid) FROM segment_words_idx")
        }
    }

    @Test(.hangLimit) func `without words does not write the index of words anew`() async throws {
        let store = try open()
        _ = try await speak(store)
        #expect(try await piecesOfIndex() ?? 0 > 1)
        #expect(try await store.delete(ID<Voice>("voice1"), of: .ann))
        #expect(try await store.delete(ID<Person>("p1"), of: .ann))
        try await store.settle()
        #expect(try await piecesOfIndex() ?? 0 > 1)
        #expect(try await store.delete(ID<Conversation>("c2"), of: .ann))
        try await store.settle()
        #expect(try await piecesOfIndex() == 1)
    }

    @Test(.hangLimit) func `by an edit of a text goes, too`() async throws {
        let store = try open()
        try await fill(store)
        _ = try await store.setText("nothing", of: ID("s1"), in: id, of: .ann)
        try await store.settle()
        // Title and summary are made of what is said now.
        for secret in Self.secrets[..<4] { #expect(try !isOnDisk(secret), "\(secret)") }
        #expect(try isOnDisk(Self.secrets[4]))
    }

    @Test(.hangLimit) func `takes its audio and samples with it, once nobody needs them`() async throws {
        let store = try open()
        _ = try await store.begin(.of(.ann, "gone", .said("s1", "one"), .said("s2", "two", at: 4)))
        _ = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        try FileManager.default.createDirectory(atPath: folder.path(of: "audio"), withIntermediateDirectories: true)
        for name in ["a.opus", "b.opus", "c.opus"] { _ = try folder.write([1, 2, 3], as: "audio/" + name) }
        func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "audio")).sorted() }
        func audio(_ file: String) -> StoredAudio { StoredAudio(file: file, start: .zero, duration: .seconds(9), byteCount: 3, created: .at(0)) }
        #expect(try await store.add(audio("a.opus"), to: id, of: .ann))
        #expect(try await store.add(SpeechSample(id: ID("x"), owner: .user, file: "b.opus", duration: .seconds(9), created: .at(0)), of: .ann))
        #expect(
            try await store.add(SpeechSample(id: ID("y"), owner: .person(ID("p1")), file: "c.opus", duration: .seconds(9), created: .at(0)), of: .ann)
        )
        // Nobody can have another's file deleted by naming it.
        _ = try await store.begin(.of(.bob, "c1"))
        await #expect(throws: StoreError.self) { try await store.add(audio("a.opus"), to: ID("c1"), of: .bob) }
        await #expect(throws: StoreError.self) { try await store.add(audio("b.opus"), to: ID("c1"), of: .bob) }
        for name in ["../harken.db", "", ".", "..", "a/b", "a\0b", ".hidden"] {
            await #expect(throws: StoreError.self) { try await store.add(audio(name), to: id, of: .ann) }
        }
        _ = try await store.split(id, at: ID("s2"), new: ID("later"), of: .ann)
        #expect(try await store.delete(id, of: .ann))
        try await store.settle()
        #expect(try files() == ["a.opus", "b.opus", "c.opus"])
        #expect(try await store.delete(ID<Conversation>("later"), of: .ann))
        try await store.settle()
        #expect(try files() == ["b.opus", "c.opus"])
        #expect(try await store.delete(ID<Person>("p1"), of: .ann))
        #expect(try await store.delete(ID<SpeechSample>("x"), of: .ann))
        try await store.settle()
        #expect(try files() == [])
    }

    @Test(.hangLimit) func `because it is old is audio only, and not of what still goes on`() async throws {
        let store = try open()
        func audio(_ file: String, at time: Double) -> StoredAudio {
            StoredAudio(file: file, start: .zero, duration: .seconds(9), byteCount: 3, created: .at(time))
        }
        _ = try await store.begin(.of(.ann, "over"))
        _ = try await store.begin(.of(.ann, "live", status: .inProgress))
        _ = try await store.begin(.of(.bob, "over"))
        for (file, time) in [("a", 0.0), ("b", 9)] { #expect(try await store.add(audio(file, at: time), to: ID("over"), of: .ann)) }
        #expect(try await store.add(audio("c", at: 0), to: ID("live"), of: .ann))
        #expect(try await store.add(audio("d", at: 0), to: ID("over"), of: .bob))
        #expect(try await store.removeAudio(before: .at(5), of: .ann).files == 1)
        #expect(try await store.audio(of: ID("over"), of: .ann).map(\.file) == ["b"])
        #expect(try await store.audio(of: ID("live"), of: .ann).map(\.file) == ["c"])
        #expect(try await store.audio(of: ID("over"), of: .bob).map(\.file) == ["d"])
    }
}
