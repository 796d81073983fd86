import HarkenTesting
import Observability
import Synchronization
import Testing

@Suite(.hangLimit) struct `Serial work` {
    /// What the pieces do.
    private final class Pieces: Sendable {
        let running = Mutex(0)
        let ended = Mutex<Set<Int>>([])
    }

    @Test func `runs one piece at a time, and returns when the piece has ended`() async {
        let work = SerialWork(), pieces = Pieces()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    await work.run {
                        let others = pieces.running.withLock { count in
                            defer { count += 1 }
                            return count
                        }
                        #expect(others == 0)
                        for _ in 0..<10 { await Task.yield() }
                        pieces.running.withLock { $0 -= 1 }
                        pieces.ended.withLock { _ = $0.insert(number) }
                    }
                    #expect(pieces.ended.withLock { $0.contains(number) })
                }
            }
        }
        #expect(pieces.ended.withLock { $0.count } == 50)
        #expect(work.isIdle)
    }

    @Test func `goes on when its caller is cancelled`() async throws {
        let work = SerialWork(), hasEnded = AtomicFlag()
        let (released, release) = AsyncStream<Void>.makeStream()
        let caller = Task {
            await work.run {
                for await _ in released {}
                if !Task.isCancelled { hasEnded.set() }
            }
        }
        try await until { !work.isIdle }
        caller.cancel()
        release.finish()
        await caller.value
        #expect(hasEnded.isSet && work.isIdle)
    }
}
