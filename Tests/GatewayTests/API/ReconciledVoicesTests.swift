import Conversations
import Framing
import HarkenTesting
@testable import Live
@testable import Observability
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A change of voices` {
    /// A request that changes whose voices there are.
    struct Act: Sendable, CustomTestStringConvertible {
        let method: HTTPMethod
        let path: String
        var body: String?
        var status = 204

        var testDescription: String { "\(method.rawValue) \(path) \(body ?? "")" }
    }

    private static let assignment = "/conversations/conversation-1/segments/assign"
    static let acts = [
        Act(method: .patch, path: "/voices/voice-1", body: #"{"person_id":"person-1"}"#),
        Act(method: .post, path: "/voices/voice-1/merge", body: #"{"voice_id":"voice-4"}"#),
        Act(method: .delete, path: "/voices/voice-5/adoption"),
        Act(method: .delete, path: "/voices/voice-1"),
        Act(method: .post, path: assignment, body: #"{"person_id":"person-1","speaker_id":0}"#, status: 200),
        Act(method: .post, path: assignment, body: #"{"person_id":"person-1","voice_id":"voice-1"}"#, status: 200),
        Act(method: .delete, path: "/people/person-1"),
        Act(method: .post, path: "/people/person-2/merge", body: #"{"person_id":"person-1"}"#, status: 200),
    ]

    /// Adds a voice of Bert's and one without a name that sounds like it, and an adopted one. Nothing compares them.
    private func addVoices(_ store: SQLConversationStore) async throws {
        let voices: [(id: String, owner: Voice.Owner, direction: [Float])] = [
            ("voice-2", .nobody, [0, 1, 0]), ("voice-3", .person(ID("person-2")), [0, 1, 0]), ("voice-4", .nobody, [0, 0, 1]),
            ("voice-5", .nobody, [0, -1, 0]),
        ]
        for voice in voices {
            let voiceprint = try #require(Voiceprint(voice.direction, model: "test"))
            _ = try await store.add(
                NewVoice(id: ID(voice.id), owner: voice.owner, voiceprint: voiceprint, evidence: .seconds(12), created: TestGateway.time), of: .local)
        }
        #expect(try await store.adopt(ID("voice-5"), by: .user, distance: 0.1, of: .local))
    }

    @Test(arguments: acts) func `is answered before the voices are compared, which follows`(act: Act) async throws {
        try await TestGateway.with { gateway in
            try await gateway.keepMemories(of: .local)
            let store = try gateway.store()
            try await addVoices(store)
            let hasBegun = AtomicFlag(), isReleased = AtomicFlag()
            defer { isReleased.set() }
            _ = gateway.conversations.reconciliations.add(.local) {
                hasBegun.set()
                try? await until { isReleased.isSet }
            }
            try await until { hasBegun.isSet }
            func owner() async throws -> Voice.Owner? { try await store.voices(of: .local).first { $0.id == ID("voice-2") }?.owner }
            let answer = try await gateway.send(act.method, "/api/v1" + act.path, body: act.body.map { Array($0.utf8) })
            #expect(answer.status == act.status, "\(answer.text)")
            #expect(try await owner() == .nobody)
            isReleased.set()
            try await until { try await owner() == .person(ID("person-2")) }
        }
    }
}
