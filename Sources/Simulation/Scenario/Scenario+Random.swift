import Continuity
import Speech

extension Scenario {
    init(seed: UInt64) {
        self = Self.dense(Chance(seed: seed)).map { Scenario($0, seed: seed) } ?? Scenario(plainSeed: seed)
    }

    /// Makes the session of a seed with usual circumstances.
    init(plainSeed seed: UInt64) {
        let chance = Chance(seed: seed)
        var dice = SeededRandom(chance[1])
        self.seed = seed
        length = dice.pick([dice.pick(200...4_000), dice.pick(4_000...15_000), dice.pick(8_000...30_000)])
        let channels = dice.happens(0.2) ? 2 : 1
        var script = SeededRandom(chance[2])
        // In most sessions the audio ends in silence.
        let said = dice.happens(0.85) ? length - 300 : length + 400
        var place = SeededRandom(chance[4])
        // Audio is cut within words where speech has no pause, or noise never stops.
        let isBreathless = place.happens(0.12), isNoisy = place.happens(0.15)
        // Rough sessions: engines fail more often, answer late, and seldom give the times of words.
        let isRough = place.happens(0.35)
        spoken = (0..<channels).map { _ in Script.words(&script, length: said, isBreathless: isBreathless) }
        let count = dice.pick([1, 2, 2, 2, 3])
        let isAllFailing = dice.happens(0.04)
        engines = (0..<count).map { number in
            var engine = SeededRandom(chance[10 + number])
            var temper = EngineProfile(number: number, &engine)
            temper.hasWordTimes = !engine.happens(isRough ? 0.5 : 0.12)
            var faults = SeededRandom(chance[20 + number])
            let isFaulty = isAllFailing || faults.happens(isRough ? 0.8 : number == 0 ? 0.75 : 0.35)
            let attempts = isFaulty ? faults.pick([1, 1, 1, 2, 3]) : 0
            return Engine(
                temper: temper, faults: (0..<attempts).map { _ in InjectedFault(&faults) },
                isPersistent: isAllFailing || isFaulty && faults.happens(0.15))
        }
        let mending = dice.pick(isRough ? [1, 2] : [0, 1, 1, 2])
        repairers = (0..<mending).map { number in
            var repairer = SeededRandom(chance[30 + number])
            return Repairer(number: Self.firstRepairer + number, isRough: isRough, &repairer)
        }
        news = []
        if dice.happens(0.15) {
            let at = dice.pick(0...length)
            let engine = dice.pick(0...count - 1)
            news = [.init(at: at, what: News(engine: engine, isAvailable: false))]
            if dice.happens(0.7) { news.append(.init(at: at + dice.pick(100...8_000), what: News(engine: engine, isAvailable: true))) }
        }
        noises = []
        if dice.happens(0.2) {
            for _ in 0..<dice.pick(1...3) {
                let at = dice.pick(0...length)
                noises.append(at..<at + dice.pick(50...4_000))
            }
        }
        if isNoisy {
            let at = place.pick([0, place.pick(0...length)])
            noises.append(at..<at + place.pick([length + 1_000, place.pick(3_000...12_000)]))
        }
        mode = .failover
        client = Client(&dice, length: length)
        recovery = FailoverPolicy.Rule()
        maxWaiting = .seconds(dice.pick([6, 20, 300, 300]))
    }
}

extension Scenario {
    /// Number of the first repairer. Engine numbers fit in three bits.
    static let firstRepairer = 4
}

extension Repairer {
    init(number: Int, isRough: Bool, _ dice: inout SeededRandom) {
        temper = EngineProfile(number: number, &dice)
        temper.skew = 0
        let answering = dice.pick(isRough ? [50, 1_000, 3_000, 4_500] : [50, 300, 1_000, 3_000])
        temper.latency = answering...(answering * dice.pick(1...3))
        failures = dice.pick([0, 0, 0.3, 1])
        refusals = dice.pick([0, 0, 0, 0.3])
        work = dice.pick([10, 50, 200])
        temper.hasWordTimes = !dice.happens(isRough ? 0.5 : 0.12)
        // Without word times nobody can see that a word was cut.
        temper.hearsParts = temper.hasWordTimes ? dice.pick([0, 0.5, 1]) : 0
    }
}

extension Scenario.Client {
    init(_ dice: inout SeededRandom, length: Int) {
        frame = dice.pick([20, 50, 100, 100, 100, 160, 250])
        speed = dice.pick([1, 1, 1, 1, 1.2, 4, 50])
        pauses = dice.happens(0.2) ? [.init(at: dice.pick(0...length), what: dice.pick(500...9_000))] : []
        commands = []
        if dice.happens(0.25) {
            for _ in 0..<dice.pick(1...3) { commands.append(.init(at: dice.pick(0...length), what: dice.happens(0.8) ? .finalize : .keepAlive)) }
        }
        commands.sort { $0.at < $1.at }
        ending = dice.happens(0.04) ? .abandon : .finish
        // This client is slower than real time.
        if dice.happens(0.08) { speed = dice.pick([0.4, 0.7, 0.9]) }
        burst = dice.happens(0.1) ? dice.pick([300, 1_500, 4_000]) : 0
        if dice.happens(0.06) {
            for _ in 0..<dice.pick(1...3) { pauses.append(.init(at: dice.pick(0...length), what: dice.pick(3_000...12_000))) }
            pauses.sort { $0.at < $1.at }
        }
        reads = dice.happens(0.04) ? dice.pick([1, 4, 15]) : nil
    }
}

extension EngineProfile {
    init(number: Int, _ dice: inout SeededRandom) {
        self.number = number
        let isLocal = dice.happens(0.3)
        let connecting = isLocal ? 1 : dice.pick([20, 100, 400])
        connect = connecting...(connecting * dice.pick(1...3))
        let answering = dice.pick([5, 60, 200, 700])
        latency = answering...(answering * dice.pick(1...3))
        interims = dice.happens(0.8) ? dice.pick([100, 300, 600]) : nil
        endpoint = dice.pick([150, 300, 500, 800])
        longest = dice.pick([1_500, 4_000, 8_000, 15_000])
        pace = isLocal ? nil : dice.pick([nil, 1, 1.25])
        unanswered = isLocal ? 30_000 : nil
        channelsPerLeg = dice.pick(1...2)
        jitter = dice.pick([0, 30, 80, 150])
        skew = dice.happens(0.15) ? Double(dice.pick(-20...20)) / 10_000 : 0
        hasWordTimes = true
        coverage = dice.pick(Coverage.allCases)
        turns = dice.pick(Turns.allCases)
        isFormatted = dice.happens(0.5)
        joins = dice.pick([0, 0, 0.5, 1])
        substitutes = dice.pick([0, 0, 0.03, 0.1])
        omits = dice.pick([0, 0, 0, 0.03])
        repeats = dice.happens(0.15) ? 0.3 : 0
        cutsWords = dice.happens(0.3)
        expiry = dice.happens(0.08) ? dice.pick(4_000...15_000) : nil
        cap = dice.happens(0.1) ? 60_000 + dice.pick(3_000...15_000) : nil
        answersAtOnce = dice.happens(0.2)
    }
}

extension InjectedFault {
    /// Makes a random fault.
    ///
    /// - Parameter most: the last message that the fault may concern.
    init(_ dice: inout SeededRandom, most: Int = 40) {
        let message = dice.happens(0.3) ? 0 : dice.pick(0...most)
        switch dice.pick(0...15) {
        case 0: self = .refuse(.unavailable("503"))
        case 1: self = .refuse(dice.pick([.unauthorized("401"), .quotaExhausted("402")]))
        case 2: self = .refuse(.rateLimited(retryAfter: dice.happens(0.5) ? nil : .seconds(dice.pick(1...40))))
        case 3: self = .hang
        case 4, 5, 6: self = .close(message: message, .unavailable("The connection was reset."))
        case 7: self = .close(message: message, dice.pick([.unauthorized("expired"), .quotaExhausted("spent"), .rateLimited(retryAfter: nil)]))
        case 8: self = .close(message: message, nil)
        case 9: self = .closeEarly
        case 10: self = .pause(message: message, milliseconds: dice.pick(500...2_500))
        case 11: self = .pause(message: message, milliseconds: dice.pick(2_000...9_000))
        case 12, 13: self = .stall(message: message)
        case 14: self = .garbage(message: message)
        default: self = .close(message: message, .protocolViolation("nonsense"))
        }
    }
}
