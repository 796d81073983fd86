import HarkenTesting
@testable import LocalEngine
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `Model loader` {
    /// A model that says when it is dropped.
    private final class Model: Sendable {
        let number: Int
        private let dropped: @Sendable (Int) -> Void

        init(_ number: Int, dropped: @escaping @Sendable (Int) -> Void) {
            self.number = number
            self.dropped = dropped
        }

        deinit { dropped(number) }
    }

    /// A clock that is moved by hand. A wait ends when the clock has reached its end.
    private final class ManualClock: Sendable {
        private struct Wait {
            var until: Instant
            var continuation: CheckedContinuation<Void, Never>
        }

        private let state = Mutex<(now: Instant, waits: [Wait])>((.start, []))

        var clock: LoaderClock { LoaderClock(now: { [self] in state.withLock { $0.now } }, wait: { [self] in await wait($0) }) }
        var waitCount: Int { state.withLock { $0.waits.count } }

        private func wait(_ duration: Duration) async {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waits.append(Wait(until: $0.now + duration, continuation: continuation)) }
            }
        }

        func advance(by duration: Duration) {
            let over = state.withLock { state in
                state.now += duration
                let over = state.waits.filter { $0.until <= state.now }
                state.waits.removeAll { $0.until <= state.now }
                return over
            }
            for wait in over { wait.continuation.resume() }
        }
    }

    private final class Counts: Sendable {
        let made = Atomic(0)
        let dropped = Atomic(0)
    }

    private func loader(_ counts: Counts, _ clock: ManualClock, keepAlive: Duration?) -> ModelLoader<Model> {
        ModelLoader(keepAlive: keepAlive, pool: DecodePool(threads: 1), clock: clock.clock) {
            Model(counts.made.add(1, ordering: .relaxed).newValue) { _ in counts.dropped.add(1, ordering: .relaxed) }
        }
    }

    @Test func `loads once for requests that come together`() async throws {
        let counts = Counts(), loader = loader(counts, ManualClock(), keepAlive: nil)
        let numbers = try await withThrowingTaskGroup(of: Int?.self) { group in
            for _ in 0..<20 { group.addTask { try await loader.wait()?.get().model.number } }
            return try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
        }
        #expect(numbers == [1])
    }

    @Test func `drops an idle model and loads it for the next request`() async throws {
        let counts = Counts(), clock = ManualClock(), loader = loader(counts, clock, keepAlive: .seconds(60))
        var use = try await loader.wait()?.get()
        #expect(use?.model.number == 1)
        try await until { clock.waitCount == 1 }
        clock.advance(by: .seconds(60))
        try await until { clock.waitCount == 0 }
        #expect(loader.presence == .loaded)
        use = nil
        try await until { clock.waitCount == 1 }
        clock.advance(by: .seconds(60))
        try await until { counts.dropped.load(ordering: .relaxed) == 1 }
        #expect(loader.presence == .idle)
        #expect(try await loader.wait()?.get().model.number == 2)
    }

    @Test func `answers without waiting while it loads`() async throws {
        let loader = loader(Counts(), ManualClock(), keepAlive: nil)
        try await until { loader.use() != nil }
        #expect(loader.presence == .loaded)
    }

    @Test func `gives up a request whose task is cancelled`() async throws {
        let counts = Counts()
        let loader = ModelLoader<Int>(keepAlive: nil, pool: DecodePool(threads: 1)) {
            while counts.made.load(ordering: .relaxed) == 0 {}
            return 7
        }
        let request = Task { await loader.wait() == nil }
        try await until { loader.presence == .loading }
        request.cancel()
        #expect(await request.value)
        counts.made.store(1, ordering: .relaxed)
        #expect(try await loader.wait()?.get().model == 7)
    }
}
