import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `The gaps of sessions in the store` {
    private let folder = TemporaryFolder()
    private let early = Duration.zero..<Duration.seconds(1), late = Duration.seconds(5)..<Duration.seconds(9)

    @Test(arguments: StoreKind.allCases) func `name their sessions in pages, each session once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        #expect(try await store.sessionsWithGaps(after: nil, limit: 9) == [])
        try await store.setGaps([ID("b"): [early, late], ID("a"): [early], ID("c"): [late], ID("B"): [late], ID("whole"): []])
        #expect(try await store.sessionsWithGaps(after: nil, limit: 9) == [ID("B"), ID("a"), ID("b"), ID("c")])
        #expect(try await store.sessionsWithGaps(after: nil, limit: 3) == [ID("B"), ID("a"), ID("b")])
        #expect(try await store.sessionsWithGaps(after: ID("b"), limit: 3) == [ID("c")])
        #expect(try await store.sessionsWithGaps(after: ID("c"), limit: 3) == [])
    }

    @Test(arguments: StoreKind.allCases) func `are gone when none is left`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.setGaps([ID("a"): [early, late], ID("b"): [early]])
        try await store.setGaps([ID("a"): [late]])
        #expect(try await store.sessionsWithGaps(after: nil, limit: 9) == [ID("a"), ID("b")])
        try await store.setGaps([ID("a"): []])
        #expect(try await store.sessionsWithGaps(after: nil, limit: 9) == [ID("b")])
    }
}
