import Continuity
import Foundation
import Simulation

/// What hedging does for the time of finals, and an ensemble for their words: simulated engines, real texts, the whole session machine.
@main
enum BenchModes {
    private struct Line: Decodable {
        var kind: String
        var language: String?
        var text: String?
        var longform: Bool?
    }

    private struct Row: Encodable {
        var session: String
        /// Milliseconds from the end of speech to its final.
        var p50: Int?
        var p90: Int?
        var p99: Int?
        var longest: Int?
        var turns: Int?
        var words: Int?
        var errors: Int?
    }

    /// What a mode is for. The sessions are the same everywhere, so no figure depends on the machine.
    private struct Goal {
        var text: String
        var isMet: Bool
    }

    /// The folder for the figures as JSON is the only argument; without one there are the tables only. Fails when a goal is missed.
    static func main() throws {
        let manifest = ProcessInfo.processInfo.environment["HARKEN_MANIFEST"] ?? "../shared/audio/manifest.jsonl"
        var (rows, goals) = latency()
        if FileManager.default.fileExists(atPath: manifest) {
            let errors = try errors(manifest)
            rows += errors.rows
            goals += errors.goals
        } else {
            print("\nWord error rates: left out, because \(manifest) is not there.")
        }
        if let folder = CommandLine.arguments.dropFirst().first {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(rows).write(to: URL(fileURLWithPath: folder + "/modes.json"))
        }
        print("")
        for goal in goals { print("\(goal.isMet ? "ok  " : "FAIL")  \(goal.text)") }
        if goals.contains(where: { !$0.isMet }) { exit(1) }
    }

    // MARK: - Hedging

    private static func latency() -> (rows: [Row], goals: [Goal]) {
        let quick = TurnLatency.Answers(usual: 80...250, hiccups: 0.03), slow = TurnLatency.Answers(usual: 150...500, hiccups: 0.05)
        let quicker = TurnLatency([quick], mode: .failover, sessions: 50, seed: 4_000)
        let slower = TurnLatency([slow], mode: .failover, sessions: 50, seed: 4_000)
        let hedged = TurnLatency([slow, quick], mode: .hedged, sessions: 50, seed: 4_000)
        let alike = TurnLatency([slow, slow], mode: .hedged, sessions: 50, seed: 4_000)
        let rows = [
            ("the quicker engine alone", quicker), ("the slower engine alone", slower), ("hedged, the slower preferred", hedged),
            ("hedged, two slow engines", alike),
        ]
        print("End of speech to final, in milliseconds (endpointing of 300 ms included):\n")
        print("| session | turns | p50 | p90 | p99 | longest |\n|---|---|---|---|---|---|")
        for (name, row) in rows {
            let shares = [0.5, 0.9, 0.99].map { String(row.percentile($0)) }.joined(separator: " | ")
            print("| \(name) | \(row.milliseconds.count) | \(shares) | \(row.milliseconds.last ?? 0) |")
        }
        let figures = rows.map { name, row in
            Row(
                session: name, p50: row.percentile(0.5), p90: row.percentile(0.9), p99: row.percentile(0.99), longest: row.milliseconds.last,
                turns: row.milliseconds.count)
        }
        return (figures, goals("hedged", hedged, against: quicker) + goals("hedged, two slow engines", alike, against: slower))
    }

    /// - Parameter alone: the quicker of its engines.
    private static func goals(_ name: String, _ hedged: TurnLatency, against alone: TurnLatency) -> [Goal] {
        [
            Goal(text: "\(name): p50 is no later than of the quicker one alone", isMet: hedged.percentile(0.5) <= alone.percentile(0.5)),
            // Two engines are seldom late at a time.
            Goal(text: "\(name): p99 is at most two thirds of that one's", isMet: 3 * hedged.percentile(0.99) <= 2 * alone.percentile(0.99)),
        ]
    }

    // MARK: - Ensembles

    /// Two engines that disagree leave little to be gained: of a single reading chance decides whether it is.
    private static let readings = 10

    private static func errors(_ manifest: String) throws -> (rows: [Row], goals: [Goal]) {
        let decoder = JSONDecoder()
        let texts = try String(contentsOfFile: manifest, encoding: .utf8).split(separator: "\n").compactMap { line -> String? in
            let entry = try decoder.decode(Line.self, from: Data(line.utf8))
            guard entry.kind == "asr", entry.language == "en", entry.longform != true, let text = entry.text, !text.isEmpty else { return nil }
            return text
        }
        let noises = [
            WordErrors.Noise(substituted: 0.06, missing: 0.03, added: 0.02, jitter: 60),
            WordErrors.Noise(substituted: 0.08, missing: 0.02, added: 0.02, jitter: 120),
            WordErrors.Noise(substituted: 0.05, missing: 0.05, added: 0.03, jitter: 90),
        ]
        let engines = noises.enumerated().map { (number: $0, noise: $1) }
        print("\nWord error rates over \(texts.count) texts of \(manifest), each heard \(Self.readings) times:\n")
        let readings = Array(repeatElement(texts, count: Self.readings).joined())
        print("| session | words | errors | rate |\n|---|---|---|---|")
        let alone = engines.map { WordErrors([$0], mode: .failover, texts: readings, seed: 7_000) }
        let two = Array(engines.prefix(2))
        let hedged = WordErrors(two, mode: .hedged, texts: readings, seed: 7_000)
        let pair = WordErrors(two, mode: .ensemble, texts: readings, seed: 7_000)
        let three = WordErrors(engines, mode: .ensemble, texts: readings, seed: 7_000)
        var rows = alone.enumerated().map { report("engine \($0) alone", $1) }
        rows += [report("hedged, engines 0 and 1", hedged), report("ensemble of two", pair), report("ensemble of all three", three)]
        let single = alone.map(\.errors), best = single.min() ?? 0
        return (
            rows,
            [
                Goal(text: "hedged: no more errors than of the worse of its engines", isMet: hedged.errors <= single.prefix(2).max() ?? 0),
                // Where two disagree nobody knows who is right; of three, two may agree.
                Goal(text: "ensemble of two: no more errors than its engines' mean", isMet: 2 * pair.errors <= single.prefix(2).reduce(0, +)),
                Goal(text: "ensemble of all three: at most two thirds of the best engine's errors", isMet: 3 * three.errors <= 2 * best),
            ]
        )
    }

    private static func report(_ name: String, _ errors: WordErrors) -> Row {
        let rate = (errors.rate * 10_000).rounded() / 100
        print("| \(name) | \(errors.words) | \(errors.errors) | \(rate) % |")
        return Row(session: name, words: errors.words, errors: errors.errors)
    }
}
