import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Taking an assignment back` {
    private let folder = TemporaryFolder()
    private let id = ID<Conversation>("c1")
    private let one = ID<Voice>("v1"), two = ID<Voice>("v2")
    private let anna = ID<Person>("p1"), otto = ID<Person>("p2"), vera = ID<Person>("p3")

    /// A store with a segment of each kind: nobody, a voice without a name, a voice of Anna's, a name that was said, a channel, and two by hand.
    private func fill(_ kind: StoreKind) async throws -> any ConversationStores {
        let store = try kind.open(in: folder)
        for (id, name) in [(anna, "Anna"), (otto, "Otto"), (vera, "Vera")] {
            _ = try await store.add(Person(id: id, name: name, created: .at(1)), reusing: false, of: .ann)
        }
        for (number, voice) in [one, two].enumerated() {
            let new = NewVoice(id: voice, voiceprint: try .of(number + 1), evidence: .seconds(5), created: .at(2))
            _ = try await store.add(new, of: .ann)
        }
        #expect(try await store.setOwner(.person(anna), of: two, of: .ann))
        var named = Segment.said("s4", "d", at: 3), channel = Segment.said("s5", "e", at: 4)
        named.identity = SpeakerIdentity(.person(otto), by: .spokenName)
        channel.identity = SpeakerIdentity(.user, by: .channel)
        let conversation = Conversation.of(
            .ann, "c1", .said("s1", "a", at: 0), .said("s2", "b", at: 1, .voice(one)), .said("s3", "c", at: 2, .voice(two)), named, channel,
            .said("s6", "f", at: 5, .voice(one)), .said("s7", "g", at: 6, .voice(one)))
        #expect(try await store.begin(conversation))
        _ = try await assign(["s6"], .person(otto), in: store)
        _ = try await assign(["s7"], .nobody, in: store)
        return store
    }

    private func assign(_ segments: [String], _ owner: Voice.Owner, in store: any ConversationStores) async throws -> [FormerSpeaker] {
        try #require(try await store.assign(segments.map { ID($0) }, in: id, to: owner, namingVoices: false, of: .ann)?.former).segments
    }

    /// Gives voice v1 to somebody automatically.
    private func adopt(by person: ID<Person>, in store: any ConversationStores) async throws -> Bool {
        try await store.adopt(one, by: .person(person), distance: 0.25, of: .ann)
    }

    private func identities(_ store: any ConversationStores) async throws -> [SpeakerIdentity] {
        try await store.conversation(id, of: .ann)?.segments.map(\.identity) ?? []
    }

    private func enrollment(_ segments: [String], of person: ID<Person>) throws -> VoiceEnrollment {
        let sample = SpeechSample(id: ID("x"), owner: .person(person), duration: .seconds(10), voiceprint: try .of(7), created: .at(3))
        return VoiceEnrollment(sample, of: segments.map { ID($0) }, in: id, .makes(ID("v9")))
    }

    static let owners: [Voice.Owner] = [.person(ID("p3")), .user, .nobody]

    @Test(arguments: owners, StoreKind.allCases) func `gives every segment the speaker of before`(owner: Voice.Owner, kind: StoreKind) async throws {
        let store = try await fill(kind)
        let before = try await store.portableConversation(id, of: .ann), segments = (1...7).map { "s\($0)" }
        let former = try await assign(segments, owner, in: store)
        #expect(try await identities(store).allSatisfy(\.isFixed))
        #expect(former.map(\.segment) == segments.map { ID($0) })
        #expect(former.map(\.named) == [.nobody, .nobody, .nobody, .person(otto), .user, .person(otto), .nobody])
        #expect(former.map(\.voice) == [nil, one, two, nil, nil, one, nil])
        #expect(former.map(\.source) == [nil, .voiceprint, .voiceprint, .spokenName, .channel, .manual, .manual])
        #expect(former.map(\.confidence) == [nil, 0.75, 0.75, nil, nil, nil, nil])
        #expect(try await store.restore(former, in: id, of: .ann))
        #expect(try await store.portableConversation(id, of: .ann) == before)
        // A guess is changed by what is recognized, as before; what a hand has said is not.
        let guesses = (1...7).map { Segment.said("s\($0)", "x", at: Double($0 - 1), .voice(one)) }
        #expect(try await store.write(ConversationUpdate(id, changed: guesses), of: .ann))
        let after = try await identities(store)
        #expect(after.prefix(5).allSatisfy { $0.who == .voice(one) } && after.suffix(2).map(\.who) == [.person(otto), .unknown])
    }

    @Test(arguments: StoreKind.allCases) func `follows a voice that was named meanwhile`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let former = try await assign(["s2"], .person(vera), in: store)
        #expect(try await store.setOwner(.user, of: one, of: .ann))
        #expect(try await store.restore(former, in: id, of: .ann))
        #expect(try await identities(store)[1] == SpeakerIdentity(.user, by: .voiceprint, confidence: 0.75))
    }

    /// Segments that teach a person's voice after an assignment: one of nobody, one of a voice without a name, one of which a machine said the same.
    static let teachers = [("s1", "p3"), ("s2", "p3"), ("s4", "p2")]

    @Test(arguments: teachers, StoreKind.allCases)
    func `forgets what was learned from the assignment`(teacher: (segment: String, person: String), kind: StoreKind) async throws {
        let store = try await fill(kind), person = ID<Person>(teacher.person)
        let voices = try await store.voices(of: .ann)
        let former = try await assign([teacher.segment], .person(person), in: store)
        #expect(try await store.learn(enrollment([teacher.segment], of: person), of: .ann))
        #expect(try await store.voices(of: .ann).map(\.id) == [one, two, ID("v9")])
        let revision = try await store.revision(of: .ann)
        #expect(try await store.restore(former, in: id, of: .ann))
        #expect(try await store.voices(of: .ann) == voices)
        #expect(try await store.samples(of: .person(person), of: .ann) == [])
        #expect(try await !store.hasLearned(person, from: id, of: .ann))
        #expect(try await store.revision(of: .ann) > revision)
        // The enrollment that was under way comes too late.
        #expect(try await !store.learn(enrollment([teacher.segment], of: person), of: .ann))
    }

    @Test(arguments: StoreKind.allCases) func `keeps what was learned from what a hand had said before`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        #expect(try await store.learn(enrollment(["s6"], of: otto), of: .ann))
        let revision = try await store.revision(of: .ann)
        let former = try await assign(["s6"], .person(otto), in: store)
        #expect(try await store.restore(former, in: id, of: .ann))
        #expect(try await store.samples(of: .person(otto), of: .ann).map(\.id) == [ID("x")])
        #expect(try await store.revision(of: .ann) == revision)
    }

    @Test(arguments: StoreKind.allCases) func `brings nobody back who was forgotten meanwhile`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let former = try await assign(["s2", "s4", "s6"], .person(vera), in: store)
        #expect(try await store.delete(one, of: .ann))
        #expect(try await store.merge(otto, into: anna, of: .ann))
        #expect(try await store.restore(former, in: id, of: .ann))
        let merged = try await identities(store)
        #expect(merged[1] == .unknown && merged[3] == .unknown && merged[5] == .unknown)
        _ = try await assign(["s4"], .person(anna), in: store)
        let again = try await assign(["s3", "s4"], .user, in: store)
        #expect(try await store.delete(anna, of: .ann))
        #expect(try await store.restore(again, in: id, of: .ann))
        let after = try await identities(store)
        #expect(after[2] == .unknown && after[3] == .unknown)
    }

    @Test(arguments: StoreKind.allCases) func `reaches no segment, person or voice of another user`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let before = try await store.portableConversation(id, of: .ann)
        #expect(try await store.begin(.of(.bob, "c2", .said("s2", "b"))))
        let former = [FormerSpeaker(ID("s2"), named: .user, voice: nil, by: .manual)]
        #expect(try await !store.restore(former, in: id, of: .bob))
        #expect(try await !store.restore(former, in: ID("c9"), of: .ann))
        #expect(try await store.restore([FormerSpeaker(ID("s9"), named: .user, voice: nil, by: .manual)], in: id, of: .ann))
        #expect(try await store.portableConversation(id, of: .ann) == before)
        for foreign in [
            FormerSpeaker(ID("s2"), named: .person(anna), voice: nil, by: .manual),
            FormerSpeaker(ID("s2"), named: .nobody, voice: one, by: .voiceprint, confidence: 0.5),
            FormerSpeaker(ID("s2"), named: .nobody, voice: nil, by: .channel),
        ] {
            #expect(try await store.restore([foreign], in: ID("c2"), of: .bob))
            #expect(try await store.conversation(ID("c2"), of: .bob)?.segments.first?.identity == .unknown)
        }
    }

    @Test(arguments: StoreKind.allCases) func `gives a voice the owner of before`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        #expect(try await adopt(by: vera, in: store))
        let before = try await store.voices(of: .ann), revision = try await store.revision(of: .ann)
        for owner in [Voice.Owner.person(otto), .user, .nobody] {
            let former = try #require(try await store.assign(one, to: owner, of: .ann))
            #expect(former == FormerOwner(one, .person(vera), adoption: before[0].adoption))
            #expect(try await store.voices(of: .ann)[0].owner == owner)
            #expect(try await store.restore([], owners: [former], in: id, of: .ann))
            #expect(try await store.voices(of: .ann) == before)
        }
        #expect(before[0].adoption?.distance == 0.25)
        #expect(try await store.revision(of: .ann) > revision)
        // Whose name was taken back may get the voice automatically; who owned it may still have it so.
        #expect(try await store.release(one, isRejected: false, of: .ann))
        #expect(try await adopt(by: otto, in: store))
        #expect(try await store.assign(ID("v8"), to: .user, of: .ann) == nil)
        #expect(try await store.assign(one, to: .person(ID("p9")), of: .ann) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `keeps from a voice whom a hand had taken it from before`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        #expect(try await adopt(by: vera, in: store))
        #expect(try await store.release(one, isRejected: true, of: .ann))
        let former = try #require(try await store.assign(one, to: .person(vera), of: .ann))
        #expect(former == FormerOwner(one, .nobody, wasRejected: true))
        #expect(try await store.restore([], owners: [former], in: id, of: .ann))
        #expect(try await !adopt(by: vera, in: store))
    }

    @Test(arguments: StoreKind.allCases) func `takes the name from the voice of a speaker too`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let before = try await store.portableConversation(id, of: .ann), voices = try await store.voices(of: .ann)
        let segments = ["s2", "s3", "s6", "s7"].map { ID<Segment>($0) }
        let former = try #require(try await store.assign(segments, in: id, to: .person(vera), namingVoices: true, of: .ann)?.former)
        #expect(former.owners == [FormerOwner(one, .nobody)])
        #expect(try await store.voices(of: .ann).map(\.owner) == [.person(vera), .person(anna)])
        #expect(try await store.restore(former.segments, owners: former.owners, in: id, of: .ann))
        #expect(try await store.portableConversation(id, of: .ann) == before)
        #expect(try await store.voices(of: .ann) == voices)
    }

    @Test(arguments: StoreKind.allCases) func `gives no voice to an owner who is gone, and none that was merged`(kind: StoreKind) async throws {
        let store = try await fill(kind)
        let anna = try #require(try await store.assign(two, to: .person(otto), of: .ann))
        #expect(anna == FormerOwner(two, .person(self.anna)))
        #expect(try await store.delete(self.anna, of: .ann))
        #expect(try await store.restore([], owners: [anna], in: id, of: .ann))
        #expect(try await store.voices(of: .ann).map(\.owner) == [.nobody, .nobody])
        let nobody = try #require(try await store.assign(one, to: .person(vera), of: .ann))
        #expect(try await store.setOwner(.person(otto), of: two, of: .ann))
        #expect(try await store.merge(one, into: two, of: .ann))
        #expect(try await store.restore([], owners: [nobody], in: id, of: .ann))
        #expect(try await store.voices(of: .ann).map(\.owner) == [.person(otto)])
        // Another user's voice.
        #expect(try await store.begin(.of(.bob, "c2", .said("s2", "b"))))
        #expect(try await store.restore([], owners: [FormerOwner(two, .user)], in: ID("c2"), of: .bob))
        #expect(try await store.voices(of: .ann).map(\.owner) == [.person(otto)])
    }
}

extension ConversationStore {
    func restore(_ speakers: [FormerSpeaker], in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await restore(speakers, owners: [], in: conversation, of: user)
    }
}
