import Continuity
import Speech

extension Scenario {
    init(seed: UInt64) {
        self = Self.dense(Chance(seed: seed)).map { Scenario($0, seed: seed) } ?? Scenario(plainSeed: seed)
    }

    /// Makes the session of a seed with usual circumstances.
    init(plainSeed seed: UInt64) {
        let chance = Chance(seed: seed)
        var random = SeededRandom(chance[1])
        self.seed = seed
        length = random.pick([random.pick(200...4_000), random.pick(4_000...15_000), random.pick(8_000...30_000)])
        let channels = random.happens(0.2) ? 2 : 1
        var script = SeededRandom(chance[2])
        // In most sessions the audio ends in silence.
        let said = random.happens(0.85) ? length - 300 : length + 400
        var place = SeededRandom(chance[4])
        // Audio is cut within words where speech has no pause, or noise never stops.
        let isBreathless = place.happens(0.12), isNoisy = place.happens(0.15)
        // Rough sessions: engines fail more often, answer late, and seldom give the times of words.
        let isRough = place.happens(0.35)
        spoken = (0..<channels).map { _ in Script.words(&script, length: said, isBreathless: isBreathless) }
        let count = random.pick([1, 2, 2, 2, 3])
        let isAllFailing = random.happens(0.04)
        engines = (0..<count).map { number in
            var engine = SeededRandom(chance[10 + number])
            var profile = EngineProfile(number: number, &engine)
            profile.hasWordTimes = !engine.happens(isRough ? 0.5 : 0.12)
            var faults = SeededRandom(chance[20 + number])
            let isFaulty = isAllFailing || faults.happens(isRough ? 0.8 : number == 0 ? 0.75 : 0.35)
            let attempts = isFaulty ? faults.pick([1, 1, 1, 2, 3]) : 0
            return Engine(
                profile: profile, faults: (0..<attempts).map { _ in InjectedFault(&faults) },
                isPersistent: isAllFailing || isFaulty && faults.happens(0.15))
        }
        let mending = random.pick(isRough ? [1, 2] : [0, 1, 1, 2])
        repairers = (0..<mending).map { number in
            var repairer = SeededRandom(chance[30 + number])
            return Repairer(number: Self.firstRepairer + number, isRough: isRough, &repairer)
        }
        news = []
        if random.happens(0.15) {
            let at = random.pick(0...length)
            let engine = random.pick(0...count - 1)
            news = [.init(at: at, what: News(engine: engine, isAvailable: false))]
            if random.happens(0.7) { news.append(.init(at: at + random.pick(100...8_000), what: News(engine: engine, isAvailable: true))) }
        }
        noises = []
        if random.happens(0.2) {
            for _ in 0..<random.pick(1...3) {
                let at = random.pick(0...length)
                noises.append(at..<at + random.pick(50...4_000))
            }
        }
        if isNoisy {
            let at = place.pick([0, place.pick(0...length)])
            noises.append(at..<at + place.pick([length + 1_000, place.pick(3_000...12_000)]))
        }
        mode = .failover
        client = Client(&random, length: length)
        recovery = FailoverPolicy.Rule()
        maxWaiting = .seconds(random.pick([6, 20, 300, 300]))
    }
}

extension Scenario {
    /// Number of the first repairer. Engine numbers fit in three bits.
    static let firstRepairer = 4
}

extension Repairer {
    init(number: Int, isRough: Bool, _ random: inout SeededRandom) {
        profile = EngineProfile(number: number, &random)
        profile.skew = 0
        let answering = random.pick(isRough ? [50, 1_000, 3_000, 4_500] : [50, 300, 1_000, 3_000])
        profile.latency = answering...(answering * random.pick(1...3))
        failures = random.pick([0, 0, 0.3, 1])
        refusals = random.pick([0, 0, 0, 0.3])
        work = random.pick([10, 50, 200])
        profile.hasWordTimes = !random.happens(isRough ? 0.5 : 0.12)
        // Without word times nobody can see that a word was cut.
        profile.hearsParts = profile.hasWordTimes ? random.pick([0, 0.5, 1]) : 0
    }
}

extension Scenario.Client {
    init(_ random: inout SeededRandom, length: Int) {
        frame = random.pick([20, 50, 100, 100, 100, 160, 250])
        speed = random.pick([1, 1, 1, 1, 1.2, 4, 50])
        pauses = random.happens(0.2) ? [.init(at: random.pick(0...length), what: random.pick(500...9_000))] : []
        commands = []
        if random.happens(0.25) {
            for _ in 0..<random.pick(1...3) {
                commands.append(.init(at: random.pick(0...length), what: random.happens(0.8) ? .finalize : .keepAlive))
            }
        }
        commands.sort { $0.at < $1.at }
        ending = random.happens(0.04) ? .abandon : .finish
        // This client is slower than real time.
        if random.happens(0.08) { speed = random.pick([0.4, 0.7, 0.9]) }
        burst = random.happens(0.1) ? random.pick([300, 1_500, 4_000]) : 0
        if random.happens(0.06) {
            for _ in 0..<random.pick(1...3) { pauses.append(.init(at: random.pick(0...length), what: random.pick(3_000...12_000))) }
            pauses.sort { $0.at < $1.at }
        }
        reads = random.happens(0.04) ? random.pick([1, 4, 15]) : nil
    }
}

extension EngineProfile {
    init(number: Int, _ random: inout SeededRandom) {
        self.number = number
        let isLocal = random.happens(0.3)
        let connecting = isLocal ? 1 : random.pick([20, 100, 400])
        connect = connecting...(connecting * random.pick(1...3))
        let answering = random.pick([5, 60, 200, 700])
        latency = answering...(answering * random.pick(1...3))
        interims = random.happens(0.8) ? random.pick([100, 300, 600]) : nil
        endpoint = random.pick([150, 300, 500, 800])
        longest = random.pick([1_500, 4_000, 8_000, 15_000])
        pace = isLocal ? nil : random.pick([nil, 1, 1.25])
        unanswered = isLocal ? 30_000 : nil
        channelsPerLeg = random.pick(1...2)
        jitter = random.pick([0, 30, 80, 150])
        skew = random.happens(0.15) ? Double(random.pick(-20...20)) / 10_000 : 0
        hasWordTimes = true
        coverage = random.pick(Coverage.allCases)
        turns = random.pick(Turns.allCases)
        isFormatted = random.happens(0.5)
        joins = random.pick([0, 0, 0.5, 1])
        substitutes = random.pick([0, 0, 0.03, 0.1])
        omits = random.pick([0, 0, 0, 0.03])
        repeats = random.happens(0.15) ? 0.3 : 0
        cutsWords = random.happens(0.3)
        expiry = random.happens(0.08) ? random.pick(4_000...15_000) : nil
        cap = random.happens(0.1) ? 60_000 + random.pick(3_000...15_000) : nil
        answersAtOnce = random.happens(0.2)
    }
}

extension InjectedFault {
    /// Makes a random fault.
    ///
    /// - Parameter most: the last message that the fault may concern.
    init(_ random: inout SeededRandom, most: Int = 40) {
        let message = random.happens(0.3) ? 0 : random.pick(0...most)
        switch random.pick(0...15) {
        case 0: self = .refuse(.unavailable("503"))
        case 1: self = .refuse(random.pick([.unauthorized("401"), .quotaExhausted("402")]))
        case 2: self = .refuse(.rateLimited(retryAfter: random.happens(0.5) ? nil : .seconds(random.pick(1...40))))
        case 3: self = .hang
        case 4, 5, 6: self = .close(message: message, .unavailable("The connection was reset."))
        case 7: self = .close(message: message, random.pick([.unauthorized("expired"), .quotaExhausted("spent"), .rateLimited(retryAfter: nil)]))
        case 8: self = .close(message: message, nil)
        case 9: self = .closeEarly
        case 10: self = .pause(message: message, milliseconds: random.pick(500...2_500))
        case 11: self = .pause(message: message, milliseconds: random.pick(2_000...9_000))
        case 12, 13: self = .stall(message: message)
        case 14: self = .garbage(message: message)
        default: self = .close(message: message, .protocolViolation("nonsense"))
        }
    }
}
