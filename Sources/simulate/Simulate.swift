import Speech
import Continuity
import Foundation
import Simulation

/// Runs simulated sessions and reports violations.
@main
enum Simulate {
    private static let usage = """
        usage: simulate [--seeds N] [--from SEED] [--kept FILE] [--failures N] [--brief] [--digest FILE]
                        [--mode failover|hedged|ensemble|shadow]
               simulate --seed N [--beside]            that seed's failure, made as small as it gets, told in full
               simulate --seed N [--beside] --trace    that seed's whole session, told in full

        Without --mode another session runs beside each seed's own; --beside tells of that one. --kept names a list of further sessions. --digest
        writes a line for each session: its seed, and a hash of all that its machine did. Two builds that decide the same write the same file.
        """

    private struct Arguments {
        var seeds: UInt64 = 100_000
        var first: UInt64 = 0
        /// Number of failures after which the run stops.
        var failures = 1
        var seed: UInt64?
        var isTracing = false
        var isBeside = false
        /// Mode of all sessions; nil: each seed decides.
        var mode: SessionMode?
        /// Path of a list with further sessions to run; nil: none.
        var kept: String?
        /// True if failures are only named, and not traced.
        var isBrief = false
        /// The file that takes the digest of each session.
        var digest: String?

        init?(_ arguments: some Collection<String>) {
            var rest = arguments[...]
            while let argument = rest.popFirst() {
                if argument == "--trace" {
                    isTracing = true
                    continue
                }
                if argument == "--beside" {
                    isBeside = true
                    continue
                }
                if argument == "--brief" {
                    isBrief = true
                    continue
                }
                if argument == "--digest" {
                    guard let path = rest.popFirst() else { return nil }
                    digest = path
                    continue
                }
                if argument == "--mode" {
                    guard let mode = rest.popFirst().flatMap(SessionMode.init) else { return nil }
                    self.mode = mode
                    continue
                }
                if argument == "--kept" {
                    guard let path = rest.popFirst() else { return nil }
                    kept = path
                    continue
                }
                guard let value = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
                switch argument {
                case "--seeds": seeds = value
                case "--from": first = value
                case "--failures": failures = Int(value)
                case "--seed": seed = value
                default: return nil
                }
            }
        }
    }

    static func main() {
        guard let arguments = Arguments(CommandLine.arguments.dropFirst()) else {
            say(usage)
            exit(2)
        }
        Crash.announce()
        if let seed = arguments.seed {
            let session = SessionSeed(seed, mode: arguments.mode, isBeside: arguments.isBeside)
            Crash.note(session)
            if arguments.isTracing {
                Simulation.trace(session, say)
            } else {
                Crash.rest()
                Simulation.explain(session, say)
            }
            return
        }
        var kept: [SessionSeed] = []
        do {
            if let path = arguments.kept { kept = try SessionSeed.kept(in: String(contentsOfFile: path, encoding: .utf8)) }
        } catch {
            say("simulate: \(arguments.kept ?? ""): \(error)")
            exit(2)
        }
        var digests = ""
        let digest: ((SessionSeed, UInt64) -> Void)? =
            arguments.digest == nil ? nil : { digests += "\($0) \(String($1, radix: 16))\n" }
        let began = Instant.now
        var totals = Simulation.run(
            SessionSeed.all(of: arguments.first..<arguments.first + arguments.seeds, mode: arguments.mode), most: arguments.failures,
            begin: Crash.note, digest: digest)
        let rest = arguments.failures - totals.failures.count
        if rest > 0 { totals.add(Simulation.run(kept, most: rest, begin: Crash.note, digest: digest)) }
        Crash.rest()
        let duration = began.duration(to: Instant.now)
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        let counts = "\(totals.legs) legs, \(totals.repairs) repairs, \(totals.words) words, \(totals.gaps) gaps, \(totals.mends) mends"
        let speed = Int64(totals.sessions) * 1_000 / max(1, milliseconds)
        do {
            if let path = arguments.digest { try digests.write(toFile: path, atomically: false, encoding: .utf8) }
        } catch {
            say("simulate: \(arguments.digest ?? ""): \(error)")
            exit(2)
        }
        say("simulate: \(totals.sessions) sessions (\(counts)) in \(milliseconds) ms, \(speed) a second; \(totals.failures.count) broke a rule")
        for failure in totals.failures { say("seed \(failure.session): \(failure.violation)") }
        guard let first = totals.failures.first else { return }
        if !arguments.isBrief {
            Simulation.explain(first.session, say)
            let mode = first.session.mode.map { " --mode \($0.rawValue)" } ?? ""
            say("again: simulate --seed \(first.session.seed)\(first.session.isBeside ? " --beside" : "")\(mode)")
        }
        exit(1)
    }

    /// Writes a line at once, so that it is not lost in a crash.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            written += count
        }
    }
}
