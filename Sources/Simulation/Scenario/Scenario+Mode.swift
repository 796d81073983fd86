package import Continuity
import Speech

extension Scenario {
    /// Makes the session of a seed.
    ///
    /// - Parameter mode: the session's mode; nil: the seed decides.
    package init(seed: UInt64, mode: SessionMode?) {
        self.init(seed: seed)
        let chance = Chance(seed: seed)
        self.mode = mode ?? (Self.dense(chance) == nil ? chance[3].pick(Self.modes) : self.mode)
        while engines.count < (self.mode == .ensemble ? 3 : self.mode.fewestEngines) {
            let number = engines.count
            var engine = SeededRandom(chance[10 + number])
            var faults = SeededRandom(chance[20 + number])
            let isFaulty = faults.happens(0.35)
            let attempts = isFaulty ? faults.pick([1, 1, 1, 2, 3]) : 0
            var profile = EngineProfile(number: number, &engine)
            profile.hasWordTimes = !engine.happens(0.12)
            if Self.dense(chance) != nil { profile.harden(&engine) }
            engines.append(
                Engine(profile: profile, faults: (0..<attempts).map { _ in InjectedFault(&faults) }, isPersistent: false))
        }
        guard self.mode == .ensemble else { return }
        // The rules do not judge how a vote treats different words, or words with uncertain times. Therefore all engines hear the same words at the
        // same times.
        for number in engines.indices {
            engines[number].profile.joins = 0
            engines[number].profile.substitutes = 0
            engines[number].profile.omits = 0
            engines[number].profile.hearsParts = 0
            engines[number].profile.hasWordTimes = true
        }
        for number in repairers.indices {
            repairers[number].profile.joins = 0
            repairers[number].profile.substitutes = 0
            repairers[number].profile.omits = 0
            repairers[number].profile.hearsParts = 0
            repairers[number].profile.hasWordTimes = true
        }
    }

    /// The modes with their frequencies: one session in five is hedged, one in twenty is an ensemble, and one in twenty has a shadow.
    private static let modes: [SessionMode] = Array(repeating: .failover, count: 14) + Array(repeating: .hedged, count: 4) + [.ensemble, .shadow]
}
