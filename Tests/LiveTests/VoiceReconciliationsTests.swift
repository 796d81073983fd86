import Conversations
import HarkenTesting
@testable import Live
@testable import Observability
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `Reconciliations of voices` {
    private let anna = ID<Person>("anna"), old = ID<Voice>("old")

    /// Adds Anna, whose voice somebody has named, and more voices without a name than are compared with each other after a start. The oldest one
    /// sounds as she does.
    private func fill(_ store: any ConversationStores) async throws {
        func add(_ id: String, _ owner: Voice.Owner = .nobody, place: Int) async throws {
            var values = [Float](repeating: 0, count: 100)
            values[place] = 1
            let voiceprint = try #require(Voiceprint(values, model: "test"))
            let voice = NewVoice(id: ID(id), owner: owner, voiceprint: voiceprint, evidence: .seconds(30), created: UnixTime(milliseconds: 1))
            _ = try await store.add(voice, of: .local)
        }
        _ = try await store.add(Person(id: anna, name: "Anna", created: UnixTime(milliseconds: 1)), reusing: false, of: .local)
        try await add(old.rawValue, place: 0)
        for place in 1..<80 { try await add("other-\(place)", place: place) }
        try await add("anna's", .person(anna), place: 0)
    }

    private func adopted(_ store: any ConversationStores) async throws -> [ID<Voice>] {
        try await store.voices(of: .local).filter { $0.adoption != nil && $0.owner == .person(anna) }.map(\.id)
    }

    @Test func `share the one that waits, and hold up no other user`() async throws {
        try await WaitingConversation.with { conversation in
            let queue = conversation.service.reconciliations, lines = SharedLog(), hasBegun = AtomicFlag(), isReleased = AtomicFlag()
            defer { isReleased.set() }
            let first = queue.add(.local) {
                lines.append("first")
                hasBegun.set()
                try? await until { isReleased.isSet }
            }
            try await until { hasBegun.isSet }
            // A change that comes now is not seen by the first one.
            let second = queue.add(.local) { lines.append("second") }
            let third = queue.add(.local) { lines.append("third") }
            #expect(second == third && second != first)
            await queue.add(ID("other")) { lines.append("other") }.value
            #expect(lines.entries == ["first", "other"])
            #expect(!queue.isEmpty)
            isReleased.set()
            await third.value
            #expect(lines.entries == ["first", "other", "second"])
            #expect(queue.isEmpty)
            await queue.add(.local) { lines.append("fourth") }.value
            #expect(lines.entries.last == "fourth")
        }
    }

    @Test func `are waited for by a gateway that stops`() async throws {
        try await WaitingConversation.with { conversation in
            let service = conversation.service, isStopping = AtomicFlag(), lines = SharedLog()
            for line in ["running", "waiting"] {
                _ = service.reconciliations.add(.local) {
                    try? await until { isStopping.isSet }
                    try? await Task.sleep(for: .milliseconds(50))  // real time: a gateway that does not wait has stopped by then
                    lines.append(line)
                }
            }
            isStopping.set()
            await service.settle()
            #expect(lines.entries.contains("running") && service.reconciliations.isEmpty)
        }
    }

    @Test func `are complete when a conversation that is over has been learned from`() async throws {
        try await WaitingConversation.with { conversation in
            let service = conversation.service, time = UnixTime(milliseconds: 86_400_000)
            try await fill(service.store)
            await service.learn(
                from: Conversation(id: ID("c"), user: .local, status: .completed, source: "test", started: time, finished: time, segments: []))
            #expect(try await adopted(service.store) == [old])
        }
    }

    /// A gateway that was killed has stored the names, and compared nothing. The next one knows nothing of that.
    @Test func `that a kill has cut off are made up for by the next change, however old the voice is`() async throws {
        try await WaitingConversation.with { conversation in
            let service = conversation.service
            try await fill(service.store)
            #expect(try await adopted(service.store) == [])
            #expect(try await service.store.setOwner(.user, of: ID("other-79"), of: .local))
            await service.reconcileVoices(of: .local).value
            #expect(try await adopted(service.store) == [old])
        }
    }
}
