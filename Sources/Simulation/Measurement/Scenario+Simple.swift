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
        var dice = SeededRandom(Chance(seed: 1))
        var temper = EngineProfile(number: number, &dice)
        temper.connect = 50...100
        temper.latency = 100...300
        temper.interims = 300
        temper.endpoint = 300
        temper.longest = 15_000
        temper.pace = nil
        temper.unanswered = nil
        temper.channelsPerLeg = 1
        temper.jitter = 40
        temper.skew = 0
        temper.coverage = .word
        temper.turns = .inFinal
        temper.isFormatted = false
        temper.joins = 0
        temper.substitutes = 0
        temper.omits = 0
        temper.repeats = 0
        temper.cutsWords = false
        temper.expiry = nil
        temper.cap = nil
        temper.answersAtOnce = false
        return temper
    }
}
