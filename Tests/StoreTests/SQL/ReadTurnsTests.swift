import Speech
@testable import Store
import Testing

@Suite struct `The turns of queries` {
    private let ann = ID<User>("ann"), bob = ID<User>("bob"), now = Instant.start

    @Test func `leave one connection to others, whatever one user asks for`() {
        var turns = ReadTurns<Int>(connections: 3)
        let began = (0..<10).compactMap { turns.add($0, of: ann, now: now).start }
        #expect(began.map(\.query) == [0, 1])
        let other = turns.add(20, of: bob, now: now).start
        #expect(other?.query == 20 && Set(began.map(\.connection) + [other?.connection ?? -1]) == [0, 1, 2])
        #expect(turns.add(21, of: nil, now: now).name == "waits", "all connections are taken")
        #expect(turns.ended(bob, on: other?.connection ?? 0)?.query == 21)
    }

    @Test func `go round among those who wait`() {
        var turns = ReadTurns<String>(connections: 1)
        var said: [String] = []
        var start = turns.add("a0", of: ann, now: now).start
        for number in 1...3 { _ = turns.add("a\(number)", of: ann, now: now) }
        for number in 0...2 { _ = turns.add("b\(number)", of: bob, now: now) }
        _ = turns.add("g0", of: nil, now: now)
        while let running = start {
            said.append(running.query)
            start = turns.ended(running.user, on: running.connection)
        }
        #expect(said == ["a0", "a1", "b0", "g0", "a2", "b1", "a3", "b2"])
    }

    @Test func `have a limited number of places to wait, of which one user gets half`() {
        var turns = ReadTurns<Int>(connections: 1, limits: ReadLimits(maxWaiting: 4))
        let own = (0..<4).map { turns.add($0, of: ann, now: now).name }
        #expect(own == ["begins", "waits", "waits", "full for the user"])
        #expect(turns.add(10, of: bob, now: now).name == "waits")
        #expect(turns.add(20, of: nil, now: now).name == "waits")
        #expect(turns.add(21, of: nil, now: now).name == "full")
        #expect(turns.add(11, of: bob, now: now).name == "full")
        // A refused query has no turn, and a turn leaves a place.
        #expect(turns.ended(ann, on: 0)?.query == 1)
        #expect(turns.add(22, of: nil, now: now).name == "waits")
        #expect(turns.add(23, of: nil, now: now).name == "full")
    }

    @Test func `end for a query that has waited too long, and stay in order for the others`() {
        var turns = ReadTurns<String>(connections: 1, limits: ReadLimits(maxWaiting: 10, maxWait: .seconds(30)))
        #expect(turns.add("a0", of: ann, now: now).name == "begins")
        #expect(turns.nextEnd == nil)
        for (seconds, query) in [(0, "a1"), (10, "b1"), (20, "a2")] {
            #expect(turns.add(query, of: query.hasPrefix("a") ? ann : bob, now: now + .seconds(seconds)).name == "waits")
        }
        #expect(turns.nextEnd == now + .seconds(30))
        #expect(turns.removeLate(now: now + .seconds(29)).isEmpty)
        #expect(turns.removeLate(now: now + .seconds(30)).map(\.query) == ["a1"])
        #expect(turns.nextEnd == now + .seconds(40))
        #expect(turns.ended(ann, on: 0)?.query == "a2")
        #expect(turns.removeLate(now: now + .seconds(60)).map(\.query) == ["b1"])
        #expect(turns.nextEnd == nil)
        #expect(turns.ended(ann, on: 0)?.query == nil)
    }

    @Test func `show who holds a late query up: its user's own queries, or others`() {
        var turns = ReadTurns<String>(connections: 1, limits: ReadLimits(maxWaiting: 20, maxWait: .seconds(30)))
        /// The queries that are late at 30 s, with their users' own before them or without.
        func late() -> [String] { turns.removeLate(now: now + .seconds(30)).map { $0.query + ($0.isBehindOwn ? " behind own" : "") }.sorted() }
        _ = turns.add("b0", of: bob, now: now)
        for query in ["a1", "a2", "a3"] { _ = turns.add(query, of: ann, now: now) }
        for query in ["g1", "g2"] { _ = turns.add(query, of: nil, now: now) }
        #expect(turns.ended(bob, on: 0)?.query == "a1")
        #expect(turns.ended(ann, on: 0)?.query == "g1")
        // Bob has had no turn since his query came, and the gateway is nobody's user.
        _ = turns.add("b1", of: bob, now: now)
        #expect(late() == ["a2 behind own", "a3 behind own", "b1", "g2"])
        // A line that forms anew begins without turns.
        #expect(turns.ended(nil, on: 0)?.query == nil)
        for query in ["a4", "a5"] { _ = turns.add(query, of: ann, now: now) }
        #expect(late() == ["a5"])
    }
}

extension ReadTurns.Placement {
    /// The query that begins; nil: none does.
    fileprivate var start: ReadTurns<Query>.Start? { if case .begins(let start) = self { start } else { nil } }

    fileprivate var name: String {
        switch self {
        case .begins: "begins"
        case .waits: "waits"
        case .full: "full"
        case .fullForUser: "full for the user"
        }
    }
}
