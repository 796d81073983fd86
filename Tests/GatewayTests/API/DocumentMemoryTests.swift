import HarkenTesting
import Synchronization
import Testing

@testable import API

@Suite(.hangLimit) struct `The memory for documents of imports` {
    private let megabyte = 1 << 20

    private final class Begun: Sendable {
        private let sizes = Mutex<[Int]>([])

        var all: [Int] { sizes.withLock { $0 } }

        func note(_ size: Int) { sizes.withLock { $0.append(size) } }
    }

    /// Takes room for a document, and gives it back.
    private func take(_ size: Int, of memory: DocumentMemory, _ begun: Begun) -> Task<Void, Never> {
        Task { [megabyte] in
            let room = await memory.room(for: size * megabyte)
            begun.note(size)
            withExtendedLifetime(room) {}
        }
    }

    @Test func `makes a document wait until there is room, in order, and small ones never`() async throws {
        let memory = DocumentMemory(byteCount: 10 * megabyte), begun = Begun()
        var first = await memory.room(for: 6 * megabyte)
        #expect(first != nil)
        #expect(await memory.room(for: megabyte) == nil)
        let large = take(8, of: memory, begun)
        try await until { memory.waitingCount == 1 }
        // There is room for the second one, and the large one was there before.
        let small = take(2, of: memory, begun)
        try await until { memory.waitingCount == 2 }
        #expect(begun.all.isEmpty)
        first = nil
        await large.value
        await small.value
        #expect(Set(begun.all) == [8, 2] && memory.waitingCount == 0)
        // All of it is free again.
        #expect(await memory.room(for: 10 * megabyte) != nil)
    }
}
