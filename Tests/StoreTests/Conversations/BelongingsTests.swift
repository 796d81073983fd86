import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Samples, settings and windows in the store` {
    private let folder = TemporaryFolder()

    @Test(arguments: StoreKind.allCases) func `samples are their owner's`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        let own = SpeechSample(id: ID("x"), owner: .user, file: "x.wav", duration: .seconds(20), voiceprint: try .of(1), created: .at(1))
        let hers = SpeechSample(id: ID("y"), owner: .person(ID("p1")), duration: .seconds(10), created: .at(2))
        for sample in [own, hers] { #expect(try await store.add(sample, of: .ann)) }
        #expect(try await !store.add(SpeechSample(id: ID("z"), owner: .person(ID("p1")), duration: .seconds(1), created: .at(1)), of: .bob))
        #expect(try await !store.add(SpeechSample(id: ID("z"), owner: .nobody, duration: .seconds(1), created: .at(1)), of: .ann))
        #expect(try await store.samples(of: .user, of: .ann) == [own])
        #expect(try await store.samples(of: .person(ID("p1")), of: .ann) == [hers])
        #expect(try await store.samples(of: .user, of: .bob) == [])
        #expect(try await !store.delete(own.id, of: .bob))
        #expect(try await store.delete(own.id, of: .ann))
        #expect(try await store.samples(of: .user, of: .ann) == [])
        for number in 0..<ConversationLimits.samples {
            _ = try await store.add(SpeechSample(id: ID("\(number)"), owner: .user, duration: .seconds(1), created: .at(1)), of: .ann)
        }
        await #expect(throws: StoreError.self) {
            try await store.add(SpeechSample(id: ID("more"), owner: .user, duration: .seconds(1), created: .at(1)), of: .ann)
        }
    }

    @Test(arguments: StoreKind.allCases) func `settings are kept by name, so many and no more`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.set("language", to: "de", of: .ann)
        try await store.set("language", to: "en", of: .ann)
        try await store.set("retention", to: "30", of: .ann)
        try await store.set("retention", to: "5", of: .bob)
        #expect(try await store.settings(of: .ann) == ["language": "en", "retention": "30"])
        try await store.set("language", to: nil, of: .ann)
        #expect(try await store.settings(of: .ann) == ["retention": "30"])
        #expect(Set(try await store.users(with: "retention")) == [.ann, .bob])
        #expect(try await store.settings(of: ID("nobody")) == [:])
        for number in 1..<ConversationLimits.settings { try await store.set("\(number)", to: "", of: .ann) }
        await #expect(throws: StoreError.self) { try await store.set("more", to: "", of: .ann) }
        #expect(try await store.settings(of: .ann).count == ConversationLimits.settings)
    }

    @Test(arguments: StoreKind.allCases) func `of providers' keys the fingerprint is kept`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let key = ProviderKey(provider: EngineName("deepgram"), fingerprint: "12ab", created: .at(1))
        try await store.set(key, of: .ann)
        let newer = ProviderKey(provider: EngineName("deepgram"), fingerprint: "34cd", created: .at(2))
        try await store.set(newer, of: .ann)
        #expect(try await store.providerKeys(of: .ann) == [newer])
        #expect(try await store.providerKeys(of: .bob) == [])
        #expect(try await !store.removeProviderKey(key.provider, of: .bob))
        #expect(try await store.removeProviderKey(key.provider, of: .ann))
        #expect(try await store.providerKeys(of: .ann) == [])
    }

    @Test(arguments: StoreKind.allCases) func `windows are wanted of what is complete and has changed`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let id = ID<Conversation>("c1")
        _ = try await store.begin(.of(.ann, "c1", at: 5, .said("s1", "one"), .said("s2", "two", at: 2)))
        _ = try await store.begin(.of(.bob, "c2", at: 9))
        _ = try await store.begin(.of(.bob, "c3", status: .inProgress))
        func wanted(_ model: String = "m") async throws -> [String] { try await store.withoutWindows(model: model, limit: 9).map(\.id.rawValue) }
        #expect(try await wanted() == ["c2", "c1"])
        let window = TextWindow(start: .zero, end: .seconds(3), segments: [ID("s1"), ID("s2")], vector: [1, 0, 0])
        #expect(try await store.setWindows([window], model: "m", of: id, of: .ann))
        #expect(try await !store.setWindows([window], model: "m", of: id, of: .bob))
        #expect(try await store.setWindows([], model: "m", of: ID("c2"), of: .bob))
        #expect(try await wanted() == [])
        #expect(try await Set(wanted("other")) == ["c2", "c1"])
        _ = try await store.write(ConversationUpdate(id, changed: [.said("s1", "changed")]), of: .ann)
        #expect(try await wanted() == ["c1"])
        _ = try await store.write(ConversationUpdate(id, removed: [ID("s2")]), of: .ann)
        // They would be of words that are not there any more.
        #expect(try await !store.setWindows([window], model: "m", of: id, of: .ann))
    }
}
