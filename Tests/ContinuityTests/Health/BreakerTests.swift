import Continuity
import Speech
import Testing

@Suite struct `The health of an engine` {
    private let now = Instant.now
    private static let gone = EngineError.unavailable("gone")

    @Test func `is bad after one failure, for all sessions`() {
        var breaker = Breaker()
        #expect(breaker.isAvailable)
        breaker.failed(Self.gone, now: now, chance: 0.5)
        #expect(!breaker.isAvailable)
        #expect(breaker.deadline == now + .seconds(1))
    }

    @Test func `is tried in the background before sessions use it again`() {
        var breaker = Breaker()
        breaker.failed(Self.gone, now: now, chance: 0.5)
        let early = breaker.wake(now: now + .milliseconds(900))
        #expect(!early)
        let due = breaker.wake(now: now + .seconds(1))
        #expect(due && !breaker.isAvailable)
        breaker.succeeded(now: now + .seconds(1))
        #expect(breaker.isAvailable)
    }

    @Test func `is tried ever less often`() throws {
        var breaker = Breaker()
        var clock = now
        var rests: [Duration] = []
        for _ in 0..<8 {
            breaker.failed(Self.gone, now: clock, chance: 0.5)
            let deadline = try #require(breaker.deadline)
            rests.append(clock.duration(to: deadline))
            clock = deadline
            _ = breaker.wake(now: clock)
        }
        #expect(rests == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    }

    @Test func `does not suffer more when many sessions meet one outage`() {
        var breaker = Breaker()
        for _ in 0..<200 { breaker.failed(Self.gone, now: now, chance: 0.5) }
        #expect(breaker.deadline == now + .seconds(2))
    }

    @Test func `recovers by itself from being asked too often`() {
        var breaker = Breaker()
        breaker.failed(.rateLimited(retryAfter: .seconds(20)), now: now, chance: 0.5)
        #expect(breaker.deadline == now + .seconds(20))
        let isTried = breaker.wake(now: now + .seconds(20))
        #expect(!isTried && breaker.isAvailable)
    }

    @Test(arguments: [EngineError.unauthorized("no"), .quotaExhausted("spent")])
    func `is bad for long when a key is rejected`(error: EngineError) {
        var breaker = Breaker()
        breaker.failed(error, now: now, chance: 0.5)
        #expect(breaker.deadline == now + .seconds(300))
    }

    @Test(arguments: [EngineError.badRequest("no"), .undecodable("no"), .cancelled])
    func `is not touched by what is the request's fault`(error: EngineError) {
        var breaker = Breaker()
        breaker.failed(error, now: now, chance: 0.5)
        #expect(breaker.isAvailable)
    }

    @Test func `forgets after a while`() {
        var breaker = Breaker()
        for _ in 0..<5 {
            breaker.failed(Self.gone, now: now, chance: 0.5)
            _ = breaker.wake(now: now + .seconds(60))
        }
        breaker.succeeded(now: now + .seconds(400))
        breaker.failed(Self.gone, now: now + .seconds(400), chance: 0.5)
        #expect(breaker.deadline == now + .seconds(401))
    }
}
