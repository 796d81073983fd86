package import Speech

/// The places in which a client names the language of its speech, and the meaning of its silence there. docs/languages.md shows them as a table.
package enum LanguageParameter: String, Sendable, CaseIterable {
    case openAIRecorded, openAIRealtime, deepgramRecorded, deepgramLive, deepgramFlux, assemblyAIRecorded, assemblyAILive, soniox, sonioxRecorded,
        speechmatics
    case listen, managed, chunk, chunkedRecording, deviceFiles, importedRecording, settings
    case transcribe, captions, recorder, importCommand, modelsTest

    /// The meaning of a parameter that is absent, `null` or empty.
    package enum Absence: String, Sendable {
        case english = "English"
        case detected
        /// The engine finds the language if its model can: see `UnnamedLanguage`.
        case engines = "the engine's own"
        /// The language with which the recording began.
        case recordings = "the recording's, else detected"
        case refused
    }

    /// The parameter's name, as clients write it.
    package var name: String {
        switch self {
        case .openAIRecorded, .deepgramRecorded, .deepgramLive, .listen, .managed, .chunk, .chunkedRecording, .deviceFiles, .importedRecording,
            .settings:
            "language"
        case .openAIRealtime: "session.audio.input.transcription.language"
        case .deepgramFlux: "language_hint"
        case .assemblyAIRecorded, .assemblyAILive: "language_code"
        case .soniox, .sonioxRecorded: "language_hints"
        case .speechmatics: "transcription_config.language"
        case .transcribe, .captions, .recorder, .importCommand, .modelsTest: "--language"
        }
    }

    /// Meaning of an absent parameter: the vendor's rule where the vendor's clients come.
    package var absence: Absence {
        switch self {
        // OpenAI, "Create transcription": supplying the language improves accuracy.
        case .openAIRecorded: .detected
        // Soniox, "Create transcription": without hints, the languages are detected.
        case .sonioxRecorded: .detected
        // Deepgram, "Language": the default is en. AssemblyAI, "Language": the default is en_us.
        case .deepgramRecorded, .deepgramLive, .assemblyAIRecorded: .english
        // The vendors find the language. So does an engine here, if its model can: see `UnnamedLanguage`.
        case .openAIRealtime, .soniox, .assemblyAILive, .managed: .engines
        // Deepgram, "Flux": hints narrow the languages of the multilingual model.
        case .deepgramFlux: .detected
        // Speechmatics, `StartRecognition`: language is required.
        case .speechmatics: .refused
        case .listen: .english
        case .chunk: .recordings
        case .chunkedRecording, .deviceFiles, .importedRecording, .transcribe, .captions, .importCommand, .recorder, .modelsTest: .detected
        // Only sessions in a single language ask for the user's.
        case .settings: .english
        }
    }

    /// The name that an absent parameter stands for; nil: none.
    package var standard: LanguageName? {
        switch absence {
        case .english: .language(.english)
        case .detected: .detected
        case .engines, .recordings, .refused: nil
        }
    }

    /// Reads the parameter's value.
    ///
    /// - Parameters:
    ///   - text: the value; nil when the parameter is absent.
    ///   - given: the parameter's name in the request, where it has several.
    /// - Returns: nil when the client names no language, and silence has no meaning here.
    package func read(_ text: String?, as given: String? = nil) throws(LanguageFault) -> LanguageName? {
        guard let text, !text.isEmpty else {
            guard absence != .refused else { throw LanguageFault(given ?? name, nil) }
            return standard
        }
        guard let language = LanguageName(text) else { throw LanguageFault(given ?? name, text) }
        return language
    }

    /// Reads a list of names.
    ///
    /// - Returns: the only language of the list; `multi` for several; nil for an empty list.
    package func read(_ list: [String], as given: String? = nil) throws(LanguageFault) -> LanguageTag? {
        let names = try names(list, as: given)
        return names.count > 1 ? .multi : names.first?.tag
    }

    /// Reads a list of the languages that the speech may be in.
    ///
    /// - Returns: the languages; empty where the list leaves the choice to the engine, also with one of its names.
    package func choice(_ list: [String], as given: String? = nil) throws(LanguageFault) -> [LanguageTag] {
        let names = try names(list, as: given), named = names.compactMap(\.named)
        return named.count == names.count ? named : []
    }

    private func names(_ list: [String], as given: String?) throws(LanguageFault) -> [LanguageName] {
        var names: [LanguageName] = []
        for text in list {
            guard let name = LanguageName(text) else { throw LanguageFault(given ?? self.name, text) }
            names.append(name)
        }
        return names
    }
}
