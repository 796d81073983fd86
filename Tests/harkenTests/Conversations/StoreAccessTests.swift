import Conversations
import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@testable import harken

/// The commands that read and change what is stored, on a data directory that tests fill.
@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `Commands on what is stored` {
    private let folder = TemporaryFolder()
    private var environment: [String: String] { ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data")] }

    private func run(_ words: String...) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(words, environment: environment)
    }

    private func fill(_ user: ID<User>, id: String = "c1") async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "data")))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        let anna = try await store.add(Person(id: ID("p-" + id), name: "Anna", created: UnixTime(milliseconds: 0)), reusing: true, of: user)
        let segments = [
            Segment(
                id: ID("s1"), text: "Where is the \u{1B}[31m harbour?", start: .seconds(1), end: .seconds(3), speaker: SpeakerNumber(0),
                identity: SpeakerIdentity(.person(anna.id), by: .manual)),
            Segment(
                id: ID("s2"), text: "Down there.", start: .seconds(65), end: .seconds(67), speaker: SpeakerNumber(1),
                identity: SpeakerIdentity(.user, by: .manual)),
        ]
        _ = try await store.begin(
            Conversation(
                id: ID(id), user: user, status: .completed, source: "test", title: "Harbour", started: UnixTime(milliseconds: 1_800_000_000_000),
                finished: UnixTime(milliseconds: 1_800_000_070_000), segments: segments))
    }

    @Test func `list, show, export and delete conversations of one user`() async throws {
        try await fill(.local)
        try await fill(ID("ann"), id: "hers")
        let list = try await run("conversations", "list")
        #expect(list.status == 0 && list.output.contains("c1") && list.output.contains("1:07") && !list.output.contains("hers"), "\(list)")
        #expect(try await run("conversations", "list", "--from", "2030-01-01").output.isEmpty)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(try await run("conversations", "list", "--json", "--user", "ann").output.utf8))
                as? [[String: Any]])
        #expect(json.map { $0["id"] as? String } == ["hers"])

        let shown = try await run("conversations", "show", "c1")
        #expect(shown.output.contains("[0:01] Anna: Where is the  [31m harbour?\n[1:05] You: Down there.\n"), "\(shown)")
        #expect(try await run("conversations", "show", "hers").status == 1)
        let found = try await run("search", "harbour")
        #expect(found.status == 0 && found.output.contains("0:01  c1") && found.output.contains("Anna: "), "\(found)")
        #expect(try await run("search", "harbour", "--person", "user").diagnostics.contains("nothing found"))
        let srt = try await run("conversations", "export", "c1", "--format", "srt")
        #expect(srt.output.hasPrefix("1\n00:00:01,000 --> "))
        let file = folder.path(of: "out.md")
        #expect(try await run("conversations", "export", "c1", "-o", file).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix("# Harbour\n"))

        #expect(try await run("conversations", "delete", "hers").status == 1)
        #expect(try await run("conversations", "delete", "c1").status == 0)
        #expect(try await run("conversations", "show", "c1").status == 1)
        #expect(try await run("conversations", "show", "hers", "--user", "ann").status == 0)
    }

    @Test func `say that there are older conversations than they list`() async throws {
        for id in ["c1", "c2"] { try await fill(.local, id: id) }
        let short = try await run("conversations", "list", "--limit", "1")
        #expect(short.output.contains("c2") && !short.output.contains("c1"), "\(short)")
        #expect(short.diagnostics == "there are older ones: list them with --limit 200 or --to 2027-01-15T08:00:00.000Z\n", "\(short)")
        #expect(try await run("conversations", "list", "--limit", "2").diagnostics.isEmpty)
    }

    @Test(arguments: [
        ["conversations", "list"], ["people", "list"], ["keys", "list"], ["usage"], ["search", "harbour"], ["doctor"],
        ["conversations", "show", "last"], ["people", "rename", "Ann", "Anna"], ["people", "delete", "Ann"], ["keys", "revoke", "key_1"],
    ])
    func `make no folder and no database where there is none`(words: [String]) async throws {
        _ = try await BuiltProgram.run(words, environment: environment)
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data")))
        guard words != ["doctor"] else { return }
        let named = try await BuiltProgram.run(words + ["--data", folder.path(of: "typo")], environment: environment)
        #expect(named.status == 1)
        #expect(named.diagnostics.contains("typo") && !FileManager.default.fileExists(atPath: folder.path(of: "typo")), "\(named.diagnostics)")
    }

    @Test func `say whose data there is when the user has none`() async throws {
        #expect(try await run("keys", "create", "--user", "ann").status == 0)
        #expect(try await run("conversations", "list").diagnostics == "no conversations\n")
        try await fill(ID("ann"))
        #expect(
            try await run("conversations", "list").diagnostics
                == "no conversations of the user local; there are conversations of ann: give --user USER\n")
        #expect(try await run("search", "harbour").diagnostics.hasPrefix("nothing found of the user local; there are conversations of ann"))
        #expect(try await run("conversations", "list", "--user", "bert").diagnostics == "no conversations\n")
    }

    @Test func `find conversations by the beginning of an id, and the last one`() async throws {
        try await fill(.local, id: "5f21aaaa")
        try await fill(.local, id: "5f22bbbb")
        #expect(try await run("conversations", "show", "5f21").output.contains("Anna: Where"))
        #expect(try await run("conversations", "show", "last").output.contains("Anna: Where"))
        let several = try await run("conversations", "show", "5f2")
        #expect(several.status == 1 && several.diagnostics.contains("several conversations begin with 5f2"))
        #expect(try await run("conversations", "show", "9").diagnostics.contains("local has no conversation 9"))
        #expect(try await run("conversations", "delete", "5f22").status == 0)
        #expect(try await run("conversations", "show", "5f2").status == 0)
    }

    @Test func `take an empty id for no conversation, also where there is only one`() async throws {
        try await fill(.local)
        for words in [["show", ""], ["delete", ""], ["delete", "--for-good", ""]] {
            let outcome = try await BuiltProgram.run(["conversations"] + words, environment: environment)
            #expect(outcome.status == 1 && outcome.diagnostics.contains("an empty id names no conversation; "), "\(outcome)")
        }
        #expect(try await run("conversations", "delete", "c1").status == 0)
        let restored = try await run("conversations", "restore", "")
        #expect(restored.status == 1 && restored.diagnostics.contains("an empty id names no deleted conversation; "), "\(restored)")
        #expect(try await run("conversations", "deleted").output.contains("c1"))
    }

    @Test func `restore deleted conversations, until they are deleted for good`() async throws {
        try await fill(.local, id: "5f21aaaa")
        try await fill(.local, id: "5f22bbbb")
        #expect(try await run("conversations", "deleted").diagnostics == "no deleted conversations\n")
        let deleted = try await run("conversations", "delete", "5f22", "5f22bbbb")
        #expect(deleted.diagnostics.contains("it comes back with: harken conversations restore 5f22bbbb"), "\(deleted)")
        #expect(try await run("conversations", "show", "5f22").status == 1)
        let list = try await run("conversations", "deleted")
        #expect(list.output.contains("5f22bbbb") && !list.output.contains("5f21aaaa"), "\(list)")
        let json = try await run("conversations", "deleted", "--json")
        let objects = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(objects.compactMap { $0["id"] as? String } == ["5f22bbbb"])
        #expect(try await run("conversations", "restore", "5f21").status == 1)
        #expect(try await run("conversations", "restore", "5f22", "last").diagnostics == "1 conversation is restored\n")
        #expect(try await run("conversations", "show", "5f22").output.contains("Anna: Where"))

        #expect(try await run("conversations", "delete", "5f22").status == 0)
        #expect(try await run("conversations", "restore", "last", "--json").output.contains(#""restored":["5f22bbbb"]"#))
        #expect(try await run("conversations", "delete", "5f22").status == 0)
        let gone = try await run("conversations", "delete", "--for-good", "5f22", "5f21")
        #expect(gone.diagnostics == "2 conversations are deleted for good\n", "\(gone)")
        #expect(try await run("conversations", "deleted").diagnostics == "no deleted conversations\n")
        #expect(try await run("conversations", "restore", "5f22bbbb").status == 1)
    }

    @Test(arguments: [("0", "1 conversation is deleted for good"), ("many", "HARKEN_DELETED_DAYS")])
    func `read from the environment for how long what is deleted stays`(days: String, expected: String) async throws {
        try await fill(.local)
        var environment = environment
        environment["HARKEN_DELETED_DAYS"] = days
        let deleted = try await BuiltProgram.run(["conversations", "delete", "c1"], environment: environment)
        #expect(deleted.diagnostics.contains(expected), "\(deleted)")
    }

    @Test func `name, merge and forget voices by their labels`() async throws {
        try await fill(.local)
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "data")))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        // Equal voices would become one person's with the first name.
        for number in 1...4 {
            let voiceprint = Voiceprint((1...4).map { $0 == number ? 1 : 0 }, model: "test")
            _ = try await store.add(
                NewVoice(id: ID("voice-\(number)"), voiceprint: try #require(voiceprint), evidence: .seconds(7), created: UnixTime(milliseconds: 0)),
                of: .local)
        }
        #expect(try await run("people", "name", "speaker 1", "Vera").status == 0)
        #expect(
            try await store.voices(of: .local).first?.owner
                == .person(try #require(try await store.people(of: .local).first { $0.name == "Vera" }).id))
        #expect(try await run("people", "name", "Vera", "Veronika").diagnostics.contains("harken people rename"))
        #expect(try await run("people", "rename", "voice-2", "Bert").status == 0)
        #expect(try await run("people", "merge", "Speaker 3", "vera").status == 0)
        #expect(try await run("people", "merge", "Vera", "Speaker 4").diagnostics.contains("the second one has no name"))
        let json = try await run("people", "list", "--json")
        let people = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(people.compactMap { $0["name"] as? String } == ["Anna", "Bert", "Vera"])
        #expect(people.compactMap { $0["label"] as? String } == ["Speaker 4"])
        #expect(people.first { $0["name"] as? String == "Vera" }?["speech"] as? Double == 14)
        #expect(try await run("people", "delete", "Speaker 4").status == 0)
        #expect(try await store.voices(of: .local).count == 3)
    }

    @Test(arguments: [
        ("Anna", "ANNA"), ("Zo\u{EB}", "ZOE\u{308}"), (" Anna ", "anna"), ("Anna Maria", "anna  maria"), ("Straße", "STRASSE"), ("İpek", "ipek"),
    ])
    func `take a name that somebody has for that person's, however it is written`(stored: String, comes: String) async throws {
        for name in [stored, "Somebody"] { #expect(try await run("people", "add", name).status == 0) }
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "data")))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        let person = try #require(try await store.people(of: .local).first { $0.name != "Somebody" })
        let voiceprint = try #require(Voiceprint([1, 0], model: "test"))
        _ = try await store.add(
            NewVoice(id: ID("voice-1"), voiceprint: voiceprint, evidence: .seconds(9), created: UnixTime(milliseconds: 0)), of: .local)
        for words in [["people", "add", comes], ["people", "rename", "Somebody", comes]] {
            let refused = try await BuiltProgram.run(words, environment: environment)
            #expect(refused.status == 1 && refused.diagnostics.contains("harken people merge"), "\(words): \(refused)")
        }
        #expect(try await run("people", "name", "Speaker 1", comes).status == 0)
        #expect(try await store.voices(of: .local).map(\.owner) == [.person(person.id)])
        #expect(try await store.people(of: .local).map(\.name).sorted() == [person.name, "Somebody"].sorted())
        // Their own name may be written in another way.
        #expect(try await run("people", "rename", comes, comes).status == 0)
    }

    @Test func `show two people of one name, and merge them`() async throws {
        for name in ["Anna", "Bert"] { #expect(try await run("people", "add", name).status == 0) }
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder.path(of: "data")))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { UnixTime(milliseconds: 0) })
        let people = try await store.people(of: .local)
        let anna = try #require(people.first).id, bert = try #require(people.last).id
        let taken = try await run("people", "rename", "bert", "ANNA")
        #expect(taken.status == 1 && taken.diagnostics.contains("harken people merge \(bert) \(anna)"), "\(taken)")
        // An earlier version let two people have one name.
        try await database.write { (connection) throws(StoreError) in try connection.run("UPDATE people SET name = 'anna ' WHERE name = 'Bert'") }
        let list = try await run("people", "list")
        #expect(list.output.contains("(merge with \(bert)?)") && list.output.contains("(merge with \(anna)?)"), "\(list)")
        #expect(try await run("people", "list", "--json").output.contains("\"same_name_as\":\"\(anna)\""))
        for words in [["people", "add", "Anna"], ["people", "rename", "Anna", "Vera"], ["people", "merge", "Anna", "anna"]] {
            let refused = try await BuiltProgram.run(words, environment: environment)
            #expect(refused.status == 1 && refused.diagnostics.contains("harken people merge \(bert) \(anna)"), "\(words): \(refused)")
        }
        #expect(try await run("people", "merge", bert.rawValue, anna.rawValue).status == 0)
        #expect(try await run("people", "list").output.contains("merge with") == false)
        let second = try await run("people", "add", "ANNA ")
        #expect(second.status == 1 && second.diagnostics.contains("harken people merge PERSON \(anna)"), "\(second)")
    }

    @Test func `add, rename, merge and forget people`() async throws {
        #expect(try await run("people", "list").status == 0)
        #expect(try await run("people", "add", "Bert").status == 0)
        #expect(try await run("people", "add", "bert").status == 1)
        #expect(try await run("people", "rename", "bert", "Robert").status == 0)
        try await fill(.local)
        #expect(try await run("people", "merge", "Anna", "Robert").status == 0)
        #expect(try await run("conversations", "show", "c1").output.contains("Robert: Where"))
        #expect(try await run("people", "merge", "Robert", "robert").status == 1)
        #expect(try await run("people", "delete", "Robert").status == 0)
        #expect(try await run("people", "delete", "Robert").diagnostics.contains("local has no person or voice Robert"))
        #expect(try await run("people", "list", "--json").output == "[]\n")
        #expect(try await run("people", "add", " ").status == 2)
        #expect(try await run("people", "add", "X", "--user", "ann").status == 0)
        #expect(try await run("people", "list").output.isEmpty)
    }
}
