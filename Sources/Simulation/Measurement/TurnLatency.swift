package import Continuity
import Speech

/// Measures the time until the last word of a turn is final, in many sessions. The sessions run in real time on a simulated clock.
package struct TurnLatency {
    /// The latency of a simulated engine's answers.
    package struct Answers: Sendable {
        /// Usual latency, in milliseconds.
        package var usual: ClosedRange<Int>
        /// Probability that an answer comes up to two seconds later.
        package var hiccups: Double

        package init(usual: ClosedRange<Int>, hiccups: Double) {
            self.usual = usual
            self.hiccups = hiccups
        }
    }

    /// Latencies in ascending order: time from the end of a turn's last word to its final, in milliseconds.
    package private(set) var milliseconds: [Int] = []

    /// - Parameter engines: the engines in order of preference.
    package init(_ engines: [Answers], mode: SessionMode, sessions: Int, seed: UInt64) {
        for session in 0..<sessions {
            var scenario = Scenario(plainSeed: seed &+ UInt64(session))
            var random = SeededRandom(Chance(seed: seed &+ UInt64(session))[1])
            let turns = Script.turns(&random, count: 12)
            scenario.spoken = [turns.words]
            scenario.length = turns.length
            scenario.mode = mode
            scenario.engines = engines.enumerated().map { number, answers in
                var profile = EngineProfile.plain(number)
                profile.latency = answers.usual
                profile.hiccups = answers.hiccups
                return Scenario.Engine(profile: profile, faults: [], isPersistent: false)
            }
            scenario.keepSimple()
            var ends = turns.ends.map { scenario.spoken[0][$0].range.end }
            var found: [Int] = []
            var world = SimulatedWorld(scenario) { now, event in
                guard case .commit(let commit) = event, !commit.words.isEmpty else { return }
                // A turn counts as final when a commit covers the middle of its last word, wherever the engine places the word's end.
                while let end = ends.first, commit.range.end >= end - Milliseconds.samples(100) {
                    ends.removeFirst()
                    found.append(Int(now / 1_000 - end.samples / 16))
                }
            }
            _ = world.run()
            milliseconds += found
        }
        milliseconds.sort()
    }

    package func percentile(_ share: Double) -> Int {
        milliseconds.isEmpty ? 0 : milliseconds[min(milliseconds.count - 1, Int(share * Double(milliseconds.count)))]
    }
}

extension Script {
    /// Returns turns of a few words with long silences between them, and the ends of their last words.
    fileprivate static func turns(_ random: inout SeededRandom, count: Int) -> (words: [SpokenWord], ends: [Int], length: Int) {
        var words: [SpokenWord] = []
        var ends: [Int] = []
        var position = 500
        for _ in 0..<count {
            for _ in 0..<random.pick(3...10) {
                let duration = random.pick(150...400)
                let range = SampleRange(Milliseconds.index(position), count: Milliseconds.samples(duration))
                words.append(SpokenWord(number: words.count + 1, text: random.pick(plain), numeral: nil, joined: nil, range: range))
                position += duration + random.pick(0...100)
            }
            ends.append(words.count - 1)
            position += random.pick(3_500...4_500)
        }
        return (words, ends, position)
    }
}
