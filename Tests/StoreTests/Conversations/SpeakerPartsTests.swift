import Conversations
import HarkenTesting
import Speech
import Testing

@testable import Store

@Suite(.hangLimit) struct `An assignment of more segments than one transaction writes` {
    private let folder = TemporaryFolder()
    private let clock = HeldClock()
    private let id = ID<Conversation>("c1"), one = ID<Voice>("v1"), two = ID<Voice>("v2")
    private let anna = ID<Person>("p1"), otto = ID<Person>("p2")
    private static let count = 2 * SpeakerParts.segmentsAtOnce + 100
    private static let segments = (0..<count).map { ID<Segment>("s\($0)") }

    /// Segments of two voices, one of Anna's and one without a name, and of nobody. The last one Otto has by hand.
    private func fill(_ kind: StoreKind) async throws -> any ConversationStores {
        let store = try kind.open(in: folder)
        for (id, name) in [(anna, "Anna"), (otto, "Otto")] {
            _ = try await store.add(Person(id: id, name: name, created: .at(1)), reusing: false, of: .ann)
        }
        for (number, voice) in [one, two].enumerated() {
            let new = NewVoice(id: voice, voiceprint: try .of(number), evidence: .seconds(9), created: .at(2))
            _ = try await store.add(new, of: .ann)
        }
        #expect(try await store.setOwner(.person(anna), of: one, of: .ann))
        var conversation = Conversation.of(.ann, "c1")
        conversation.segments = (0..<Self.count).map { (number) -> Segment in
            let start = Double(Self.count - number)
            return switch number % 3 {
            case 0: .said("s\(number)", "harbour", at: start, .voice(one))
            case 1: .said("s\(number)", "harbour", at: start, .voice(two))
            default: .said("s\(number)", "harbour", at: start)
            }
        }
        #expect(try await store.begin(conversation))
        _ = try await store.assign([Self.segments[Self.count - 1]], in: id, to: .person(otto), namingVoices: false, of: .ann)
        return store
    }

    /// Opens a store that erases nothing by itself.
    private func open(_ database: any SQLDatabase) throws -> SQLConversationStore {
        let clock = clock
        return SQLConversationStore(
            in: database, audio: Blobs(in: try DataDirectory(creating: folder.path)).audio, now: { .at(0) },
            clock: .init(now: { clock.now }, sleep: { try await clock.sleep(until: $0) }))
    }

    private func left(in database: any SQLDatabase) async throws -> Int64? {
        try await database.read { (connection) throws(StoreError) in try connection.integer("SELECT count(*) FROM speaker_parts") }
    }

    private func speakers(_ store: any ConversationStores) async throws -> [SpeakerIdentity] {
        try await store.conversation(id, of: .ann)?.segments.map(\.identity) ?? []
    }

    /// Begins an assignment of all segments to Otto, as a gateway that is killed after the first part does.
    private func begin(in database: any SQLDatabase) async throws {
        let id = id, otto = otto
        try await database.write { (connection) throws(StoreError) in
            guard let archive = try UserPartition.find(.ann, on: connection), let number = try archive.conversation(id, on: connection),
                let owner = try OwnerColumns(.person(otto), in: archive, on: connection)
            else { return }
            let change = SpeakerParts.Change.assignment(Self.segments, to: owner, namesVoices: false)
            _ = try SpeakerParts.begin(change, in: number, of: archive, on: connection)
        }
    }

    @Test(arguments: StoreKind.allCases) func `reaches all, tells their former speakers in order, and is taken back`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let before = try await store.portableConversation(id, of: .ann)
        let repeated = Self.segments + [Self.segments[0], ID("s-none")]
        let done = try #require(try await store.assign(repeated, in: id, to: .person(otto), namingVoices: false, of: .ann))
        #expect(done.segments.count == Self.count)
        #expect(done.segments.allSatisfy { $0.identity == SpeakerIdentity(.person(otto), by: .manual) })
        let former = try #require(done.former).segments
        #expect(former.map(\.segment) == Self.segments.reversed(), "in the order of time")
        #expect(former.first?.named == .person(otto))
        #expect(former.last == FormerSpeaker(ID("s0"), named: .nobody, voice: one, by: .voiceprint, confidence: 0.75))
        #expect(try await left(in: kind.database(in: folder)) == 0)
        #expect(try await store.restore(former, in: id, of: .ann))
        #expect(try await store.portableConversation(id, of: .ann) == before)
    }

    @Test(arguments: StoreKind.allCases) func `names the voices of all parts`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        // The nameless voice speaks in the later parts only.
        let all = [0, 2, 1].flatMap { kind in (0..<Self.count).filter { $0 % 3 == kind }.map { Self.segments[$0] } }
        _ = try await store.assign(all, in: id, to: .person(otto), namingVoices: true, of: .ann)
        #expect(try await store.voices(of: .ann).map(\.owner) == [.person(anna), .person(otto)])
    }

    @Test(arguments: StoreKind.allCases) func `tells the former owner of each voice once, and gives it back`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        // The first part names the nameless voice, which the last part finds again in a segment of Otto's by hand. The second part finds Anna's.
        _ = try await store.assign([Self.segments[600]], in: id, to: .person(anna), namingVoices: false, of: .ann)
        let before = try await store.portableConversation(id, of: .ann), voices = try await store.voices(of: .ann)
        let former = try #require(try await store.assign(Self.segments, in: id, to: .person(otto), namingVoices: true, of: .ann)?.former)
        #expect(former.owners == [FormerOwner(two, .nobody), FormerOwner(one, .person(anna))])
        #expect(try await store.voices(of: .ann).map(\.owner) == [.person(otto), .person(otto)])
        #expect(try await store.restore(former.segments, owners: former.owners, in: id, of: .ann))
        #expect(try await left(in: kind.database(in: folder)) == 0)
        #expect(try await store.portableConversation(id, of: .ann) == before)
        #expect(try await store.voices(of: .ann) == voices)
    }

    @Test(arguments: StoreKind.allCases)
    func `tells whom automation had given segments of a voice that an earlier part names`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        // The second part has this segment of the nameless voice.
        let segment = Self.segments[601], guess = FormerSpeaker(segment, named: .person(anna), voice: two, by: .spokenName)
        #expect(try await store.restore([guess], in: id, of: .ann))
        let before = try await store.portableConversation(id, of: .ann)
        let former = try #require(try await store.assign(Self.segments, in: id, to: .person(otto), namingVoices: true, of: .ann)?.former)
        #expect(former.owners == [FormerOwner(two, .nobody)])
        #expect(former.segments.first { $0.segment == segment } == guess)
        #expect(try await store.restore(former.segments, owners: former.owners, in: id, of: .ann))
        #expect(try await store.portableConversation(id, of: .ann) == before)
    }

    @Test(arguments: StoreKind.allCases) func `is finished by the next start after a crash`(kind: StoreKind) async throws {
        _ = try await fill(kind)
        let database = try kind.database(in: folder)
        try await begin(in: database)
        #expect(try await left(in: database) == 2)
        let assigned = try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT count(*) FROM segments WHERE identified_by = 'manual'")
        }
        #expect(assigned == Int64(SpeakerParts.segmentsAtOnce + 1))
        let store = try kind.open(in: folder)
        try await store.settle()
        #expect(try await speakers(store).allSatisfy { $0 == SpeakerIdentity(.person(otto), by: .manual) })
        #expect(try await left(in: database) == 0)
    }

    @Test(arguments: StoreKind.allCases) func `tells no former speakers when another process has carried out a part`(kind: StoreKind) async throws {
        _ = try await fill(kind)
        let own = try InterruptedDatabase(kind.database(in: folder)), other = try kind.database(in: folder)
        let store = try open(own)
        own.interrupt(after: 1) { () throws(StoreError) in
            try await other.write { (connection) throws(StoreError) in
                guard let part = try connection.integer("SELECT min(number) FROM speaker_parts") else { return }
                _ = try SpeakerParts.finish(part: part, on: connection)
            }
        }
        let done = try #require(try await store.assign(Self.segments, in: id, to: .person(otto), namingVoices: false, of: .ann))
        #expect(done.former == nil)
        #expect(done.segments.count == Self.count && done.segments.allSatisfy { $0.identity == SpeakerIdentity(.person(otto), by: .manual) })
        #expect(try await left(in: other) == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func `holds up no parts that a crash has left in another conversation`(kind: StoreKind) async throws {
        var conversation = Conversation.of(.ann, "c2")
        conversation.segments = (0...SpeakerParts.segmentsAtOnce).map { .said("t\($0)", "harbour", at: Double($0)) }
        #expect(try await fill(kind).begin(conversation))
        let database = try InterruptedDatabase(kind.database(in: folder))
        try await begin(in: database)
        #expect(try await left(in: database) == 2)
        let store = try open(database)
        database.interrupt(after: 1) { () throws(StoreError) in
            try await store.settle()
            let left = try await database.read { (connection) throws(StoreError) in
                var conversations: [String] = []
                try connection.run("SELECT c.id FROM speaker_parts n JOIN conversations c ON c.number = n.conversation") { (row) throws(StoreError) in
                    conversations.append(row.text(0) ?? "")
                }
                return conversations
            }
            #expect(left == ["c2"], "the assignment carries out its own part")
        }
        let segments = conversation.segments.map(\.id)
        let done = try #require(try await store.assign(segments, in: conversation.id, to: .user, namingVoices: false, of: .ann))
        #expect(done.former?.segments.map(\.segment) == segments)
        #expect(try await left(in: database) == 0)
        #expect(try await speakers(store).allSatisfy { $0 == SpeakerIdentity(.person(otto), by: .manual) })
    }

    @Test(arguments: StoreKind.allCases)
    func `comes before a later one, and before its conversation is split or deleted`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let database = try kind.database(in: folder), last = Self.segments[Self.count - 2]
        try await begin(in: database)
        let later = try #require(try await store.assign([last], in: id, to: .user, namingVoices: false, of: .ann))
        #expect(later.former?.segments == [FormerSpeaker(last, named: .person(otto), voice: one, by: .manual)])
        let after = try await speakers(store)
        #expect(after.filter { $0.who == .user }.count == 1 && after.allSatisfy(\.isFixed))

        _ = try await store.assign(Self.segments, in: id, to: .nobody, namingVoices: false, of: .ann)
        try await begin(in: database)
        let parts = try #require(try await store.split(id, at: Self.segments[700], new: ID("c2"), of: .ann))
        #expect((parts.earlier.segments + parts.later.segments).allSatisfy { $0.identity.who == .person(otto) })

        #expect(try await store.merge(ID("c2"), into: id, of: .ann) != nil)
        _ = try await store.assign(Self.segments, in: id, to: .nobody, namingVoices: false, of: .ann)
        try await begin(in: database)
        #expect(try await store.delete(id, of: .ann, keptUntil: .at(9_000)) == .kept)
        #expect(try await store.restore(id, of: .ann))
        #expect(try await speakers(store).allSatisfy { $0.who == .person(otto) })
    }

    @Test func `is written with what it gives back`() {
        let speakers: [FormerSpeaker] = [
            FormerSpeaker(ID("s1"), named: .nobody, voice: nil, by: nil), FormerSpeaker(ID("s2"), named: .user, voice: one, by: .channel),
            FormerSpeaker(ID("s\"3"), named: .person(ID("u")), voice: nil, by: .manual),
            FormerSpeaker(ID("s4"), named: .nobody, voice: two, by: .voiceprint, confidence: 0.123_456_79),
        ]
        #expect(FormerSpeakerCoding.decode(FormerSpeakerCoding.encode(speakers)) == speakers)
        let stored = #"""
            [["s1","","","",""],["s2","u","v1","channel",""],["s\"3","pu","","manual",""],["s4","","v2","voiceprint","0.12345679"]]
            """#
        #expect(FormerSpeakerCoding.decode(stored) == speakers, "as earlier versions have written it")
    }
}
