import Speech
@testable import Store
import Testing

@Suite struct `The turns of queries` {
    private let ann = ID<User>("ann"), bob = ID<User>("bob")

    @Test func `leave one connection to others, whatever one user asks for`() {
        var turns = ReadTurns<Int>(connections: 3)
        let began = (0..<10).compactMap { turns.add($0, of: ann) }
        #expect(began.map(\.query) == [0, 1])
        let other = turns.add(20, of: bob)
        #expect(other?.query == 20 && Set(began.map(\.connection) + [other?.connection ?? -1]) == [0, 1, 2])
        #expect(turns.add(21, of: nil) == nil, "all connections are taken")
        #expect(turns.ended(bob, on: other?.connection ?? 0)?.query == 21)
    }

    @Test func `go round among those who wait`() {
        var turns = ReadTurns<String>(connections: 1)
        var said: [String] = []
        var start = turns.add("a0", of: ann)
        for number in 1...3 { _ = turns.add("a\(number)", of: ann) }
        for number in 0...2 { _ = turns.add("b\(number)", of: bob) }
        _ = turns.add("g0", of: nil)
        while let running = start {
            said.append(running.query)
            start = turns.ended(running.user, on: running.connection)
        }
        #expect(said == ["a0", "a1", "b0", "g0", "a2", "b1", "a3", "b2"])
    }
}
