import Continuity
import Speech

/// Sessions that combine rare circumstances: only seconds of speech, engines that hear every word but give wrong times and repeat finals, and few
/// engines that survive.
extension Scenario {
    enum Dense: CaseIterable {
        /// Two engines hear the same audio and take turns in being first.
        case pair
        /// One engine after the other fails, and the next one hears the audio again that was not final.
        case chain
        /// Every engine fails after a few words, and repairs come late, are bad, or do not come at all.
        case outage
    }

    /// Returns the kind of a dense session, for about half of all sessions, mostly outages; nil: not a dense session.
    static func dense(_ chance: Chance) -> Dense? {
        let kind = chance[5][1].pick(Dense.allCases)
        return chance[5].happens(kind == .outage ? 0.65 : 0.4) ? kind : nil
    }

    init(_ kind: Dense, seed: UInt64) {
        let chance = Chance(seed: seed)[6]
        var random = SeededRandom(chance[1])
        self.seed = seed
        length = random.pick([random.pick(1_000...4_000), random.pick(3_000...9_000)])
        let said = random.happens(0.7) ? length - 300 : length + 400
        let isBreathless = random.happens(kind == .outage ? 0.6 : 0.35)
        var script = SeededRandom(chance[2])
        let few = random.happens(0.4) ? random.pick(3...8) : nil
        spoken = (0..<(random.happens(0.1) ? 2 : 1)).map { _ in Script.words(&script, length: said, isBreathless: isBreathless, few: few) }
        engines = (0..<random.pick([2, 2, 3])).map { number in
            var engine = SeededRandom(chance[10 + number])
            var profile = EngineProfile(number: number, &engine)
            profile.harden(&engine)
            var faults = SeededRandom(chance[20 + number])
            var attempts = faults.happens(0.9) ? faults.pick([1, 1, 2, 3]) : 0
            var most = 12
            switch kind {
            case .pair:
                if engine.happens(0.6) { profile.hiccups = 0.3 }
                attempts = faults.pick([0, 0, 1])
            case .chain: profile.pace = nil
            case .outage:
                profile.pace = 1
                attempts = 3
                most = 2
            }
            return Engine(profile: profile, faults: (0..<attempts).map { _ in InjectedFault(&faults, most: most) }, isPersistent: false)
        }
        let mending =
            switch kind {
            case .pair, .chain: random.pick([0, 0, 1])
            case .outage: random.pick([1, 2, 2])
            }
        repairers = (0..<mending).map { number in
            var engine = SeededRandom(chance[30 + number])
            var repairer = Repairer(number: Self.firstRepairer + number, isRough: true, &engine)
            repairer.profile.substitutes = 0
            repairer.profile.omits = 0
            let answering = engine.pick([50, 2_000, 4_000])
            repairer.profile.latency = answering...(answering * engine.pick(1...2))
            if repairer.profile.hasWordTimes { repairer.profile.hearsParts = engine.pick([0.5, 1]) }
            repairer.failures = engine.pick([0, 0.4])
            repairer.refusals = engine.pick([0, 0.4])
            return repairer
        }
        news = []
        noises = []
        if random.happens(0.4) {
            let at = random.pick([0, random.pick(0...length)])
            noises = [at..<at + random.pick([length + 1_000, random.pick(500...4_000)])]
        }
        mode = kind == .pair ? .hedged : .failover
        client = Client(&random, length: length)
        recovery = FailoverPolicy.Rule()
        maxWaiting = .seconds(300)
    }
}

extension EngineProfile {
    /// Makes the engine hear every word, with realistic errors of its times.
    mutating func harden(_ random: inout SeededRandom) {
        substitutes = 0
        omits = 0
        hasWordTimes = random.happens(0.5)
        jitter = random.pick([80, 150, 150])
        endpoint = random.pick([150, 150, 300])
        longest = random.pick([1_000, 1_500, 4_000])
        repeats = random.happens(0.5) ? 0.5 : 0
        coverage = random.pick([.heard, .heard, .silence, .word])
        pace = random.pick([nil, 1, 1])
        unanswered = nil
        if random.happens(0.2) {
            frame = 80
            jitter = 80
        }
        if random.happens(0.2) {
            instants = 0.3
            cutsWords = false
        }
        if cutsWords {
            // A cut would remove the second of two words that the engine joins.
            joins = 0
            isFormatted = false
        }
    }
}
