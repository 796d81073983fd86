import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Retention` {
    private let folder = TemporaryFolder()

    private func audio(_ file: String, at seconds: Double) -> StoredAudio {
        StoredAudio(file: file, start: .zero, duration: .seconds(60), byteCount: 10, created: .at(seconds))
    }

    @Test(arguments: StoreKind.allCases) func `removes audio that is too old, of conversations that are over`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "over"))
        _ = try await store.begin(.of(.ann, "live", status: .inProgress))
        _ = try await store.begin(.of(.bob, "other"))
        for (file, conversation) in [("a.opus", "over"), ("b.opus", "live")] {
            #expect(try await store.add(audio(file, at: 1), to: ID(conversation), of: .ann))
        }
        #expect(try await store.add(audio("new.opus", at: 9), to: ID("over"), of: .ann))
        #expect(try await store.add(audio("c.opus", at: 9), to: ID("other"), of: .bob))
        #expect(try await !store.add(audio("d.opus", at: 9), to: ID("other"), of: .ann))
        #expect(try await store.usersWithAudio(before: .at(5)) == [.ann])
        #expect(try await Set(store.usersWithAudio(before: .at(10))) == [.ann, .bob])
        #expect(try await store.removeAudio(before: .at(5), of: .ann) == RemovedAudio(files: 1, bytes: 10))
        #expect(try await store.audio(of: ID("over"), of: .ann).map(\.file) == ["new.opus"])
        #expect(try await store.audio(of: ID("live"), of: .ann).map(\.file) == ["b.opus"])
        #expect(try await store.audio(of: ID("other"), of: .bob).map(\.file) == ["c.opus"])
    }
}
