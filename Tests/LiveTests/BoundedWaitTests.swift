import HarkenTesting
@testable import Live
import Net
import Observability
import Testing

@Suite(.hangLimit) struct `A bounded wait` {
    @Test func `ends without a value at its time by the loop's clock, and with one before`() async throws {
        let clock = HeldClock()
        let group = try LoopGroup(count: 1, clock: { clock.now }), loop = group.loops[0]
        defer { group.shutdown() }
        clock.tell { loop.execute {} }
        #expect(await BoundedWait.value(of: Task { 1 }, within: .seconds(1), on: loop) == 1)
        let (held, release) = AsyncStream.makeStream(of: Int.self)
        let late = Task {
            for await number in held { return number }
            return 0
        }
        let isOver = AtomicFlag()
        let wait = Task {
            let value = await BoundedWait.value(of: late, within: .seconds(1), on: loop)
            isOver.set()
            return value
        }
        try await until {
            clock.advance(by: .milliseconds(500))
            return isOver.isSet
        }
        #expect(await wait.value == nil)
        release.yield(2)
        #expect(await late.value == 2, "the task goes on")
    }
}
