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

    /// The folder for the figures as JSON is the only argument; without one there are the tables only.
    static func main() throws {
        let manifest = ProcessInfo.processInfo.environment["HARKEN_MANIFEST"] ?? "../shared/audio/manifest.jsonl"
        var rows = latency()
        if FileManager.default.fileExists(atPath: manifest) {
            rows += try errors(manifest)
        } else {
            print("\nWord error rates: left out, because \(manifest) is not there.")
        }
        guard let folder = CommandLine.arguments.dropFirst().first else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(fileURLWithPath: folder + "/modes.json"))
    }

    // MARK: - Hedging

    private static func latency() -> [Row] {
        let quick = TurnLatency.Answers(usual: 80...250, hiccups: 0.03), slow = TurnLatency.Answers(usual: 150...500, hiccups: 0.05)
        let rows: [(String, TurnLatency)] = [
            ("the quicker engine alone", TurnLatency([quick], mode: .failover, sessions: 50, seed: 4_000)),
            ("the slower engine alone", TurnLatency([slow], mode: .failover, sessions: 50, seed: 4_000)),
            ("hedged, the slower preferred", TurnLatency([slow, quick], mode: .hedged, sessions: 50, seed: 4_000)),
            ("hedged, two slow engines", TurnLatency([slow, slow], mode: .hedged, sessions: 50, seed: 4_000)),
        ]
        print("End of speech to final, in milliseconds (endpointing of 300 ms included):\n")
        print("| session | turns | p50 | p90 | p99 | longest |\n|---|---|---|---|---|---|")
        for (name, row) in rows {
            let shares = [0.5, 0.9, 0.99].map { String(row.percentile($0)) }.joined(separator: " | ")
            print("| \(name) | \(row.milliseconds.count) | \(shares) | \(row.milliseconds.last ?? 0) |")
        }
        return rows.map { name, row in
            Row(
                session: name, p50: row.percentile(0.5), p90: row.percentile(0.9), p99: row.percentile(0.99), longest: row.milliseconds.last,
                turns: row.milliseconds.count)
        }
    }

    // MARK: - Ensembles

    private static func errors(_ manifest: String) throws -> [Row] {
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
        print("\nWord error rates over \(texts.count) texts of \(manifest):\n")
        print("| session | words | errors | rate |\n|---|---|---|---|")
        var rows = engines.map { engine in
            report("engine \(engine.number) alone", WordErrors([engine], mode: .failover, texts: texts, seed: 7_000))
        }
        let two = Array(engines.prefix(2))
        rows.append(report("hedged, engines 0 and 1", WordErrors(two, mode: .hedged, texts: texts, seed: 7_000)))
        rows.append(report("ensemble of two", WordErrors(two, mode: .ensemble, texts: texts, seed: 7_000)))
        rows.append(report("ensemble of all three", WordErrors(engines, mode: .ensemble, texts: texts, seed: 7_000)))
        return rows
    }

    private static func report(_ name: String, _ errors: WordErrors) -> Row {
        let rate = (errors.rate * 10_000).rounded() / 100
        print("| \(name) | \(errors.words) | \(errors.errors) | \(rate) % |")
        return Row(session: name, words: errors.words, errors: errors.errors)
    }
}
