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
        #expect(turns.removeLate(now: now + .seconds(29)) == [])
        #expect(turns.removeLate(now: now + .seconds(30)) == ["a1"])
        #expect(turns.nextEnd == now + .seconds(40))
        #expect(turns.ended(ann, on: 0)?.query == "a2")
        #expect(turns.removeLate(now: now + .seconds(60)) == ["b1"])
        #expect(turns.nextEnd == nil)
        #expect(turns.ended(ann, on: 0)?.query == nil)
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
