package import Continuity
import Speech

/// Measures the number of wrong words in sessions with known texts. Each engine substitutes, omits and inserts words of its own choice.
package struct WordErrors {
    /// The error rates of a simulated engine, and the error of its times in milliseconds.
    package struct Noise: Sendable {
        package var substituted: Double
        package var missing: Double
        package var added: Double
        package var jitter: Int

        package init(substituted: Double, missing: Double, added: Double, jitter: Int) {
            self.substituted = substituted
            self.missing = missing
            self.added = added
            self.jitter = jitter
        }
    }

    package private(set) var words = 0
    package private(set) var errors = 0

    package var rate: Double { Double(errors) / Double(max(1, words)) }

    /// - Parameters:
    ///   - engines: the engines in order of preference. An engine keeps its number, and therefore its mistakes, in all measurements.
    ///   - texts: words in lower case, separated by spaces; each text makes one session.
    package init(_ engines: [(number: Int, noise: Noise)], mode: SessionMode, texts: [String], seed: UInt64) {
        for (session, text) in texts.enumerated() {
            var scenario = Scenario(plainSeed: seed &+ UInt64(session))
            var random = SeededRandom(Chance(seed: seed &+ UInt64(session))[2])
            let truth = text.split(separator: " ").map(String.init)
            let script = Script.read(truth, &random)
            scenario.spoken = [script.words]
            scenario.length = script.length
            scenario.mode = mode
            scenario.engines = engines.map { number, noise in
                var profile = EngineProfile.plain(number)
                profile.substitutes = noise.substituted
                profile.omits = noise.missing
                profile.inserts = noise.added
                profile.jitter = noise.jitter
                profile.latency = 60 + 40 * number...200 + 100 * number
                profile.endpoint = [300, 400, 250][number % 3]
                profile.longest = [15_000, 5_000, 8_000][number % 3]
                profile.coverage = EngineProfile.Coverage.allCases[number % 3]
                return Scenario.Engine(profile: profile, faults: [], isPersistent: false)
            }
            scenario.keepSimple()
            var said: [String] = []
            var world = SimulatedWorld(scenario) { _, event in
                if case .commit(let commit) = event { said += commit.words.map(\.bare) }
            }
            _ = world.run()
            words += truth.count
            errors += Self.distance(said, truth)
        }
    }

    private static func distance(_ said: [String], _ truth: [String]) -> Int {
        var row = Array(0...truth.count)
        for word in said {
            var diagonal = row[0]
            row[0] += 1
            for (place, other) in truth.enumerated() {
                let best = min(diagonal + (word == other ? 0 : 1), row[place] + 1, row[place + 1] + 1)
                diagonal = row[place + 1]
                row[place + 1] = best
            }
        }
        return row[truth.count]
    }
}

extension Script {
    /// A text as somebody reads it, with a pause now and then.
    fileprivate static func read(_ text: [String], _ random: inout SeededRandom) -> (words: [SpokenWord], length: Int) {
        var words: [SpokenWord] = []
        var position = 300
        for word in text.prefix(WordIdentity.maxWords) {
            let duration = 90 + 45 * word.utf8.count + random.pick(0...80)
            let range = SampleRange(Milliseconds.index(position), count: Milliseconds.samples(duration))
            words.append(SpokenWord(number: words.count + 1, text: word, numeral: nil, joined: nil, range: range))
            position += duration + (random.happens(0.12) ? random.pick(400...1_200) : random.pick(0...60))
        }
        return (words, position + 1_500)
    }
}
