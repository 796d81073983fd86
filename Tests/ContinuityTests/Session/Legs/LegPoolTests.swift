import Speech
import Testing

@testable import Continuity

@Suite struct `A leg pool` {
    private let now = Instant.now
    private let engines = [SessionEngine(EngineName("first"), channelsPerLeg: 2), SessionEngine(EngineName("second"))]

    private func pool(voices: Int = 1) -> LegPool { LegPool(engines, voices: voices, rule: .init(), rate: .speech) }

    @Test func `covers channels with as many legs as the engine needs`() {
        var pool = pool()
        #expect(pool.newLegs(of: 0..<3, engine: 0, from: .zero).map(\.channels) == [0..<2, 2..<3])
        #expect(pool.newLegs(of: 0..<2, engine: 1, from: .zero).map(\.id) == [LegID(2), LegID(3)], "no number is used twice")
    }

    @Test func `gives a free slot to the next leg`() {
        var pool = pool()
        for leg in pool.newLegs(of: 0..<3, engine: 1, from: .zero) { pool.add(leg) }
        pool.remove(LegID(1))
        #expect(pool.newLegs(of: 0..<1, engine: 1, from: .zero).map(\.slot) == [1])
    }

    @Test func `takes a leg that is gone for a failed one`() {
        var pool = pool()
        for leg in pool.newLegs(of: 0..<1, engine: 0, from: .zero) { pool.add(leg) }
        #expect(!pool.isFailed(LegID(0)))
        pool.remove(LegID(0))
        #expect(pool.isFailed(LegID(0)))
        #expect(pool.change(LegID(0)) { $0.id } == nil)
    }

    @Test func `opens a leg when its time comes, and a dormant one when there is audio`() {
        var pool = pool()
        for leg in pool.newLegs(of: 0..<2, engine: 1, from: .zero) { pool.add(leg) }
        var actions: [SessionAction] = []
        pool.open(LegID(0), after: .seconds(1), isDormant: false, now: now, &actions)
        pool.open(LegID(1), after: .zero, isDormant: true, now: now, &actions)
        #expect(actions == [])
        #expect(!pool.isOpening(LegID(0)) && !pool.isOpening(LegID(1)))
        #expect(pool.due(received: .zero, now: now) == [])
        #expect(pool.due(received: SampleIndex(1), now: now) == [LegID(1)])
        #expect(pool.due(received: SampleIndex(1), now: now + .seconds(1)) == [LegID(0)])
        pool.open(LegID(0), now: now, &actions)
        #expect(actions == [.open(LegID(0))])
    }
}
