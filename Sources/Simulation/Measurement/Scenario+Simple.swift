import Continuity
import Speech

extension Scenario {
    /// Removes all faults from the scenario, and makes the client send in real time.
    mutating func keepSimple() {
        repairers = []
        news = []
        noises = []
        client = Client(frame: 50, speed: 1, pauses: [], commands: [], burst: 0, ending: .finish)
        maxWaiting = .seconds(300)
    }
}

extension EngineProfile {
    /// Returns the profile of an engine without faults.
    static func plain(_ number: Int) -> EngineProfile {
        var random = SeededRandom(Chance(seed: 1))
        var profile = EngineProfile(number: number, &random)
        profile.connect = 50...100
        profile.latency = 100...300
        profile.interims = 300
        profile.endpoint = 300
        profile.longest = 15_000
        profile.pace = nil
        profile.unanswered = nil
        profile.channelsPerLeg = 1
        profile.jitter = 40
        profile.skew = 0
        profile.coverage = .word
        profile.turns = .inFinal
        profile.isFormatted = false
        profile.joins = 0
        profile.substitutes = 0
        profile.omits = 0
        profile.repeats = 0
        profile.cutsWords = false
        profile.expiry = nil
        profile.cap = nil
        profile.answersAtOnce = false
        return profile
    }
}
