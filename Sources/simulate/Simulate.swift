import Dispatch
import Simulation

/// Runs simulated sessions and says what broke.
///
///     simulate [--seeds N] [--from SEED] [--failures N]
///     simulate --seed N [--trace]
@main
enum Simulate {
    static func main() {
        var seeds: UInt64 = 100_000, first: UInt64 = 0, most = 1
        var seed: UInt64?
        var isTracing = false
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            if argument == "--trace" {
                isTracing = true
                continue
            }
            guard let value = arguments.popFirst().flatMap({ UInt64($0) }) else { return usage() }
            switch argument {
            case "--seeds": seeds = value
            case "--from": first = value
            case "--failures": most = Int(value)
            case "--seed": seed = value
            default: return usage()
            }
        }
        if let seed { return explain(seed, isTracing: isTracing) }
        let clock = ContinuousClock()
        let began = clock.now
        let totals = Simulation.run(first..<first + seeds, most: most)
        let duration = began.duration(to: clock.now)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        print(
            "\(totals.sessions) sessions, \(totals.legs) legs, \(totals.words) words, \(totals.gaps) gaps, \(totals.repairs) repairs, \(totals.mends) mends in \(Int(seconds * 10)) tenths of a second: \(Int(Double(totals.sessions) / seconds)) a second"
        )
        for failure in totals.failures { print("seed \(failure.seed): \(failure.violation)") }
        if let first = totals.failures.first {
            print(Simulation.explain(seed: first.seed) ?? "")
            print("simulate: again with: simulate --seed \(first.seed)")
        }
    }

    private static func explain(_ seed: UInt64, isTracing: Bool) {
        if isTracing { return print(Simulation.trace(seed: seed)) }
        print(Simulation.explain(seed: seed) ?? "seed \(seed): all rules hold")
    }

    private static func usage() { print("usage: simulate [--seeds N] [--from SEED] [--failures N] | --seed N [--trace]") }
}
