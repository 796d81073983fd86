import HarkenTesting
import LocalEngine
import Speech

/// Speech by a script, with a detector that hears it exactly and models that answer any question about it: the same question always gets the same
/// answer.
struct ScriptedSpeech {
    struct Spoken {
        var text: String
        var range: SampleRange
        var language = "en"
    }

    static let window = 512
    let spoken: [Spoken]
    let windows: Int
    /// True if the reader mishears words at the edges of its audio, as the model does.
    var mishears = false
    /// The probability that a turn is complete; nil: it depends on the question.
    var completeness: Float? = 0.9
    var confidence: Float = 0.9
    /// Texts of sounds that the reader hears nothing in.
    var silent: Set<String> = []
    /// The text that the reader hears in audio; nil: it hears what is said there.
    var heard: @Sendable (SampleRange) -> String? = { _ in nil }
    /// False if nobody knows when words are spoken: their times are spread over the speech by their letters.
    var hasTimes = true
    /// Number of windows for which the detector still reports speech behind the end of a sound.
    var hangover = 0
    /// Languages that nobody can tell.
    var unknown: Set<String> = []
    /// True if the reader's words depend a little on the draft, as the model's do.
    var isSwayed = false
    /// False if the reader's words come without tokens.
    var hasTokens = true
    /// The key terms of each list, by the word as it is heard.
    var terms: [Int: [String: String]] = [:]
    private let loud: [Bool]

    /// - Parameters:
    ///   - spoken: the words, in order.
    ///   - silence: silence behind the last word.
    init(_ spoken: [Spoken], silence: Duration = .seconds(2)) {
        self.spoken = spoken
        windows = Int(((spoken.last?.range.end ?? .zero) + SampleCount(silence, at: .speech)).samples) / Self.window
        var covered = [Int64](repeating: 0, count: windows + 1)
        for word in spoken {
            for window in Int(word.range.start.samples) / Self.window...Int(word.range.end.samples) / Self.window {
                let span = SampleRange(SampleIndex(window * Self.window), count: SampleCount(Self.window))
                covered[window] += word.range.intersection(span)?.count.samples ?? 0
            }
        }
        loud = covered.map { $0 >= 256 }
    }

    /// Makes the speech of words of 300 ms. A number is the silence in milliseconds before the next word. `de:ja` is a word in another language.
    init(_ text: String, silence: Duration = .seconds(2)) {
        var spoken: [Spoken] = []
        var position = 8_000
        for word in text.split(separator: " ") {
            if let pause = Int(word) {
                position += pause * 16
            } else {
                let parts = word.split(separator: ":"), range = SampleRange(SampleIndex(position), count: SampleCount(4_800))
                spoken.append(Spoken(text: String(parts[parts.count - 1]), range: range, language: parts.count > 1 ? String(parts[0]) : "en"))
                position += 4_800
            }
        }
        self.init(spoken, silence: silence)
    }

    /// Makes a random speech of numbered words, in sentences.
    ///
    /// - Parameter languages: the languages between which the speech changes behind long silences.
    init(seed: UInt64, words: ClosedRange<Int> = 20...90, languages: [String] = ["en"]) {
        var random = SeededGenerator(seed: seed)
        // Some talk almost without pauses, others pause at every word.
        let sides = [8, 20, 120, 1_000].randomElement(using: &random) ?? 20
        var spoken: [Spoken] = []
        var position = Int.random(in: 0...30_000, using: &random), isFirst = true, language = languages[0]
        for number in 0..<Int.random(in: words, using: &random) {
            let length = Int.random(in: 3_200...9_600, using: &random)
            let isLast = Int.random(in: 0..<9, using: &random) == 0
            spoken.append(
                Spoken(
                    text: (isFirst ? "W" : "w") + "\(number)" + (isLast ? "." : ""),
                    range: SampleRange(SampleIndex(position), count: SampleCount(length)), language: language))
            isFirst = isLast
            let gap =
                switch Int.random(in: 0..<sides, using: &random) {
                case 0: Int.random(in: 8_000...60_000, using: &random)
                case 1: Int.random(in: 14_000...250_000, using: &random)
                case 2...5: Int.random(in: 1_600...8_000, using: &random)
                default: Int.random(in: 0...800, using: &random)
                }
            position += length + gap
            if gap >= 14_000, languages.count > 1 { language = languages.randomElement(using: &random) ?? language }
        }
        self.init(spoken, silence: .milliseconds(Int.random(in: 0...3_000, using: &random)))
    }

    /// End of the audio, inside of the window behind the last whole one.
    var end: SampleIndex { SampleIndex(windows * Self.window + 100) }

    func input(_ window: Int) -> LiveCore.Input {
        let isHeard = loud[max(0, window - hangover)...window].contains(true)
        return .window(probability: isHeard ? 0.9 : 0.1, power: loud[window] ? Float(1 + window * 7 % 13) / 100 : 1e-6)
    }

    func answer(_ question: LiveQuestion) -> LiveAnswer {
        switch question {
        case .words(let audio, .ofStream, let draft): .words(words(in: audio, draft))
        case .words(let audio, .decided(let code), let draft): .words(words(in: audio, language: code, draft))
        case .words(let audio, .open(let former), _): words(in: audio, after: former)
        case .times(let words, let audio, let speech, _): .times(times(of: words, in: audio, speech: speech))
        case .terms(let list, let words, _): .terms(terms(of: words, list: list))
        case .completeness(let audio):
            .completeness(completeness ?? Float(abs(audio.end.samples &* 31 &+ audio.start.samples) % 100) / 100)
        }
    }

    /// Returns the token of each word of a text.
    static func tokens(of text: String) -> [Token] {
        text.split(separator: " ").map { word in Token(word.utf8.reduce(Int32(3)) { ($0 &* 31 &+ Int32($1)) & 0xffff }) }
    }

    /// Returns a word as a reader of this speech gives it.
    private func word(_ text: String, language: LanguageTag? = nil) -> LiveWord {
        LiveWord(text, confidence: confidence, language: language, tokens: hasTokens ? Self.tokens(of: text) : [])
    }

    private func terms(of words: [String], list: Int) -> [LiveTerm] {
        words.enumerated().compactMap { index, word in
            terms[list]?[LiveWord(word, confidence: confidence).bare].map { term in
                let text = term + (word.last == "." ? "." : "")
                return LiveTerm(
                    place: index..<index + 1, words: text.split(separator: " ").map { LiveWord(String($0), confidence: confidence) }, heard: word)
            }
        }
    }

    /// Returns the words in the language of most of the speech in the audio; short speech is in the language before.
    private func words(in audio: SampleRange, after former: String?) -> LiveAnswer {
        let inside = spoken.filter { audio.contains($0.range.middle) && !silent.contains($0.text) }
        var lengths: [String: Int64] = [:]
        for word in inside { lengths[word.language, default: 0] += word.range.count.samples }
        let isShort = lengths.values.reduce(0, +) < 25_600
        guard let most = lengths.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { return .words([], found: .nothing) }
        let language = isShort ? former ?? most : most
        guard !unknown.contains(language) else { return .words([], found: .unknown) }
        return .words(words(in: audio, language: language, []), found: .language(LanguageTag(language), confidence: 0.9, model: "script"))
    }

    /// Returns the words in a language; a word in another language is one that nobody said.
    private func words(in audio: SampleRange, language: String, _ draft: [Token]) -> [LiveWord] {
        let inside = spoken.filter { audio.contains($0.range.middle) && !silent.contains($0.text) }
        return zip(words(in: audio, draft), inside).map { read, said in
            word(said.language == language ? read.text : "invented", language: LanguageTag(language))
        }
    }

    /// Returns the words whose middle lies in the audio: the first with a capital, the last with a stop.
    private func words(in audio: SampleRange, _ draft: [Token]) -> [LiveWord] {
        if let text = heard(audio) { return text.split(separator: " ").map { word(String($0)) } }
        let inside = spoken.filter { audio.contains($0.range.middle) && !silent.contains($0.text) }
        let swayed: Int64 = isSwayed ? draft.reduce(0) { $0 &+ Int64($1.id) } : 0
        return inside.enumerated().map { index, said in
            var text = said.text
            if index == 0 { text = text.prefix(1).uppercased() + text.dropFirst() }
            if index == inside.count - 1, text.last != "." { text += "." }
            let isCut = said.range.start < audio.start || said.range.end + SampleCount(3_000) > audio.end
            if mishears, isCut, (audio.start.samples + audio.end.samples + swayed) % 3 == 0 { text = "misheard" + text }
            return word(text)
        }
    }

    private func times(of words: [String], in audio: SampleRange, speech: SampleRange) -> [SampleRange] {
        guard hasTimes else { return ProportionalTimes.ranges(of: words, in: speech) }
        let inside = spoken.filter { audio.contains($0.range.middle) }.map(\.range)
        // The words are the last ones of those that a longer reading has.
        return words.count <= inside.count ? Array(inside.suffix(words.count)) : words.map { _ in speech }
    }
}
