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

    private func told(_ seed: UInt64) -> [String] {
        nonisolated(unsafe) var lines: [String] = []
        Simulation.trace(seed: seed) { lines.append($0) }
        return lines
    }
}
