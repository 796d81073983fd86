import Continuity
import Speech

/// Rare circumstances. Each seed has a second session with one of these, beside its usual session. For each circumstance there is a rule.
extension Scenario {
    enum Rare: CaseIterable {
        /// A few words that are repeated, with engines of which most give no word times.
        case chorus
        /// Words that one engine joins and the next one writes separately, with a silence between the two words.
        case joined
        /// A word that ends like the word after the next silence.
        case echo
        /// Repairs of audio in which engines have heard little. The repairs come late, are bad, or do not come at all.
        case mended
        /// Numbers that some voters write as one word, while other voters have already given the first part.
        case count
        /// Constant noise, with words that are far apart.
        case noise
        /// One word, followed by noise until the word is final.
        case lonely
        /// Short words in a row, each of which may be the last of a final.
        case brief
        /// Single words that are cut, because a final has grown too long or because the client asks for a final.
        case cut
        /// Long words, for some of which engines give only the end time.
        case drawled

        /// Kinds with their frequencies: some kinds need more sessions.
        static let often = allCases + [.chorus, .chorus, .chorus, .drawled, .mended, .mended, .mended, .brief, .cut]
    }

    init(besideSeed seed: UInt64) {
        let chance = Chance(seed: seed)[7]
        let kind = chance[1].pick(Rare.often)
        var random = SeededRandom(chance[2])
        var script = SeededRandom(chance[3])
        let manner = Script.Manner(kind, &random)
        let length = random.pick(kind.length)
        self.seed = seed
        self.length = length
        mode = kind.mode(&random)
        let said = kind == .lonely ? 3_000 : random.happens(0.8) ? length - 300 : length + 400
        spoken = (0..<(kind != .echo && random.happens(0.1) ? 2 : 1)).map { _ in Script.words(&script, length: said, manner) }
        noises = []
        if kind == .noise || kind == .lonely {
            noises = [0..<length + 1_000]
        } else if kind == .joined || kind == .drawled, random.happens(0.4) {
            let at = random.pick([0, random.pick(0...length)])
            noises = [at..<at + random.pick([length + 1_000, random.pick(500...4_000)])]
        }
        news = []
        recovery = FailoverPolicy.Rule()
        maxWaiting = .seconds(300)
        client = Client(&random, length: length)
        // A client asks for words that are spoken after the heard audio, where finals of this engine end.
        let isAhead = kind == .brief && chance[4].happens(0.3)
        // A frame is not longer than the silence between two words.
        if kind == .cut || isAhead {
            client.frame = 20
            client.burst = 0
        }
        func finalizes(at places: [Int64]) -> [Moment<SessionCommand>] { places.filter { $0 < length }.map { .init(at: Int($0), what: .finalize) } }
        if [.lonely, .brief, .echo].contains(kind) { client.commands = [] }
        if kind == .cut {
            // Requests near the end of a word.
            let said = spoken[0].filter { _ in random.happens(0.4) }
            client.commands = finalizes(at: said.map { ($0.range.start.samples + $0.range.count.samples * 4 / 5) / 16 })
        }
        if isAhead {
            let words = spoken[0]
            // The first two words after each pause.
            let first = words.indices.dropFirst().filter { words[$0].range.start - words[$0 - 1].range.end > Milliseconds.samples(150) }
            let asked = Set(first + first.map { $0 + 1 }).filter(words.indices.contains).sorted()
            client.commands = finalizes(at: asked.map { words[$0].range.end.samples / 16 + 20 })
        }
        let untimed = kind == .echo ? 1 : random.pick([0, 0.5, 1, 1])
        let first = random.pick(0...1)
        engines = (0..<random.pick([2, 2, 3])).map { number in
            var engine = SeededRandom(chance[10 + number])
            var profile = EngineProfile(number: number, &engine)
            profile.harden(&engine)
            profile.hasWordTimes = !engine.happens(untimed)
            profile.suit(kind, isFirst: number % 2 == first, &engine)
            if isAhead { profile.runAhead() }
            var faults = SeededRandom(chance[20 + number])
            let attempts = kind == .mended ? 3 : faults.pick(kind == .count || kind == .noise ? [0, 1, 1] : [1, 1, 2])
            return Engine(profile: profile, faults: (0..<attempts).map { _ in InjectedFault(&faults, most: kind.maxMessages) }, isPersistent: false)
        }
        let mending =
            switch kind {
            case .noise, .lonely, .drawled: 0
            case .mended: random.pick([1, 2])
            default: random.pick([0, 1, 1, 2])
            }
        repairers = (0..<mending).map { number in
            var engine = SeededRandom(chance[30 + number])
            var repairer = Repairer(number: Self.firstRepairer + number, isRough: true, &engine)
            repairer.profile.substitutes = 0
            repairer.profile.omits = 0
            let answering = engine.pick(kind == .mended ? [50, 4_500, 6_000] : kind == .chorus ? [50] : [50, 2_000, 4_000])
            repairer.profile.latency = answering...(answering * engine.pick(1...2))
            repairer.profile.hasWordTimes = kind == .chorus || !engine.happens(untimed)
            repairer.profile.hearsParts = repairer.profile.hasWordTimes && kind != .mended ? engine.pick([0.5, 1]) : 0
            repairer.profile.joins = engine.pick([0, 1])
            repairer.failures = engine.pick([0, 0.4])
            repairer.refusals = engine.pick([0, 0.4])
            return repairer
        }
    }
}

extension Scenario.Rare {
    fileprivate var length: ClosedRange<Int> {
        switch self {
        case .chorus, .drawled: 2_500...7_000
        case .joined, .mended, .cut, .echo, .count, .brief: 1_500...6_000
        case .noise: 8_000...20_000
        case .lonely: 12_000...20_000
        }
    }

    fileprivate func mode(_ random: inout SeededRandom) -> SessionMode {
        switch self {
        case .count: .ensemble
        default: .failover
        }
    }

    /// The last message that a fault may concern.
    fileprivate var maxMessages: Int {
        switch self {
        case .mended: 2
        case .noise, .lonely: 3
        case .joined, .echo, .cut, .brief: 5
        case .chorus, .count, .drawled: 10
        }
    }
}

extension Script.Manner {
    fileprivate init(_ kind: Scenario.Rare, _ random: inout SeededRandom) {
        switch kind {
        case .chorus:
            phrases = .chorus
            islands = random.pick([3...12, 20...60])
        case .joined:
            phrases = .joined
            islands = random.pick([2...6, 20...60])
        case .echo:
            phrases = .echo
            islands = 1...1
            rests = 200
        case .mended:
            phrases = random.pick([.joined, .chorus])
            islands = random.pick([3...6, 20...60])
        case .count:
            phrases = .numbers
            islands = random.pick([2...6, 20...60])
        case .noise:
            islands = 1...2
            rests = random.pick([1_000, 1_500])
        case .lonely:
            phrases = .plain
            islands = 1...1
            rests = 6_000
            start = 800...2_000
        case .brief:
            phrases = .plain
            slowness = 0.8
            islands = random.pick([1...4, 3...8])
            rests = 300
        case .cut:
            islands = 1...1
            rests = random.pick([300, 1_000])
        case .drawled:
            slowness = 1.8
            islands = random.pick([1...8, 20...60])
        }
    }
}

extension EngineProfile {
    /// Adapts the profile to a kind of session.
    ///
    /// - Parameter isFirst: true for the engine that joins two words which its neighbours write separately.
    fileprivate mutating func suit(_ kind: Scenario.Rare, isFirst: Bool, _ random: inout SeededRandom) {
        switch kind {
        case .chorus:
            // If both engines gave no word times, nobody could tell which of them missed a word.
            if !isFirst { hasWordTimes = true }
            if random.happens(0.6) { hiccups = 0.3 }
        case .joined, .echo:
            cutsWords = false
            coverage = .word
            // Joined words without times would be placed on one of the two words.
            joins = isFirst && hasWordTimes ? 1 : 0
        case .mended:
            pace = 1
            cutsWords = false
            if !hasWordTimes { jitter = 80 }
            joins = isFirst && hasWordTimes ? 1 : 0
        case .count:
            isFormatted = isFirst
            cutsWords = false
            hasWordTimes = true
            joins = 0
            jitter = 30
            instants = 0
            longest = random.pick([500, 1_000, 1_500])
            endpoint = isFirst ? 300 : 150
        case .noise:
            longest = random.pick([1_500, 8_000, 15_000])
            interims = nil
        case .lonely:
            hasWordTimes = number == 0
            endpoint = number == 0 ? 150 : 30_000
            coverage = .word
            longest = 30_000
            interims = nil
        case .brief:
            longest = random.pick([400, 700, 1_000])
            jitter = 150
            cutsWords = false
            coverage = .word
        case .cut:
            hasWordTimes = isFirst
            longest = random.pick([400, 700, 1_000])
            endpoint = 150
            jitter = hasWordTimes ? 150 : 30
            cutsWords = random.happens(0.7)
            cutsFlushes = cutsWords
            if cutsWords { coverage = .heard }
            joins = 0
            isFormatted = false
        case .drawled:
            hasWordTimes = true
            instants = random.pick([0, 0.3, 1])
            cutsWords = false
        }
    }

    /// Makes finals end with whole frames that are longer than many words.
    fileprivate mutating func runAhead() {
        coverage = .heard
        frame = 320
        endpoint = 150
        longest = 5_000
    }
}
