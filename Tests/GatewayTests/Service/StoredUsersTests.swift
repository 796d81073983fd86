import Conversations
import Framing
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The list of users over the API` {
    @Test func `has a page at a time, with what is stored of each`() async throws {
        try await TestGateway.with { gateway in
            let store = try gateway.store(), began = TestGateway.time
            for user in ["ann", "zoe"] {
                let talk = Conversation(
                    id: ID("c"), user: ID(user), status: .completed, source: "test", started: began, finished: began,
                    segments: [Segment(id: ID("s"), text: "word", start: .zero, end: .seconds(1))])
                #expect(try await store.begin(talk))
            }
            let first = try await gateway.send(.get, "/api/v1/admin/users?limit=1").text
            func user(_ name: String) -> String {
                #"{"user":"\#(name)","conversations":1,"audio_bytes":0,"last_conversation_at":"\#(began.rfc3339)"}"#
            }
            #expect(first == #"{"users":[\#(user("ann"))],"next":"ann"}"#)
            #expect(try await gateway.send(.get, "/api/v1/admin/users?cursor=ann").text == #"{"users":[\#(user("zoe"))],"next":null}"#)
            #expect(try await gateway.send(.get, "/api/v1/admin/users?limit=0").status == 400)
        }
    }
}
