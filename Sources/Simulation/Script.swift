import Speech

/// The words that are spoken in one channel.
enum Script {
    static let plain = [
        "the", "a", "I", "we", "go", "yes", "so", "well", "house", "river", "morning", "please", "tell", "her", "again", "wait", "over", "under",
        "station", "Monday", "coffee", "and", "then", "it's", "don't", "there", "window", "nothing", "hello", "okay",
    ]
    /// Words that an engine recognizes in place of the spoken ones.
    static let misheard = ["mice", "horse", "uh", "bell", "weight", "heather", "it", "toffee", "nation", "an", "their", "yellow"]
    private static let pairs = [
        ("can", "not", "cannot"), ("every", "one", "everyone"), ("some", "thing", "something"), ("may", "be", "maybe"), ("all", "right", "alright"),
        ("in", "to", "into"), ("week", "end", "weekend"), ("on", "line", "online"),
    ]
    private static let repeated = ["no", "no", "very", "I", "bye", "the", "yeah"]
    private static let tens = [("twenty", 20), ("thirty", 30), ("forty", 40), ("ninety", 90)]
    private static let units = [("one", 1), ("two", 2), ("five", 5), ("seven", 7), ("eight", 8)]

    /// Returns islands of speech between silences, over `length` milliseconds.
    ///
    /// - Parameters:
    ///   - isBreathless: true: there are few silences.
    ///   - few: number of different phrases, which are spoken again and again; nil: any phrases.
    static func words(_ random: inout SeededRandom, length: Int, isBreathless: Bool = false, few: Int? = nil) -> [SpokenWord] {
        var words: [SpokenWord] = []
        let phrases = (0..<(few ?? 0)).map { _ in phrase(&random) }
        let rests = random.pick([300, 800, 800, 2_500])
        var position = random.pick(0...1_500)
        while position < length {
            let islandEnd = isBreathless ? random.pick(20...60) : random.pick(1...14)
            var said = 0
            while said < islandEnd {
                let texts = phrases.isEmpty ? phrase(&random) : random.pick(phrases)
                for text in texts {
                    let duration = random.pick(text.text.utf8.count <= 3 ? 70...260 : 140...520)
                    guard position + duration < length, words.count < WordIdentity.maxWords else { return words }
                    words.append(
                        SpokenWord(
                            number: words.count + 1, text: text.text, numeral: text.numeral, joined: text.joined,
                            range: SampleRange(Milliseconds.index(position), count: Milliseconds.samples(duration))))
                    position += duration + (random.happens(0.5) ? 0 : random.pick(0...140))
                    said += 1
                }
            }
            position += random.happens(0.08) ? random.pick(2_000...6_000) : 180 + random.pick(0...rests)
        }
        return words
    }

    /// The manner of speaking: phrases, pauses and speed.
    struct Manner {
        enum Phrases { case any, plain, chorus, joined, echo, numbers }

        var phrases = Phrases.any
        /// Number of words between two rests.
        var islands = 1...14
        /// Maximum duration of most rests, in milliseconds.
        var rests = 800
        /// Start of the first word, in milliseconds.
        var start = 0...800
        /// Factor by which words are longer than usual.
        var slowness = 1.0
    }

    /// Pairs of words: the first word of a pair ends like the second.
    private static let echoes = [("station", "on"), ("nothing", "thing"), ("along", "long"), ("today", "day"), ("within", "in"), ("upon", "on")]
    /// Pairs of words that may be written as one word. No word is in two pairs.
    private static let compounds = [
        ("week", "end", "weekend"), ("on", "line", "online"), ("in", "to", "into"), ("air", "port", "airport"), ("note", "book", "notebook"),
    ]

    static func words(_ random: inout SeededRandom, length: Int, _ manner: Manner) -> [SpokenWord] {
        var words: [SpokenWord] = []
        let chorus = (0..<random.pick(3...4)).map { number in (plain[random.pick(0...6) + 7 * number], nil, nil) as Piece }
        var position = random.pick(manner.start)
        while position < length {
            let islandEnd = random.pick(manner.islands)
            var said = 0
            while said < islandEnd {
                let texts: [Piece] =
                    switch manner.phrases {
                    case .any: phrase(&random)
                    case .plain: [(random.pick(plain), nil, nil)]
                    case .chorus: random.happens(0.85) ? chorus : phrase(&random)
                    case .joined: joinable(&random)
                    case .echo: echo(&random)
                    case .numbers: number(&random)
                    }
                for text in texts {
                    let duration = Int(Double(random.pick(text.text.utf8.count <= 3 ? 70...260 : 140...520)) * manner.slowness)
                    guard position + duration < length, words.count < WordIdentity.maxWords else { return words }
                    words.append(
                        SpokenWord(
                            number: words.count + 1, text: text.text, numeral: text.numeral, joined: text.joined,
                            range: SampleRange(Milliseconds.index(position), count: Milliseconds.samples(duration))))
                    position += duration
                    // A short silence may lie within two words that some engines write as one.
                    let isParted = text.joined != nil && (manner.phrases == .joined || manner.phrases == .numbers) && random.happens(0.4)
                    position += isParted ? random.pick(150...195) : random.happens(0.5) ? 0 : random.pick(0...140)
                    said += 1
                    if manner.phrases == .echo { position += 180 + random.pick(0...manner.rests) }
                }
            }
            position += 180 + random.pick(0...manner.rests)
        }
        return words
    }

    private static func joinable(_ random: inout SeededRandom) -> [Piece] {
        let pair = random.pick(compounds)
        return random.happens(0.7) ? [(pair.0, nil, pair.2), (pair.1, nil, nil)] : [(random.pick(plain), nil, nil)]
    }

    private static func echo(_ random: inout SeededRandom) -> [Piece] {
        let echo = random.pick(echoes)
        return [(echo.0, nil, nil), (echo.1, nil, nil)]
    }

    private static func number(_ random: inout SeededRandom) -> [Piece] {
        let ten = random.pick(tens), unit = random.pick(units)
        return random.happens(0.2)
            ? [(random.pick(plain), nil, nil)] : [(ten.0, String(ten.1), String(ten.1 + unit.1)), (unit.0, String(unit.1), nil)]
    }

    private typealias Piece = (text: String, numeral: String?, joined: String?)

    private static func phrase(_ random: inout SeededRandom) -> [Piece] {
        switch random.pick(0...9) {
        case 0:
            let word = random.pick(repeated)
            return Array(repeating: (word, nil, nil), count: random.pick(2...4))
        case 1:
            let ten = random.pick(tens), unit = random.pick(units)
            return [(ten.0, String(ten.1), String(ten.1 + unit.1)), (unit.0, String(unit.1), nil)]
        case 2:
            let unit = random.pick(units)
            return [(unit.0, String(unit.1), nil)]
        case 3:
            let pair = random.pick(pairs)
            return [(pair.0, nil, pair.2), (pair.1, nil, nil)]
        case 4:
            let one = random.pick(plain), other = random.pick(plain)
            return [(one, nil, nil), (other, nil, nil), (one, nil, nil), (other, nil, nil)]
        default: return [(random.pick(plain), nil, nil)]
        }
    }
}
