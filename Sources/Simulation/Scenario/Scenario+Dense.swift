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
        var dice = SeededRandom(chance[1])
        self.seed = seed
        length = dice.pick([dice.pick(1_000...4_000), dice.pick(3_000...9_000)])
        let said = dice.happens(0.7) ? length - 300 : length + 400
        let isBreathless = dice.happens(kind == .outage ? 0.6 : 0.35)
        var script = SeededRandom(chance[2])
        let few = dice.happens(0.4) ? dice.pick(3...8) : nil
        spoken = (0..<(dice.happens(0.1) ? 2 : 1)).map { _ in Script.words(&script, length: said, isBreathless: isBreathless, few: few) }
        engines = (0..<dice.pick([2, 2, 3])).map { number in
            var engine = SeededRandom(chance[10 + number])
            var temper = EngineProfile(number: number, &engine)
            temper.harden(&engine)
            var faults = SeededRandom(chance[20 + number])
            var attempts = faults.happens(0.9) ? faults.pick([1, 1, 2, 3]) : 0
            var most = 12
            switch kind {
            case .pair:
                if engine.happens(0.6) { temper.hiccups = 0.3 }
                attempts = faults.pick([0, 0, 1])
            case .chain: temper.pace = nil
            case .outage:
                temper.pace = 1
                attempts = 3
                most = 2
            }
            return Engine(temper: temper, faults: (0..<attempts).map { _ in InjectedFault(&faults, most: most) }, isPersistent: false)
        }
        let mending =
            switch kind {
            case .pair, .chain: dice.pick([0, 0, 1])
            case .outage: dice.pick([1, 2, 2])
            }
        repairers = (0..<mending).map { number in
            var engine = SeededRandom(chance[30 + number])
            var repairer = Repairer(number: Self.firstRepairer + number, isRough: true, &engine)
            repairer.temper.substitutes = 0
            repairer.temper.omits = 0
            let answering = engine.pick([50, 2_000, 4_000])
            repairer.temper.latency = answering...(answering * engine.pick(1...2))
            if repairer.temper.hasWordTimes { repairer.temper.hearsParts = engine.pick([0.5, 1]) }
            repairer.failures = engine.pick([0, 0.4])
            repairer.refusals = engine.pick([0, 0.4])
            return repairer
        }
        news = []
        noises = []
        if dice.happens(0.4) {
            let at = dice.pick([0, dice.pick(0...length)])
            noises = [at..<at + dice.pick([length + 1_000, dice.pick(500...4_000)])]
        }
        mode = kind == .pair ? .hedged : .failover
        client = Client(&dice, length: length)
        recovery = FailoverPolicy.Rule()
        maxWaiting = .seconds(300)
    }
}

extension EngineProfile {
    /// Makes the engine hear every word, with realistic errors of its times.
    mutating func harden(_ dice: inout SeededRandom) {
        substitutes = 0
        omits = 0
        hasWordTimes = dice.happens(0.5)
        jitter = dice.pick([80, 150, 150])
        endpoint = dice.pick([150, 150, 300])
        longest = dice.pick([1_000, 1_500, 4_000])
        repeats = dice.happens(0.5) ? 0.5 : 0
        coverage = dice.pick([.heard, .heard, .silence, .word])
        pace = dice.pick([nil, 1, 1])
        unanswered = nil
        if dice.happens(0.2) {
            frame = 80
            jitter = 80
        }
        if dice.happens(0.2) {
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
