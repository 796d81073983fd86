import Continuity
import Simulation
import Testing

/// Whether they keep the rules, `make simulate` says, in a release build.
@Suite struct `Simulated sessions` {
    @Test(arguments: [3, 17, 4_711] as [UInt64])
    func `are the same whenever they run`(seed: UInt64) {
        #expect(told(seed) == told(seed))
    }

    @Test func `are told with what was said, who listened, and all that happened`() {
        let lines = told(5)
        #expect(lines.first == "seed 5")
        #expect(lines.contains { $0.hasPrefix("said in channel 0: ") })
        #expect(lines.contains { $0.contains("open leg 0 to engine0") })
        #expect(lines.last == "all rules hold")
    }

    @Test func `have a digest each, equal whenever they run`() {
        func digests() -> [UInt64] {
            var found: [UInt64] = []
            _ = Simulation.run(SessionSeed.all(of: 0..<3), digest: { _, digest in found.append(digest) })
            return found
        }
        #expect(Set(digests()).count == 6)
        #expect(digests() == digests())
    }

    @Test func `are kept in a list that says why`() throws {
        let list = """
            # What was found once.
            78024          # a rule
            11465 beside   # another one
            83724 failover # and another

            """
        #expect(
            try SessionSeed.kept(in: list) == [
                SessionSeed(78_024), SessionSeed(11_465, isBeside: true), SessionSeed(83_724, mode: .failover),
            ])
        #expect(throws: SessionSeed.UnreadableLine.self) { try SessionSeed.kept(in: "17 besides") }
        #expect(throws: SessionSeed.UnreadableLine.self) { try SessionSeed.kept(in: "seventeen # a rule") }
    }

    @Test func `are two for each seed, unless they have a mode`() {
        #expect(SessionSeed.all(of: 1..<3).map(\.description) == ["1", "1 beside", "2", "2 beside"])
        #expect(Array(SessionSeed.all(of: 1..<3, mode: .hedged)) == [SessionSeed(1, mode: .hedged), SessionSeed(2, mode: .hedged)])
    }

    private func told(_ seed: UInt64) -> [String] {
        nonisolated(unsafe) var lines: [String] = []
        Simulation.trace(SessionSeed(seed)) { lines.append($0) }
        return lines
    }
}
