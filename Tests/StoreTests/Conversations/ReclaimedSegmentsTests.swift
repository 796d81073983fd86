import Conversations
import HarkenTesting
import Speech
import Testing

@testable import Store

@Suite(.hangLimit) struct `Segments that automation gave to others than their voice` {
    private let folder = TemporaryFolder()
    private let id = ID<Conversation>("c1"), voice = ID<Voice>("v1"), person = ID<Person>("p1")
    private static let count = 2 * ReclaimedSegments.segmentsAtOnce + 100

    /// Segments of two voices that were merged, whose speaker has said another name in the course of the conversation. Two of them somebody has
    /// assigned by hand.
    private func fill(_ store: any ConversationStores) async throws {
        _ = try await store.add(Person(id: person, name: "Anna", created: .at(1)), reusing: false, of: .ann)
        for (number, id) in ["v1", "v2"].enumerated() {
            _ = try await store.add(NewVoice(id: ID(id), voiceprint: try .of(number), evidence: .seconds(9), created: .at(2)), of: .ann)
        }
        var conversation = Conversation.of(.ann, "c1", status: .inProgress)
        conversation.segments = (0..<Self.count).map { .said("s\($0)", "harbour", at: Double($0), .voice(ID($0 % 2 == 0 ? "v1" : "v2"))) }
        _ = try await store.begin(conversation)
        let named = conversation.segments.map { segment in
            var segment = segment
            segment.identity = SpeakerIdentity(.person(person), by: .spokenName)
            return segment
        }
        _ = try await store.write(ConversationUpdate(id, changed: named, status: .completed), of: .ann)
        _ = try await store.assign([ID("s0"), ID("s1")], in: id, to: .person(person), namingVoices: false, of: .ann)
        #expect(try await store.merge(ID<Voice>("v2"), into: voice, of: .ann))
        #expect(try await speakers(store) == [.person(person)])
    }

    private func speakers(_ store: any ConversationStores) async throws -> Set<SpeakerIdentity.Who> {
        Set(try await store.conversation(id, of: .ann)?.segments.filter { !$0.identity.isFixed }.map(\.identity.who) ?? [])
    }

    private func number(_ query: StaticString, in database: any SQLDatabase) async throws -> Int64? {
        try await database.read { (connection) throws(StoreError) in try connection.integer(query) }
    }

    @Test(arguments: StoreKind.allCases) func `get the voice's new owner, and what is assigned by hand stays`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        #expect(try await store.setOwner(.user, of: voice, of: .ann))
        try await until { try await speakers(store) == [.user] }
        let fixed = try await store.conversation(id, of: .ann)?.segments.filter(\.identity.isFixed) ?? []
        #expect(fixed.map(\.id) == [ID("s0"), ID("s1")] && fixed.allSatisfy { $0.identity.who == .person(person) })
        let database = try kind.database(in: folder)
        try await until { try await number("SELECT count(*) FROM reclaimed_voices", in: database) == 0 }
    }

    @Test(arguments: StoreKind.allCases) func `stay with them when the voice's name is taken back at once`(kind: StoreKind) async throws {
        try await fill(kind.open(in: folder))
        let database = try kind.database(in: folder), id = id, clock = HeldClock()
        let store = SQLConversationStore(
            in: database, audio: Blobs(in: try DataDirectory(creating: folder.path)).audio, now: { .at(0) },
            clock: .init(now: { clock.now }, sleep: { try await clock.sleep(until: $0) }))
        let before = try await store.portableConversation(id, of: .ann)
        // All segments get a speaker, and their voice a name, before the voice takes back what is left to it.
        let assigned = try await database.write { (connection) throws(StoreError) -> FormerSpeakers? in
            guard let archive = try UserPartition.find(.ann, on: connection), let number = try archive.conversation(id, on: connection),
                let user = try OwnerColumns(.user, in: archive, on: connection)
            else { return nil }
            let change = SpeakerParts.Change.assignment((0..<Self.count).map { ID("s\($0)") }, to: user, namesVoices: true)
            let begun = try SpeakerParts.begin(change, in: number, of: archive, on: connection)
            var effect = begun.effect
            for part in begun.left {
                if case .done(let more?) = try SpeakerParts.finish(part: part, on: connection) { effect.add(more) }
            }
            return FormerSpeakers(effect.former, owners: effect.owners)
        }
        let former = try #require(assigned)
        #expect(former.segments.count == Self.count && former.owners == [FormerOwner(voice, .nobody)])
        #expect(try await number("SELECT count(*) FROM reclaimed_voices", in: database) == 2)
        #expect(try await store.restore(former.segments, owners: former.owners, in: id, of: .ann))
        try await store.settle()
        #expect(try await store.portableConversation(id, of: .ann) == before)
        #expect(try await number("SELECT count(*) FROM reclaimed_voices", in: database) == 0)
    }

    /// What happens to a gateway that takes a voice's name back, after the first transaction.
    enum Fate: CaseIterable, Sendable { case goesOn, isKilled }

    @Test(arguments: Fate.allCases, StoreKind.allCases)
    func `go back in parts when the voice's name is taken back, before segments get former guesses`(fate: Fate, kind: StoreKind) async throws {
        try await fill(kind.open(in: folder))
        let own = try InterruptedDatabase(kind.database(in: folder)), database = try kind.database(in: folder), clock = HeldClock()
        let store = SQLConversationStore(
            in: own, audio: Blobs(in: try DataDirectory(creating: folder.path)).audio, now: { .at(0) },
            clock: .init(now: { clock.now }, sleep: { try await clock.sleep(until: $0) }))
        let left: StaticString = "SELECT count(*) FROM segments WHERE person IS NOT NULL AND identified_by <> 'manual'"
        own.interrupt(after: 1) { () throws(StoreError) in
            let (guesses, parts) = try await database.read { (connection) throws(StoreError) in
                (try connection.integer(left), try connection.integer("SELECT count(*) FROM speaker_parts"))
            }
            #expect(guesses == Int64(Self.count - 2 - 2 * ReclaimedSegments.segmentsAtOnce) && parts == 1)
            if fate == .isKilled { throw .busy(path: "killed") }
        }
        let guess = FormerSpeaker(ID("s2"), named: .person(person), voice: voice, by: .spokenName)
        let restoration = { () async throws(StoreError) in try await store.restore([guess], owners: [FormerOwner(voice, .nobody)], in: id, of: .ann) }
        switch fate {
        case .goesOn: #expect(try await restoration())
        case .isKilled:
            await #expect(throws: StoreError.busy(path: "killed")) { try await restoration() }
            try await store.settle()
        }
        #expect(try await number(left, in: database) == 1)
        let found = try await store.conversation(id, of: .ann)?.segments.first { $0.id == ID("s2") }
        #expect(found?.identity == SpeakerIdentity(.person(person), by: .spokenName))
        #expect(try await number("SELECT count(*) FROM reclaimed_voices", in: database) == 0)
        #expect(try await number("SELECT count(*) FROM speaker_parts", in: database) == 0)
    }

    @Test func `hold up no deletion on a full disk, and take its room for nothing else`() async throws {
        let directory = try DataDirectory(creating: folder.path)
        let database = FullDatabase(try SQLiteDatabase(in: directory))
        // The store that is filled goes at once, with the erasure that it would begin after some seconds.
        try await fill(StoreKind.sqlite.open(in: folder))
        let store = SQLConversationStore(in: database, audio: Blobs(in: directory).audio, now: { .at(0) })
        try await database.write { (connection) throws(StoreError) in
            let voice = try connection.integer("SELECT number FROM voices WHERE id = 'v1'") ?? 0
            try ReclaimedSegments.begin(for: voice, on: connection)
        }
        database.fill()
        await #expect(throws: StoreError.diskFull(path: "/data/harken.db")) { try await ReclaimedSegments.finish(in: database) }
        #expect(try await number("SELECT count(*) FROM reclaimed_voices", in: database) ?? 0 > 0)
        try await store.settle()
        #expect(try await number("SELECT count(*) FROM reclaimed_voices", in: database) == 0)
    }

    /// The moment at which a gateway is killed.
    enum Kill: CaseIterable, Sendable {
        case afterTheFirstPart
        case betweenTwoParts
    }

    @Test(arguments: Kill.allCases, StoreKind.allCases)
    func `are given back in parts, by the next start after a crash, without those that came later`(kill: Kill, kind: StoreKind) async throws {
        try await fill(kind.open(in: folder))
        let database = try kind.database(in: folder)
        func left() async throws -> Int64? {
            try await number("SELECT count(*) FROM segments WHERE person IS NOT NULL AND identified_by <> 'manual'", in: database)
        }
        #expect(try await left() == Int64(Self.count - 2))
        try await database.write { (connection) throws(StoreError) in
            let voice = try connection.integer("SELECT number FROM voices WHERE id = 'v1'") ?? 0
            try connection.run("UPDATE voices SET is_user = TRUE WHERE number = ?", [.integer(voice)])
            try ReclaimedSegments.begin(for: voice, on: connection)
            if kill == .betweenTwoParts { _ = try ReclaimedSegments.finishPart(on: connection) }
        }
        let parts = kill == .betweenTwoParts ? 2 : 1
        #expect(try await left() == Int64(Self.count - 2 - parts * ReclaimedSegments.segmentsAtOnce))
        let store = try kind.open(in: folder)
        // What automation says after the voice was named counts.
        var later = Segment.said("later", "harbour", at: 9_000, .voice(voice))
        _ = try await store.write(ConversationUpdate(id, changed: [later]), of: .ann)
        later.identity = SpeakerIdentity(.person(person), by: .spokenName)
        _ = try await store.write(ConversationUpdate(id, changed: [later]), of: .ann)
        try await store.settle()
        #expect(try await left() == 1)
        #expect(try await speakers(store) == [.user, .person(person)])
        #expect(try await number("SELECT count(*) FROM reclaimed_voices", in: database) == 0)
    }
}
