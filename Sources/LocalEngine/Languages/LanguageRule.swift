import Glibc

/// The rule that tells the language of an utterance that nobody named, from what two models make of it. Pure.
///
/// The probabilities of languages alone are no evidence: noisy English gets 0.92 for Arabic. Two models that write the same English are.
/// The rule was found in trials with Moonshine base and Whisper base: of 511 English cuts of 2 s and more it told 494, and called 17 unknown.
package struct LanguageRule: Sendable, Equatable {
    /// A fact that the rule needs before it can tell.
    package enum Question: Sendable, Equatable {
        /// The probabilities of the languages.
        case head
        /// The probability of the English text.
        case forced
        /// The text in the language with this code.
        case text(String)
    }

    package enum Verdict: Sendable, Equatable {
        /// - Parameter confidence: 0…1.
        case language(String, confidence: Float)
        /// Speech whose language nobody can tell. Words in a wrong language would be invented.
        case unknown
    }

    package enum Step: Sendable, Equatable {
        case ask(Question)
        case found(Verdict)
    }

    /// Limits and weights, in natural logarithms.
    package struct Parameters: Sendable, Equatable {
        /// Penalty of a language that base cannot write, unless the user allowed it.
        var unusable: Float = 3
        var englishBonus: Float = 1
        var formerBonus: Float = 1.5
        /// The English text is so probable that nothing else is asked: minimum words and mean.
        var aloneWords = 4, aloneMean: Float = -0.3
        /// Probability of English from which nothing else is asked.
        var plainHead: Float = 0.98
        /// The English text is sure, and the other model can hear why: minimum words, mean and forced mean.
        var sureWords = 2, sureMean: Float = -0.35, sureForced: Float = -3.2
        /// Lead of another language, and mean of its text, from which a sure English text is doubted.
        var sureLead: Float = 4, sureOther: Float = -0.45
        /// Bias against leaving English.
        var bias: Float = 1.5
        /// Minimum mean of the other language's text, and minimum score of the language.
        var otherMean: Float = -0.85, otherHead: Float = -1.4
        /// Forced mean from which both models agree on the English text.
        var forced: Float = -1.6
        /// Likeness of both English texts from which they agree.
        var alike = 0.75
        /// Mean of the other model's English text from which it is good by itself, if the probability of English is above the second value.
        var goodEnglish: Float = -1.1, goodHead: Float = -1
        /// Limits under which all evidence for English is poor.
        var poorEnglish: Float = -0.72, poorMoonshine: Float = -0.5, poorAlike = 0.7
        var poorHead: Float = -1, poorHeadAfterEnglish: Float = -2
        /// Lead of a language that is not allowed, over all that are, from which the utterance is in none of these.
        var outside: Float = 3
        /// Length of speech in seconds, below which the former language is kept.
        var short = 1.6
        /// Lead of another language over the former one, up to which their texts decide. It changed none of 959 verdicts about cuts whose likeliest language
        /// was not the former one, and mends that of a Spanish sentence behind Spanish.
        var nearFormer: Float = 2
        /// Confidence in plain and in sure English: of 425 cuts of 2 s and more in other languages none was plain.
        var sureConfidence: Float = 0.99
    }

    /// Languages that Whisper base writes in a usable way. It names the others mostly for noisy English.
    static let usable: Set<String> = [
        "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt",
        "ro", "ru", "sk", "sv", "th", "tr", "uk", "vi", "zh",
    ]
    /// Penalties of usable languages that are named for others: Catalan for Spanish, Thai for anything, Norwegian for Danish and Swedish.
    static let penalties: [String: Float] = ["ca": 1.5, "th": 1, "no": 0.5]
    private static let english = "en"

    /// Codes of the languages that the user allows; nil: all. English is always possible.
    package var allowed: Set<String>?
    /// Codes of the languages that the client expects, beside English; nil: none. Others are found only where the model plainly hears one.
    package var likely: Set<String>?
    /// Code of the language of the utterance before; nil: there is none.
    package var former: String?
    var parameters = Parameters()

    package init(allowed: Set<String>? = nil, likely: Set<String>? = nil, former: String? = nil) {
        self.allowed = allowed
        self.likely = likely
        self.former = former
    }

    /// Returns the verdict, or the next fact that it needs.
    package func next(_ evidence: LanguageEvidence) -> Step {
        guard let likely else { return tell(evidence) }
        var rule = self
        rule.likely = nil
        rule.allowed = likely
        if let head = evidence.head, rule.isOutside(head, rule.scores(head), likely) { rule.allowed = allowed }
        return rule.tell(evidence)
    }

    /// Returns the verdict, or the next fact that it needs, where all allowed languages are as likely.
    private func tell(_ evidence: LanguageEvidence) -> Step {
        let moonshine = evidence.english
        if isPlain(moonshine) { return english(evidence, confidence: parameters.sureConfidence) }
        guard let head = evidence.head else { return .ask(.head) }
        let scores = scores(head), logEnglish = head[Self.english] ?? -.infinity
        guard let best = bestOther(scores), logEnglish <= logf(parameters.plainHead) else { return english(evidence, confidence: expf(logEnglish)) }
        guard let forced = evidence.forced else { return .ask(.forced) }
        if isSure(moonshine, forced: forced), lead(of: best, in: scores) <= parameters.sureLead {
            return english(evidence, confidence: parameters.sureConfidence)
        }
        if let allowed, isOutside(head, scores, allowed) { return .found(.unknown) }
        guard var other = candidate(best, scores, evidence) else { return .ask(.text(best)) }
        if let former, isNear(former, to: other, scores) {
            guard let near = candidate(former, scores, evidence) else { return .ask(.text(former)) }
            if isGood(near.text), near.text.mean > other.text.mean { other = near }
        }
        guard let written = evidence.texts[Self.english] else { return .ask(.text(Self.english)) }
        return judge(evidence, other, written, forced, logEnglish)
    }

    /// True if the best language leads the former one by little: the model takes Spanish for Portuguese, and writes it better as Spanish.
    private func isNear(_ former: String, to best: Candidate, _ scores: [String: Float]) -> Bool {
        guard former != Self.english, former != best.code, let score = scores[former] else { return false }
        return best.score - score <= parameters.nearFormer
    }

    /// Returns the lead of a language over English. A model that does not know English says nothing about English: there is none.
    private func lead(of code: String, in scores: [String: Float]) -> Float {
        scores[Self.english].map { (scores[code] ?? -.infinity) - $0 } ?? 0
    }

    /// Returns a language as a candidate; nil: its text was not asked for yet.
    private func candidate(_ code: String, _ scores: [String: Float], _ evidence: LanguageEvidence) -> Candidate? {
        evidence.texts[code].map { Candidate(code: code, score: scores[code] ?? -.infinity, lead: lead(of: code, in: scores), text: $0) }
    }

    /// A language but English that the utterance may be in.
    private struct Candidate {
        var code: String
        var score: Float
        /// Lead over English.
        var lead: Float
        var text: TriedText
    }

    private func judge(_ evidence: LanguageEvidence, _ other: Candidate, _ written: TriedText, _ forced: Float, _ logEnglish: Float) -> Step {
        let p = parameters, moonshine = evidence.english
        let isHeard = moonshine.hasEnded && !Self.letters(moonshine.text).isEmpty
        let mean = isHeard ? max(-2, moonshine.mean) : -1.2, forced = isHeard ? max(-6, forced) : -4
        if isSure(moonshine, forced: forced), other.lead <= p.sureLead || other.text.mean <= p.sureOther {
            return english(evidence, confidence: p.sureConfidence)
        }
        let alike = isHeard ? Self.likeness(moonshine.text, written.text) : 0
        let lead = max(-6, min(6, other.lead))
        let foreign = 0.4 * lead + 2 * max(-2, other.text.mean) - max(-2, written.mean) - 2 * mean - 0.25 * forced - p.bias
        let confidence = Self.confidence(abs(foreign))
        if foreign <= 0 {
            let limit = former == Self.english ? p.poorHeadAfterEnglish : p.poorHead
            let isPoor = forced < p.forced && written.mean < p.poorEnglish && mean < p.poorMoonshine && alike < p.poorAlike && logEnglish < limit
            return isPoor ? .found(.unknown) : english(evidence, confidence: confidence)
        }
        if other.score >= p.otherHead, isGood(other.text) {
            guard evidence.seconds < p.short, let former, former != other.code else { return .found(.language(other.code, confidence: confidence)) }
            return kept(former, evidence, confidence: Self.confidence((scores(evidence.head ?? [:])[former] ?? other.score - 6) - other.score))
        }
        let isWritten = written.mean >= p.goodEnglish && logEnglish > p.goodHead
        guard forced >= p.forced || alike >= p.alike || isWritten else { return .found(.unknown) }
        // Two models that write the same are as good as a lead of 2.
        let agreement = max(2 * (forced - p.forced), Float((alike - p.alike) / (1 - p.alike)) * 2, isWritten ? written.mean - p.goodEnglish : 0)
        return english(evidence, confidence: Self.confidence(agreement))
    }

    /// Returns the confidence in what leads by so much, 0…1.
    private static func confidence(_ lead: Float) -> Float { 1 / (1 + expf(-lead)) }

    /// Returns the former language, which a short utterance keeps.
    private func kept(_ former: String, _ evidence: LanguageEvidence, confidence: Float) -> Step {
        if former == Self.english { return english(evidence, confidence: confidence) }
        return evidence.texts[former] == nil ? .ask(.text(former)) : .found(.language(former, confidence: confidence))
    }

    /// Returns English, once there is an English text.
    private func english(_ evidence: LanguageEvidence, confidence: Float) -> Step {
        guard evidence.english.hasWords || evidence.texts[Self.english] != nil else { return .ask(.text(Self.english)) }
        return .found(.language(Self.english, confidence: min(1, confidence)))
    }

    private func isPlain(_ moonshine: TriedText) -> Bool {
        moonshine.hasEnded && moonshine.wordCount >= parameters.aloneWords && moonshine.mean >= parameters.aloneMean
    }

    private func isSure(_ moonshine: TriedText, forced: Float) -> Bool {
        moonshine.hasEnded && moonshine.wordCount >= parameters.sureWords && moonshine.mean >= parameters.sureMean && forced >= parameters.sureForced
    }

    /// True if the text is one that a person may have said in its language. Digits are of no language.
    private func isGood(_ text: TriedText) -> Bool {
        let digits = text.text.unicodeScalars.count { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
        return text.hasEnded && !text.repeatsItself && text.mean >= parameters.otherMean && Self.letters(text.text).unicodeScalars.count > digits
    }

    /// Returns the languages' log-probabilities with what is known before the utterance.
    func scores(_ head: [String: Float]) -> [String: Float] {
        var scores: [String: Float] = [:]
        for (code, value) in head {
            let isAllowed = allowed?.contains(code) ?? false
            guard allowed == nil || isAllowed || code == Self.english else { continue }
            let penalty = isAllowed ? 0 : Self.usable.contains(code) ? Self.penalties[code] ?? 0 : parameters.unusable
            scores[code] = value - penalty + (code == Self.english ? parameters.englishBonus : 0) + (code == former ? parameters.formerBonus : 0)
        }
        return scores
    }

    private func bestOther(_ scores: [String: Float]) -> String? {
        // The code decides between equals, so that results are the same on every run.
        scores.filter { $0.key != Self.english }.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// True if the model plainly hears a language that is not allowed.
    private func isOutside(_ head: [String: Float], _ scores: [String: Float], _ allowed: Set<String>) -> Bool {
        let others = head.filter { Self.usable.contains($0.key) && $0.key != Self.english && !allowed.contains($0.key) }
        guard let other = others.values.max(), let best = scores.values.max() else { return false }
        return other - best > parameters.outside
    }

    private static func letters(_ text: String) -> String {
        var letters = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: letters.append(scalar)
            default: break
            }
        }
        return String(letters)
    }

    private static func likeness(_ a: String, _ b: String) -> Double {
        let a = letters(a), b = letters(b)
        return a.isEmpty || b.isEmpty ? 0 : TextLikeness.ratio(a, b)
    }
}
