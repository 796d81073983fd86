import Speech

/// What is said in one channel.
enum Script {
    static let plain = [
        "the", "a", "I", "we", "go", "yes", "so", "well", "house", "river", "morning", "please", "tell", "her", "again", "wait", "over", "under",
        "station", "Monday", "coffee", "and", "then", "it's", "don't", "there", "window", "nothing", "hello", "okay",
    ]
    /// What an engine says instead.
    static let misheard = ["mice", "horse", "uh", "bell", "weight", "heather", "it", "toffee", "nation", "an", "their", "yellow"]
    private static let pairs = [
        ("can", "not", "cannot"), ("every", "one", "everyone"), ("some", "thing", "something"), ("may", "be", "maybe"), ("all", "right", "alright"),
        ("in", "to", "into"), ("week", "end", "weekend"), ("on", "line", "online"),
    ]
    private static let repeated = ["no", "no", "very", "I", "bye", "the", "yeah"]
    private static let tens = [("twenty", 20), ("thirty", 30), ("forty", 40), ("ninety", 90)]
    private static let units = [("one", 1), ("two", 2), ("five", 5), ("seven", 7), ("eight", 8)]

    /// Islands of speech between silences, through `length` milliseconds.
    ///
    /// - Parameters:
    ///   - isBreathless: there are few silences.
    ///   - few: so many phrases are all that is said, again and again; nil: any.
    static func words(_ dice: inout Dice, length: Int, isBreathless: Bool = false, few: Int? = nil) -> [SpokenWord] {
        var words: [SpokenWord] = []
        let phrases = (0..<(few ?? 0)).map { _ in phrase(&dice) }
        let rests = dice.pick([300, 800, 800, 2_500])
        var position = dice.pick(0...1_500)
        while position < length {
            let islandEnd = isBreathless ? dice.pick(20...60) : dice.pick(1...14)
            var said = 0
            while said < islandEnd {
                let texts = phrases.isEmpty ? phrase(&dice) : dice.pick(phrases)
                for text in texts {
                    let duration = dice.pick(text.text.utf8.count <= 3 ? 70...260 : 140...520)
                    guard position + duration < length, words.count < WordIdentity.mostWords else { return words }
                    words.append(
                        SpokenWord(
                            number: words.count + 1, text: text.text, numeral: text.numeral, joined: text.joined,
                            range: SampleRange(Milliseconds.index(position), count: Milliseconds.samples(duration))))
                    position += duration + (dice.happens(0.5) ? 0 : dice.pick(0...140))
                    said += 1
                }
            }
            position += dice.happens(0.08) ? dice.pick(2_000...6_000) : 180 + dice.pick(0...rests)
        }
        return words
    }

    private typealias Piece = (text: String, numeral: String?, joined: String?)

    private static func phrase(_ dice: inout Dice) -> [Piece] {
        switch dice.pick(0...9) {
        case 0:
            let word = dice.pick(repeated)
            return Array(repeating: (word, nil, nil), count: dice.pick(2...4))
        case 1:
            let ten = dice.pick(tens), unit = dice.pick(units)
            return [(ten.0, String(ten.1), String(ten.1 + unit.1)), (unit.0, String(unit.1), nil)]
        case 2:
            let unit = dice.pick(units)
            return [(unit.0, String(unit.1), nil)]
        case 3:
            let pair = dice.pick(pairs)
            return [(pair.0, nil, pair.2), (pair.1, nil, nil)]
        case 4:
            let one = dice.pick(plain), other = dice.pick(plain)
            return [(one, nil, nil), (other, nil, nil), (one, nil, nil), (other, nil, nil)]
        default: return [(dice.pick(plain), nil, nil)]
        }
    }
}
