import Speech

/// Recognises the windows of a recording whose language nobody named, each in the language that it is spoken in.
package struct LanguageHearing: Sendable {
    typealias Whisper = ModelUse<WhisperRecognizer>
    /// Loads the model for all languages; returns nil when it cannot be loaded.
    typealias Load = @Sendable () async throws(EngineError) -> Whisper?

    private let moonshine: WindowRecognizer
    private let languages: LocalLanguages
    private let allowed: Set<String>?
    private let likely: Set<String>?
    private let pool: DecodePool
    private let failure: FailureReport
    private let load: Load

    /// - Parameters:
    ///   - moonshine: the recogniser that hears English and nothing else.
    ///   - languages: the model of each language.
    ///   - allowed: codes of the languages that speech may turn out to be, beside English; nil: all.
    ///   - likely: codes of the languages that the client expects, beside English; nil: none.
    ///   - failure: takes the failures of the model for all languages, which cost no English words.
    ///   - load: loads the model for all languages, which is asked only where English is not plain.
    init(
        _ moonshine: WindowRecognizer, _ languages: LocalLanguages, allowed: Set<String>?, likely: Set<String>? = nil, _ pool: DecodePool,
        _ failure: FailureReport, load: @escaping Load
    ) {
        self.moonshine = moonshine
        self.languages = languages
        self.allowed = allowed
        self.likely = likely
        self.pool = pool
        self.failure = failure
        self.load = load
    }

    /// Hears a window as if nothing came before it. Windows may be heard in any order, several at once.
    func hear(_ item: RecordingReader.Item) async throws(EngineError) -> HeardUtterance {
        let first = try await pool.prerecorded { (permit) throws(InferenceError) -> HeardUtterance? in
            guard let first = try moonshine.firstTry(item.samples, mayContinue: permit.mayContinue) else { return nil }
            var utterance = HeardUtterance(item, first)
            if let verdict = utterance.language.knownVerdict(rule(after: nil)), languages.model(for: Self.english) == .moonshine {
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
        if let verdict = utterance.language.knownVerdict(rule), HeardUtterance.isSame(verdict, utterance.verdict) { return utterance.window }
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

    /// Returns a window whose language nobody could ask for. Behind another language than English it has no words: they would be invented.
    static func assumed(_ window: RecognizedWindow, after former: String?) -> RecognizedWindow {
        guard let former, former != english else { return window }
        return RecognizedWindow(found: .unknown)
    }

    private func rule(after former: String?) -> LanguageRule { LanguageRule(allowed: allowed, likely: likely, former: former) }

    /// Finds the language and the words of an utterance. Returns false when the work was cancelled.
    private func judge(
        _ utterance: inout HeardUtterance, _ rule: LanguageRule, _ whisper: Whisper, _ permit: DecodePermit
    ) throws(InferenceError) -> Bool {
        var ear = WhisperEar(whisper.model, utterance.item.samples)
        guard let verdict = try utterance.language.verdict(rule, &ear, permit.mayContinue) else { return false }
        utterance.verdict = verdict
        return try write(&utterance, &ear, whisper, permit)
    }

    /// Gives an utterance the words of its language. Returns false when the work was cancelled.
    private func write(
        _ utterance: inout HeardUtterance, _ ear: inout WhisperEar, _ whisper: Whisper, _ permit: DecodePermit
    ) throws(InferenceError) -> Bool {
        let language = utterance.language
        switch utterance.verdict {
        case .unknown: utterance.window = RecognizedWindow(found: language.foundWithoutWords(isSilent: language.isSilent))
        case .language(let code, let confidence):
            let model = languages.model(for: code)
            switch model {
            case .moonshine? where language.evidence.english.hasWords: utterance.window = englishWindow(utterance)
            case .moonshine?, .whisper?:
                guard var window = try otherWindow(utterance, code, &ear, whisper, permit) else { return false }
                window.found = .language(LanguageTag(code), confidence: confidence, model: WhisperRecognizer.modelName)
                if window.words.isEmpty, model == .moonshine, !language.isSilent {
                    guard let rest = try settledWindow(utterance, permit) else { return false }
                    window = rest
                    window.found = .language(.english, confidence: confidence, model: Recognizer.modelName)
                }
                if window.words.isEmpty { window.found = language.foundWithoutWords(isSilent: language.isSilent || model == .moonshine) }
                for index in window.words.indices { window.words[index].language = LanguageTag(code) }
                utterance.window = window
            case nil: utterance.window = RecognizedWindow(found: .unknown)
            }
        }
        return true
    }

    /// Returns the words of the model for all languages; nil when the work was cancelled.
    private func otherWindow(
        _ utterance: HeardUtterance, _ code: String, _ ear: inout WhisperEar, _ whisper: Whisper, _ permit: DecodePermit
    ) throws(InferenceError) -> RecognizedWindow? {
        let item = utterance.item
        guard permit.mayContinue() else { return nil }
        if let text = try utterance.language.text(in: code, &ear) {
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
