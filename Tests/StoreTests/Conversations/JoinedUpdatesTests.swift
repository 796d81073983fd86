import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Changes that are stored together` {
    private let folder = TemporaryFolder()

    private func update(_ random: inout some RandomNumberGenerator, _ conversation: ID<Conversation>) -> ConversationUpdate {
        var update = ConversationUpdate(conversation, isLive: true)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let id = "s\(Int.random(in: 0..<6, using: &random))"
            if Bool.random(using: &random) {
                update.removed.append(ID(id))
            } else if !update.changed.contains(where: { $0.id == ID(id) }) {
                update.changed.append(.said(id, "text \(Int.random(in: 0..<1_000, using: &random))", at: Double.random(in: 0..<60, using: &random)))
            }
        }
        if Bool.random(using: &random) { update.finished = .at(Double(Int.random(in: 1..<99, using: &random))) }
        if Bool.random(using: &random) { update.started = .at(-Double(Int.random(in: 1..<99, using: &random))) }
        return update
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func `are the same as one after the other`(seed: UInt64) async throws {
        let store = try StoreKind.sqlite.open(in: folder)
        var random = SeededGenerator(seed: seed)
        for name in ["c1", "c2"] { #expect(try await store.begin(.of(.ann, name, status: .inProgress))) }
        var joined = ConversationUpdate(ID("c2"), isLive: true)
        for _ in 0..<12 {
            let next = update(&random, ID("c1"))
            #expect(try await store.write(next, of: .ann))
            var other = next
            other.conversation = ID("c2")
            let isJoined = joined.join(other)
            #expect(isJoined)
        }
        #expect(try await store.write(joined, of: .ann))
        let one = try #require(try await store.conversation(ID("c1"), of: .ann))
        var two = try #require(try await store.conversation(ID("c2"), of: .ann))
        two.id = ID("c1")
        #expect(two == one)
    }

    @Test func `are words of one session in one conversation`() {
        let live = ConversationUpdate(ID("c1"), isLive: true)
        var others = [live, live, live, live]
        // Another conversation.
        others[0].conversation = ID("c2")
        // Another gateway may have the one and not the other.
        others[1].part = ID("s")
        // The conversation ends.
        others[2].status = .processing
        // What is there moves.
        others[3].movesBack = .seconds(1)
        for other in others {
            var joined = live
            let isJoined = joined.join(other)
            #expect(!isJoined)
            #expect(joined == live)
        }
    }
}
