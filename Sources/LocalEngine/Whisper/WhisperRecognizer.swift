import Glibc
package import Speech

/// The recogniser of short stretches of speech in the languages that a Whisper model knows. Several threads use it at once.
package final class WhisperRecognizer: Sendable {
    package struct Configuration: Sendable, Equatable {
        /// Number of hypotheses of the first try.
        package var beam = 5
        /// The window of a text that stays. With 3 s of silence the model said a sentence twice in 4 of 110 random cuts; a window under 10 s costs words.
        package var window = Window(silence: 7, shortest: 10)
        /// The window of a draft, which costs half.
        package var draftWindow = Window(silence: 3, shortest: 6)
        /// Maximum number of tokens of a text. The caches of five hypotheses take 0.12 MB for each token of the base model.
        package var maxTokens = 220

        package init() {}
    }

    /// The length of a window for speech of any length.
    package struct Window: Sendable, Equatable {
        /// Length of the silence behind the speech, in seconds.
        package var silence: Double
        /// Minimum length, in seconds.
        package var shortest: Double

        package init(silence: Double, shortest: Double) {
            self.silence = silence
            self.shortest = shortest
        }

        /// Returns the length of the window for this much audio, in seconds.
        func length(for seconds: Double) -> Double { min(max(seconds + silence, shortest), WhisperRecognizer.wholeWindow) }
    }

    /// The model's name for people.
    package static let modelName = "whisper-base"
    /// Maximum speech that is recognised at once: with 7 s of silence it fills the longest window.
    package static let longest = SampleCount(.seconds(23), at: .speech)

    /// Length of the windows that the model was trained with, in seconds.
    fileprivate static let wholeWindow = 30.0
    /// Probability that there is no speech, above which there are no words.
    fileprivate static let noSpeechLimit: Float = 0.4
    /// Probability that there is no speech, below which there certainly is. Speech, in whichever language, has 0.0001 to 0.02, rooms and music 0.47 to 0.77
    /// (recordings of development, 2026-11-30).
    static let speechLimit: Float = 0.1
    /// Mean logarithm of the probability of a token, below which a text cannot be right.
    private static let doubtLimit: Float = -1

    package let facts: WhisperFacts
    private let model: WhisperModel
    private let tokens: WhisperTokens
    private let configuration: Configuration
    /// For each ordinary token and the end, true if the token may be part of a text; then the same for the first token of a text.
    private let isAllowed: [Bool]
    private let isAllowedFirst: [Bool]

    /// Loads the model; takes a second.
    package init(_ folder: ModelFolder, _ runtime: InferenceRuntime, _ configuration: Configuration = .init()) throws(InferenceError) {
        try folder.check(ModelFolder.Item.multilingual)
        let tokensPath = folder.path(of: .whisperTokens)
        model = try WhisperModel(runtime, encoder: folder.path(of: .whisperEncoder), decoder: folder.path(of: .whisperDecoder))
        facts = model.facts
        tokens = try WhisperTokens(path: tokensPath)
        guard tokens.count <= facts.end.id else { throw .unusableModel(path: tokensPath, reason: "it has more tokens than the model") }
        self.configuration = configuration
        var allowed = [Bool](repeating: true, count: Int(facts.end.id) + 1)
        for token in facts.suppressed where allowed.indices.contains(Int(token.id)) { allowed[Int(token.id)] = false }
        isAllowed = allowed
        for token in facts.suppressedFirst where allowed.indices.contains(Int(token.id)) { allowed[Int(token.id)] = false }
        isAllowedFirst = allowed
    }

    /// Recognises the speech in `samples`. Blocks: 20 ms for each second of audio, then 5 ms for each token.
    ///
    /// - Parameters:
    ///   - samples: audio, mono, 16 kHz, −1…1; never above 28 s. A text that has more tokens than a text may have is cut off, and `isFull`.
    ///   - code: the language, one of `facts.codes`.
    ///   - prefix: tokens that the text begins with.
    ///   - isDraft: true: one hypothesis, one try, a shorter window.
    ///   - isTimed: true: a draft has the times of its tokens too. Other texts always have them.
    ///   - mayContinue: called before every step; false ends the work with `.cancelled`.
    package func decode(
        _ samples: Span<Float>, language code: String, prefix: [Token] = [], isDraft: Bool = false, isTimed: Bool = false,
        mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> WhisperDecoded {
        let window = isDraft ? configuration.draftWindow : configuration.window
        let first = try attempt(
            samples, code, window: window.length(for: Self.seconds(of: samples)), prefix, isDraft, isTimed: isTimed || !isDraft, mayContinue)
        return isDraft ? first : try settle(first, samples, language: code, prefix: prefix, mayContinue: mayContinue)
    }

    /// Returns the text that stays of a first try in the usual window: the first try, or one in the longest window where the first cannot be right.
    func settle(
        _ first: WhisperDecoded, _ samples: Span<Float>, language code: String, prefix: [Token] = [], mayContinue: () -> Bool
    ) throws(InferenceError) -> WhisperDecoded {
        // The beginning of a text is not wrong: the caller has to hear the speech in parts.
        guard first.isDoubtful, !first.isBeginning else { return first }
        guard configuration.window.length(for: Self.seconds(of: samples)) < Self.wholeWindow else { return first.kept }
        let again = try attempt(samples, code, window: Self.wholeWindow, prefix, false, isTimed: true, mayContinue)
        let isFirstLikelier = again.isImprobable && first.stop == .end && first.firstHalf == nil && first.mean > again.mean
        return (isFirstLikelier ? first : again).kept
    }

    private static func seconds(of samples: Span<Float>) -> Double { Double(samples.count) / Double(Recognizer.rate.hertz) }

    private func attempt(
        _ samples: Span<Float>, _ code: String, window: Double, _ prefix: [Token], _ isDraft: Bool, isTimed: Bool,
        _ mayContinue: () -> Bool
    ) throws(InferenceError) -> WhisperDecoded {
        guard mayContinue() else { return WhisperDecoded(stop: .cancelled) }
        let audio = try model.encode(samples, seconds: window)
        guard mayContinue() else { return WhisperDecoded(stop: .cancelled) }
        let hearing = try begin(audio, sampleCount: samples.count)
        guard hearing.noSpeech <= Self.noSpeechLimit else { return WhisperDecoded(stop: .end) }
        return try decode(hearing, language: code, prefix: prefix, isDraft: isDraft, isTimed: isTimed, mayContinue: mayContinue)
    }

    /// Audio that the model has heard, for several questions about it. One thread at a time may use a value.
    struct Hearing {
        fileprivate let audio: WhisperModel.Audio
        /// The state behind the first token.
        fileprivate let state: WhisperModel.State
        fileprivate let sampleCount: Int
        /// Probability that there is no speech, 0…1.
        let noSpeech: Float
        /// True if there is so little speech that every text is invented.
        var isSilent: Bool { noSpeech > WhisperRecognizer.noSpeechLimit }
    }

    /// Hears audio, for several questions about it. Blocks: 20 ms for each second of the window.
    ///
    /// - Parameter samples: audio, mono, 16 kHz, −1…1; never above 28 s.
    func hear(_ samples: Span<Float>) throws(InferenceError) -> Hearing {
        let window = configuration.window.length(for: Self.seconds(of: samples))
        return try begin(try model.encode(samples, seconds: window), sampleCount: samples.count)
    }

    private func begin(_ audio: WhisperModel.Audio, sampleCount: Int) throws(InferenceError) -> Hearing {
        let state = try model.begin(audio, [facts.begin])
        let noSpeech = try model.withScores(state, row: 0) { WhisperScores($0).probability(of: facts.noSpeech) }
        return Hearing(audio: audio, state: state, sampleCount: sampleCount, noSpeech: noSpeech)
    }

    /// Returns the logarithms of the languages' probabilities, by their codes.
    func languages(of hearing: Hearing) throws(InferenceError) -> [String: Float] {
        var isLanguage = [Bool](repeating: false, count: facts.vocabulary)
        for token in facts.languages.values { isLanguage[Int(token.id)] = true }
        let all = try model.withScores(hearing.state, row: 0) { WhisperScores($0).best(facts.languages.count, isAllowed: isLanguage.span) }
        let probabilities = Dictionary(all.map { ($0.token, $0.logProbability) }) { first, _ in first }
        return facts.languages.compactMapValues { probabilities[$0] }
    }

    /// Returns the mean logarithm of the probability of a token of a text, the end included. One pass, 10 to 30 ms.
    ///
    /// - Parameter text: the text, of which up to 200 tokens count. The tokens are the longest that fit, which is enough for a score.
    func score(_ text: String, of hearing: Hearing, language code: String) throws(InferenceError) -> Float {
        guard let language = facts.languages[code] else { return -.infinity }
        let text = tokens.longest(of: Array(" \(text)".utf8), count: 200) + [facts.end]
        let isAllowed = isAllowed
        var state = hearing.state
        try model.advance(&state, hearing.audio, by: [[language, facts.transcribe, facts.noTimes] + text.dropLast()])
        var sum: Float = 0
        for (index, token) in text.enumerated() {
            let score = try model.withScores(state, row: 0, behind: text.count - 1 - index) {
                WhisperScores($0).logProbability(of: token, isAllowed: isAllowed.span)
            }
            // A token that no text has is improbable, not impossible.
            sum += max(-12, score)
        }
        return sum / Float(text.count)
    }

    /// Writes the speech as a text in one language, in one try. Silence gets words too.
    ///
    /// - Parameters:
    ///   - isDraft: true: one hypothesis, which nobody checks for a text that is said twice.
    ///   - isTimed: true: the text has the times of its tokens. One that seems to be said twice has them too, unless it is a draft.
    func decode(
        _ hearing: Hearing, language code: String, prefix: [Token] = [], isDraft: Bool = false, isTimed: Bool = false, mayContinue: () -> Bool
    ) throws(InferenceError) -> WhisperDecoded {
        guard mayContinue(), let language = facts.languages[code] else { return WhisperDecoded(stop: .cancelled) }
        let audio = hearing.audio
        var state = hearing.state
        let prompt = prompt(language)
        let known = prefix.filter { isAllowed.indices.contains(Int($0.id)) && $0 != facts.end }
        try model.advance(&state, audio, by: [prompt.dropFirst() + known])
        var scored: [ScoredToken] = []
        for (index, token) in known.enumerated() {
            let probability = try model.withScores(state, row: 0, behind: known.count - index) { WhisperScores($0).probability(of: token) }
            scored.append(ScoredToken(token, logProbability: logf(max(probability, 1e-9))))
        }
        var search = BeamSearch(width: isDraft ? 1 : configuration.beam, end: facts.end, prefix: scored)
        let limit = min(configuration.maxTokens, facts.maxTokens - 8), budget = min(Self.tokenBudget(for: SampleCount(hearing.sampleCount)), limit)
        let stop = try run(&search, &state, audio, budget: budget, mayContinue)
        guard stop != .cancelled else { return WhisperDecoded(stop: .cancelled) }
        let best = stop == .end ? search.best : search.live.first ?? search.best
        let loop = stop == .repetition ? DecodeGuard.endOfLoop(in: best.tokens.map(\.token)) : nil
        let kept = Array(best.tokens[..<max(loop ?? best.tokens.count, known.count)])
        var decoded = WhisperDecoded(words: tokens.words(of: kept), tokens: kept, mean: best.mean, stop: stop)
        decoded.settled = min(known.count, kept.count)
        decoded.noSpeech = hearing.noSpeech
        decoded.isImprobable = best.mean < Self.doubtLimit
        decoded.isTooFast = stop == .budget && budget < limit
        // Only the times tell a text that the model wrote twice from one that was said twice.
        let seemsDoubled = !isDraft && DoubledText.firstHalf(of: decoded.words.map(\.text)) != nil
        if isTimed || seemsDoubled { decoded.starts = try starts(audio, prompt, kept.map(\.token), sampleCount: hearing.sampleCount) }
        if seemsDoubled { decoded.firstHalf = DoubledText.firstHalf(of: decoded) }
        return decoded
    }

    /// Returns a text of the hearing with the times of its tokens, where the model tells them. One pass, 10 to 30 ms.
    func timed(_ decoded: WhisperDecoded, of hearing: Hearing, language code: String) throws(InferenceError) -> WhisperDecoded {
        guard decoded.starts == nil, let language = facts.languages[code] else { return decoded }
        var timed = decoded
        timed.starts = try starts(hearing.audio, prompt(language), decoded.tokens.map(\.token), sampleCount: hearing.sampleCount)
        return timed
    }

    /// Returns the tokens before a text in a language.
    private func prompt(_ language: Token) -> [Token] { [facts.begin, language, facts.transcribe, facts.noTimes] }

    /// Returns the number of tokens that no speech of this length exceeds. Speech has 3 to 6 tokens a second in Latin scripts, 16 to 20 in Hindi, 28 to 33
    /// in Bengali and 35 to 43 in Georgian, where each letter takes several.
    static func tokenBudget(for count: SampleCount) -> Int { Int(count.seconds(at: Recognizer.rate) * 40) + 12 }

    private func run(
        _ search: inout BeamSearch, _ state: inout WhisperModel.State, _ audio: WhisperModel.Audio, budget: Int, _ mayContinue: () -> Bool
    ) throws(InferenceError) -> Decoded.Stop {
        let known = search.live.first?.tokens.count ?? 0
        for count in known..<max(budget, known + 1) {
            let isAllowed = count == 0 ? isAllowedFirst : isAllowed
            var candidates: [[ScoredToken]] = []
            for row in 0..<state.rows {
                candidates.append(
                    try model.withScores(state, row: row) { WhisperScores($0).best(search.candidateCount, isAllowed: isAllowed.span) })
            }
            let parents = search.extend(candidates)
            guard !search.isDone else { return .end }
            if let best = search.live.first, DecodeGuard.endOfLoop(in: best.tokens.map(\.token)) != nil {
                return search.ended.isEmpty ? .repetition : .end
            }
            guard mayContinue() else { return .cancelled }
            try model.select(parents, in: &state)
            try model.advance(&state, audio, by: search.live.map { hypothesis in hypothesis.tokens.suffix(1).map(\.token) })
        }
        // A text that is cut off is heard in parts. Its best end until now may be that of its first sentence.
        return search.goesOn ? .budget : .end
    }

    /// Returns for each token, and for the end, the sample at which it begins; nil when the model does not tell.
    private func starts(
        _ audio: WhisperModel.Audio, _ prompt: [Token], _ text: [Token], sampleCount: Int
    ) throws(InferenceError) -> [Int]? {
        let all = prompt + text + [facts.end]
        guard !text.isEmpty, all.count <= facts.maxTokens, let attention = try model.attention(audio, all) else { return nil }
        // The row of a token is that of the token before it, which chose it.
        let rows = prompt.count - 1..<all.count - 1
        let frame = 320
        let starts = AttentionTimes.starts(
            attention: attention.values, heads: attention.heads, tokens: all.count, rows: rows, used: (sampleCount + frame - 1) / frame)
        return starts.map { min($0 * frame, sampleCount) }
    }
}
