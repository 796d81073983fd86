import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `The outline in the store` {
    private let folder = TemporaryFolder()

    @Test(arguments: StoreKind.allCases) func `names the owners of voices, and conversations of the user alone`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let anna = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        let voice = try await store.add(NewVoice(id: ID("v1"), voiceprint: .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        let segments: [Segment] = [
            .said("a", "one", at: 0, .voice(voice.id)), .said("b", "two", at: 5, speaker: 1), .said("c", "three", at: 6, .user),
        ]
        _ = try await store.begin(.of(.ann, "c1", segments[0], segments[1], segments[2]))
        _ = try await store.begin(.of(.bob, "c2", .said("d", "four")))
        let ids: [ID<Conversation>] = [ID("c1"), ID("c2"), ID("none")]
        #expect(try await store.setOwner(.person(anna.id), of: voice.id, of: .ann))
        let outlines = try await store.outlines(of: ids, of: .ann)
        #expect(outlines.keys.map(\.rawValue) == ["c1"])
        #expect(outlines[ID("c1")]?.speakers.map(\.who) == [.person(anna.id), .unknown, .user])
        #expect(outlines[ID("c1")]?.runs.map(\.start) == [.zero, .seconds(5), .seconds(6)])
        #expect(try await store.outlines(of: ids, of: ID("nobody")) == [:])
    }

    @Test(arguments: StoreKind.allCases) func `has the places of segments, and their words page by page`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let segments: [Segment] = [
            .said("a", "one", at: 0, for: 30, speaker: 0), .said("b", "two", at: 5), .said("c", "three", at: 6, .user), .said("d", "four", at: 40),
        ]
        _ = try await store.begin(.of(.ann, "c1", segments[2], segments[0], segments[3], segments[1]))
        let found = try #require(try await store.places(in: ID("c1"), of: .ann))
        #expect(found.conversation.segments.isEmpty && found.conversation.language == .english)
        #expect(found.places.map(\.segment.rawValue) == ["a", "b", "c", "d"])
        #expect(found.places.map(\.start) == [.zero, .seconds(5), .seconds(6), .seconds(40)] && found.places.map(\.length) == [3, 3, 5, 4])
        #expect(found.places.map(\.speaker.state) == ["unassigned", "unknown", "user", "unknown"])
        func page(_ query: SegmentQuery) async throws -> SegmentPage? { try await store.segments(query, in: ID("c1"), of: .ann) }
        #expect(try await page(SegmentQuery(limit: 9)) == SegmentPage(segments: segments, first: 0, total: 4))
        #expect(try await page(SegmentQuery(index: 1, limit: 2)) == SegmentPage(segments: [segments[1], segments[2]], first: 1, total: 4, next: 3))
        // The first segment is still said at 20 s, and the next ones are over.
        #expect(
            try await page(SegmentQuery(from: .seconds(20), limit: 1)) == SegmentPage(segments: [segments[0]], first: 0, total: 4, next: 1))
        #expect(
            try await page(SegmentQuery(from: .seconds(20), index: 1, limit: 1)) == SegmentPage(segments: [segments[3]], first: 3, total: 4))
        #expect(try await page(SegmentQuery(to: .seconds(6), limit: 9))?.segments == [segments[0], segments[1]])
        #expect(try await page(SegmentQuery(index: 4, limit: 9)) == SegmentPage(segments: [], first: 0, total: 4))
        // Some of them by their ids, in order, and none that another conversation has.
        _ = try await store.begin(.of(.ann, "c2", .said("e", "five")))
        #expect(try await store.segments([ID("d"), ID("none"), ID("e"), ID("b")], in: ID("c1"), of: .ann) == [segments[1], segments[3]])
        #expect(try await store.segments([], in: ID("c1"), of: .ann) == [])
        #expect(try await store.segments([ID("a")], in: ID("c1"), of: .bob) == nil)
        #expect(try await store.places(in: ID("c1"), of: .bob) == nil)
        #expect(try await store.segments(SegmentQuery(limit: 1), in: ID("c1"), of: .bob) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `has the sessions of a conversation, each to where it goes on elsewhere`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for id in ["c1", "c2"] { _ = try await store.begin(.of(.ann, id)) }
        let session = ID<Session>("s1")
        #expect(try await store.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .seconds(1)), of: .ann))
        #expect(try await store.join(SessionPart(session: session, conversation: ID("c2"), begins: .seconds(60), shift: nil), of: .ann))
        #expect(
            try await store.sessions(in: ID("c1"), of: .ann)
                == [SessionSpan(session: session, begins: .zero, ends: .seconds(60), shift: .seconds(1))])
        #expect(
            try await store.sessions(in: ID("c2"), of: .ann) == [SessionSpan(session: session, begins: .seconds(60), ends: nil, shift: nil)])
        #expect(try await store.sessions(in: ID("c1"), of: .bob) == [])
    }

    @Test(arguments: StoreKind.allCases) func `finds where a voice can be heard, merged voices too`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 1...2 {
            _ = try await store.add(NewVoice(id: ID("v\(number)"), voiceprint: .of(number), evidence: .seconds(9), created: .at(0)), of: .ann)
        }
        let one = SpeakerIdentity.Who.voice(ID("v1")), two = SpeakerIdentity.Who.voice(ID("v2"))
        _ = try await store.begin(
            .of(
                .ann, "c1", .said("long", "a", at: 0, for: 30, one), .said("short", "b", at: 30, for: 2, one),
                .said("good", "c", at: 32, for: 9, two),
                .said("lost", "d", at: 50, for: 5, one)))
        _ = try await store.begin(.of(.ann, "silent", .said("mute", "e", at: 0, for: 8, one)))
        let audio = StoredAudio(file: "a.opus", start: .zero, duration: .seconds(45), byteCount: 1, created: .at(0))
        #expect(try await store.add(audio, to: ID("c1"), of: .ann))
        func found(_ voice: String, limit: Int = 5, of user: ID<User> = .ann) async throws -> [String]? {
            try await store.excerpts(of: ID(voice), limit: limit, of: user)?.map(\.segment.rawValue)
        }
        #expect(try await found("v1") == ["short", "long"])
        // A voice that only speaks where no audio is kept, or nowhere, cannot be heard; one with a name is not asked about.
        for voice in ["v7", "v8", "v9"] {
            _ = try await store.add(NewVoice(id: ID(voice), voiceprint: .of(7), evidence: .seconds(9), created: .at(0)), of: .ann)
        }
        _ = try await store.begin(.of(.ann, "quiet", .said("dumb", "f", at: 0, for: 8, .voice(ID("v8")))))
        func silent(of user: ID<User> = .ann) async throws -> [ID<Voice>] {
            try await store.listedVoices(onlyNamed: false, of: user).filter(\.isSilent).map(\.id)
        }
        func toName() async throws -> [ID<Voice>] { try await store.unnamedVoices(VoiceQuery(), of: .ann).voices.map(\.id) }
        #expect(try await silent() == [ID("v7"), ID("v8"), ID("v9")])
        #expect(try await toName() == [ID("v2"), ID("v1")])
        #expect(try await store.voiceCount(of: .ann) == VoiceCount(all: 5, unnamed: 5, heard: 2))
        #expect(try await store.setOwner(.user, of: ID("v9"), of: .ann))
        #expect(try await silent() == [ID("v7"), ID("v8")])
        #expect(try await store.voiceCount(of: .ann) == VoiceCount(all: 5, unnamed: 4, heard: 2))
        #expect(try await store.merge(ID<Voice>("v8"), into: ID<Voice>("v2"), of: .ann))
        #expect(try await silent() == [ID("v7")])
        #expect(try await store.voiceCount(of: .ann) == VoiceCount(all: 4, unnamed: 3, heard: 2))
        #expect(try await silent(of: .bob).isEmpty)
        #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
        #expect(try await toName() == [ID("v1")])
        #expect(try await store.voiceCount(of: .ann) == VoiceCount(all: 3, unnamed: 2, heard: 1))
        #expect(try await found("v1") == ["good", "short", "long"])
        #expect(try await found("v2") == ["good", "short", "long"])
        #expect(try await found("v1", limit: 1) == ["good"])
        #expect(try await found("none") == nil)
        #expect(try await found("v1", of: .bob) == nil)
    }
}
