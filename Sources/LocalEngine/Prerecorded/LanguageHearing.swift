import Speech

/// Recognises the windows of a recording whose language nobody named, each in the language that it is spoken in: asks the models what the rule wants to know.
package struct LanguageHearing: Sendable {
    typealias Whisper = ModelUse<WhisperRecognizer>
    /// Loads the model for all languages; returns nil when it cannot be loaded.
    typealias Load = @Sendable () async throws(EngineError) -> Whisper?

    private let moonshine: WindowRecognizer
    private let languages: LocalLanguages
    private let allowed: Set<String>?
    private let pool: DecodePool
    private let failure: FailureReport
    private let load: Load

    /// - Parameters:
    ///   - moonshine: the recogniser that hears English and nothing else.
    ///   - languages: the model of each language.
    ///   - allowed: codes of the languages that speech may turn out to be, beside English; nil: all.
    ///   - failure: takes the failures of the model for all languages, which cost no English words.
    ///   - load: loads the model for all languages, which is asked only where English is not plain.
    init(
        _ moonshine: WindowRecognizer, _ languages: LocalLanguages, allowed: Set<String>?, _ pool: DecodePool, _ failure: FailureReport,
        load: @escaping Load
    ) {
        self.moonshine = moonshine
        self.languages = languages
        self.allowed = allowed
        self.pool = pool
        self.failure = failure
        self.load = load
    }

    /// Hears a window as if nothing came before it. Windows may be heard in any order, several at once.
    func hear(_ item: RecordingReader.Item) async throws(EngineError) -> HeardUtterance {
        let first = try await pool.prerecorded { (permit) throws(InferenceError) -> HeardUtterance? in
            guard let first = try moonshine.firstTry(item.samples, mayContinue: permit.mayContinue) else { return nil }
            var utterance = HeardUtterance(item, first)
            if case .found(let verdict) = rule(after: nil).next(utterance.evidence), languages.model(for: Self.english) == .moonshine {
                utterance.verdict = verdict
                utterance.window = englishWindow(utterance)
            }
            return utterance
        }
        if first.window.found != nil { return first.settled }
        guard let whisper = try await load() else { return try await assumed(first) }
        do throws(EngineError) {
            return try await pool.prerecorded(isLong: WhisperWindowRecognizer.isLong(item)) { (permit) throws(InferenceError) -> HeardUtterance? in
                var utterance = first
                return try judge(&utterance, rule(after: nil), whisper, permit) ? utterance : nil
            }
        } catch .cancelled {
            throw .cancelled
        } catch {
            // A broken model for other languages costs no English words.
            failure.note(error)
            return try await assumed(first)
        }
    }

    /// Returns the window in the language that it has behind the windows before. Windows are settled one after another, in their order.
    ///
    /// - Parameter former: code of the language of the window before; nil: there is none.
    func settle(_ utterance: HeardUtterance, after former: String?) async throws(EngineError) -> RecognizedWindow {
        guard former != nil else { return utterance.window }
        guard !utterance.isAssumed else { return Self.assumed(utterance.window, after: former) }
        let rule = rule(after: former)
        if case .found(let verdict) = rule.next(utterance.evidence), HeardUtterance.isSame(verdict, utterance.verdict) { return utterance.window }
        guard let whisper = try await load() else { return utterance.window }
        do throws(EngineError) {
            let isLong = WhisperWindowRecognizer.isLong(utterance.item)
            return try await pool.prerecorded(isLong: isLong) { (permit) throws(InferenceError) -> RecognizedWindow? in
                var utterance = utterance
                return try judge(&utterance, rule, whisper, permit) ? utterance.window : nil
            }
        } catch .cancelled {
            throw .cancelled
        } catch {
            failure.note(error)
            return utterance.window
        }
    }

    private static let english = LanguageTag.english.primary
    /// Mean of the English text by a model that does not know English: the middle between those of English speech (−1.2) and of other speech (−3.2).
    private static let noForced: Float = -2.2

    /// Returns a window whose language nobody could ask for. Behind another language than English it has no words: they would be invented.
    static func assumed(_ window: RecognizedWindow, after former: String?) -> RecognizedWindow {
        guard let former, former != english else { return window }
        return RecognizedWindow(found: .unknown)
    }

    /// Returns what is known of a window without words: there is no speech only if the English model has none either.
    static func foundWithoutWords(isSilent: Bool, english: String) -> FoundLanguage { isSilent && english.isEmpty ? .nothing : .unknown }

    /// Returns the text as evidence. An empty text of a second try is none: the mean stays that of the first try.
    static func evidence(_ decoded: WhisperDecoded, after first: WhisperDecoded) -> TriedText {
        let isLost = decoded.words.isEmpty && !first.words.isEmpty
        let hasEnded = decoded.stop == .end || decoded.isBeginning
        var text = TriedText(decoded.text, mean: isLost ? first.mean : decoded.mean, hasEnded: hasEnded && !isLost)
        text.repeatsItself = RepeatedText.isLoop(text.text)
        return text
    }

    private func rule(after former: String?) -> LanguageRule { LanguageRule(allowed: allowed, former: former) }

    /// Finds the language and the words of an utterance. Returns false when the work was cancelled.
    private func judge(
        _ utterance: inout HeardUtterance, _ rule: LanguageRule, _ whisper: Whisper, _ permit: DecodePermit
    ) throws(InferenceError) -> Bool {
        var hearing: WhisperRecognizer.Hearing?
        while true {
            switch rule.next(utterance.evidence) {
            case .found(let verdict):
                utterance.verdict = verdict
                return try write(&utterance, hearing, whisper, permit)
            case .ask(let question):
                guard permit.mayContinue() else { return false }
                let heard = if let hearing { hearing } else { try whisper.model.hear(utterance.item.samples.span) }
                hearing = heard
                utterance.isSilent = heard.isSilent
                guard try answer(question, &utterance, heard, whisper.model, permit) else { return false }
            }
        }
    }

    private func answer(
        _ question: LanguageRule.Question, _ utterance: inout HeardUtterance, _ hearing: WhisperRecognizer.Hearing, _ model: WhisperRecognizer,
        _ permit: DecodePermit
    ) throws(InferenceError) -> Bool {
        let text = utterance.evidence.english.text
        switch question {
        case .head: utterance.evidence.head = try model.languages(of: hearing)
        case .forced:
            let knowsEnglish = model.facts.languages[Self.english] != nil
            utterance.evidence.forced =
                text.isEmpty ? -6 : knowsEnglish ? try model.score(text, of: hearing, language: Self.english) : Self.noForced
        case .text(let code):
            guard model.facts.languages[code] != nil else {
                // A model that does not know the language has no text in it.
                utterance.evidence.texts[code] = TriedText("", mean: -2, hasEnded: false)
                return true
            }
            let first = try model.decode(hearing, language: code, mayContinue: permit.mayContinue)
            var decoded = first
            if first.firstHalf != nil {
                if hearing.isSilent {
                    decoded = WhisperDecoded(stop: .end)
                } else {
                    decoded = try model.settle(first, utterance.item.samples.span, language: code, mayContinue: permit.mayContinue)
                }
            }
            guard first.stop != .cancelled, decoded.stop != .cancelled else { return false }
            utterance.texts[code] = decoded
            utterance.evidence.texts[code] = Self.evidence(decoded, after: first)
        }
        return true
    }

    /// Gives an utterance the words of its language. Returns false when the work was cancelled.
    ///
    /// - Parameter hearing: the utterance's audio as the model for all languages heard it; nil: it was not asked now.
    private func write(
        _ utterance: inout HeardUtterance, _ hearing: WhisperRecognizer.Hearing?, _ whisper: Whisper, _ permit: DecodePermit
    ) throws(InferenceError) -> Bool {
        switch utterance.verdict {
        case .unknown:
            utterance.window = RecognizedWindow(words: [])
            utterance.window.found = Self.foundWithoutWords(isSilent: utterance.isSilent, english: utterance.evidence.english.text)
        case .language(let code, let confidence):
            let model = languages.model(for: code)
            switch model {
            case .moonshine? where utterance.evidence.english.hasWords: utterance.window = englishWindow(utterance)
            case .moonshine?, .whisper?:
                guard var window = try otherWindow(utterance, code, hearing, whisper, permit) else { return false }
                window.found = .language(LanguageTag(code), confidence: confidence, model: WhisperRecognizer.modelName)
                if window.words.isEmpty, model == .moonshine, !utterance.isSilent {
                    guard let rest = try settledWindow(utterance, permit) else { return false }
                    window = rest
                    window.found = .language(.english, confidence: confidence, model: Recognizer.modelName)
                }
                if window.words.isEmpty {
                    let isSilent = utterance.isSilent || model == .moonshine
                    window.found = Self.foundWithoutWords(isSilent: isSilent, english: utterance.evidence.english.text)
                }
                for index in window.words.indices { window.words[index].language = LanguageTag(code) }
                utterance.window = window
            case nil:
                utterance.window = RecognizedWindow(words: [])
                utterance.window.found = .unknown
            }
        }
        return true
    }

    /// Returns the words of the model for all languages; nil when the work was cancelled.
    private func otherWindow(
        _ utterance: HeardUtterance, _ code: String, _ hearing: WhisperRecognizer.Hearing?, _ whisper: Whisper, _ permit: DecodePermit
    ) throws(InferenceError) -> RecognizedWindow? {
        let item = utterance.item
        if var text = utterance.texts[code], !text.isDoubtful, !utterance.isSilent {
            if text.starts == nil, !text.tokens.isEmpty {
                guard permit.mayContinue() else { return nil }
                let heard = if let hearing { hearing } else { try whisper.model.hear(item.samples.span) }
                text = try whisper.model.timed(text, of: heard, language: code)
            }
            return WhisperWindowRecognizer.window(of: [.init(range: item.samples.indices, decoded: text)], item, LanguageTag(code))
        }
        guard whisper.model.facts.languages[code] != nil else { return RecognizedWindow(words: []) }
        // The text is heard again with all guards: in the longest window, in parts, or not at all.
        return try WhisperWindowRecognizer(whisper, code).recognize(item, mayContinue: permit.mayContinue)
    }

    private func englishWindow(_ utterance: HeardUtterance) -> RecognizedWindow {
        var window = moonshine.window(of: utterance.english.words, utterance.item)
        guard case .language(_, let confidence) = utterance.verdict else { return window }
        window.found = .language(.english, confidence: confidence, model: Recognizer.modelName)
        for index in window.words.indices { window.words[index].language = .english }
        return window
    }

    /// Returns the words of further tries of the English model; nil when the work was cancelled.
    private func settledWindow(_ utterance: HeardUtterance, _ permit: DecodePermit) throws(InferenceError) -> RecognizedWindow? {
        let words = try moonshine.settle(utterance.english, utterance.item.samples, permit.mayContinue)
        return words.map { moonshine.window(of: $0, utterance.item) }
    }

    /// Returns the utterance with English words, because nobody can tell its language.
    private func assumed(_ utterance: HeardUtterance) async throws(EngineError) -> HeardUtterance {
        try await pool.prerecorded { (permit) throws(InferenceError) -> HeardUtterance? in
            guard let window = try settledWindow(utterance, permit) else { return nil }
            var utterance = utterance
            utterance.isAssumed = true
            utterance.window = window
            utterance.window.found = .assumed
            return utterance
        }
    }
}

extension WhisperDecoded {
    var text: String {
        words.reduce(into: "") { text, word in WordSpacing.append(word.text, blank: word.blankBefore, to: &text) }
    }
}
