/// The languages of the local engine: which model hears which language, and which languages speech may turn out to be.
package struct LocalLanguages: Sendable, Equatable {
    package enum Model: String, Sendable, CaseIterable {
        /// Hears English only.
        case moonshine = "moonshine-base"
        /// Hears 99 languages, English among them.
        case whisper = "whisper-base"
    }

    /// Accepted form of the models, for messages.
    package static let acceptedModels = "LANGUAGE=MODEL with commas, * for all other languages; the models: moonshine-base (English), whisper-base"
    /// Accepted form of the languages, for messages.
    package static let acceptedLanguages = "language codes with commas, such as nl,en,ru"

    private static let everything = "*"
    private static let english = LanguageTag.english.primary

    /// By the language's code; `*` for all others.
    private var models: [String: Model]
    /// Codes of the languages that speech may turn out to be; nil: all.
    package private(set) var identifiable: Set<String>?

    /// English is heard by Moonshine, every other language by Whisper.
    package static let standard = LocalLanguages(models: [english: .moonshine, everything: .whisper], identifiable: nil)

    private init(models: [String: Model], identifiable: Set<String>?) {
        self.models = models
        self.identifiable = identifiable
    }

    /// Parses `en=moonshine-base,*=whisper-base`. A language that has no entry is not heard. One language may have several
    /// entries with one model, because it may have several names: `no` and `nb`. nil: the text is malformed.
    package init?(models text: String) {
        models = [:]
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).lowercased()
            }
            guard pair.count == 2, let model = Model(rawValue: pair[1]), let code = pair[0] == Self.everything ? pair[0] : Self.code(pair[0]),
                (models[code] ?? model) == model, model != .moonshine || code == Self.english
            else { return nil }
            models[code] = model
        }
    }

    /// Returns these languages with a limit for what speech may turn out to be; nil when the text is not a list of codes.
    package func limited(to text: String) -> LocalLanguages? {
        let codes = text.split(separator: ",").map { Self.code($0.filter { $0 != " " }) }
        guard !codes.isEmpty, !codes.contains(nil) else { return nil }
        return LocalLanguages(models: models, identifiable: Set(codes.compactMap(\.self)))
    }

    /// Returns the usual code of a language's name; nil when no language has the name.
    private static func code(_ text: String) -> String? { LanguageName(text)?.named?.usual.primary }

    /// Returns the model that hears a language; nil when none does.
    package func model(for code: String) -> Model? { models[code] ?? models[Self.everything] }

    /// Returns the codes among `known`, and English, that some model hears.
    ///
    /// - Parameter known: codes of the languages that Whisper knows; empty when Whisper is not there.
    package func codes(known: Set<String>) -> Set<String> {
        known.union([Self.english]).filter { code in
            switch model(for: code) {
            case .moonshine: code == Self.english
            case .whisper: known.contains(code)
            case nil: false
            }
        }
    }

    /// Returns the codes that speech may turn out to be.
    package func identifiable(known: Set<String>) -> Set<String> {
        let all = codes(known: known), limited = identifiable.map(all.intersection) ?? all
        // A limit that no model can keep is none.
        return limited.isEmpty ? all : limited
    }
}
