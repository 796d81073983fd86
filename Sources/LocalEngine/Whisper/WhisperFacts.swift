import Speech

/// The sizes, special tokens and languages of a Whisper model, from the metadata of its encoder.
package struct WhisperFacts: Sendable {
    /// Frames of 10 ms that the encoder takes at most.
    static let maxFrames = 3_000

    /// Number of mel bands of the features.
    let bands: Int
    let layers: Int
    let heads: Int
    /// Size of a head.
    let headSize: Int
    /// Maximum number of tokens, those of the prompt included.
    let maxTokens: Int
    let vocabulary: Int
    let begin: Token
    let end: Token
    let transcribe: Token
    let noTimes: Token
    let noSpeech: Token
    /// The token of each language, by its code, such as `de`.
    let languages: [String: Token]
    /// Tokens that never are part of a text, such as symbols of music.
    let suppressed: [Token]
    /// Tokens that no text begins with.
    let suppressedFirst: [Token]

    /// The codes of the languages.
    package var codes: Set<String> { Set(languages.keys) }

    /// The facts of the model in a folder; nil when the folder has no such model, or one that cannot be used.
    package init?(of folder: ModelFolder) {
        guard let facts = try? Self.find(in: folder) else { return nil }
        self = facts
    }

    /// Returns the facts of the model in a folder; nil when the folder has no such model.
    static func find(in folder: ModelFolder) throws(InferenceError) -> WhisperFacts? {
        guard folder.missing(ModelFolder.Item.multilingual).isEmpty else { return nil }
        return try WhisperFacts(path: folder.path(of: .whisperEncoder))
    }

    /// - Parameter path: the path of the encoder.
    package init(path: String) throws(InferenceError) {
        let metadata = try ModelMetadata(path: path)
        func number(_ name: String) throws(InferenceError) -> Int {
            guard let number = metadata.number(name), number > 0 else { throw .unusableModel(path: path, reason: "its metadata has no \(name)") }
            return number
        }
        func token(_ name: String) throws(InferenceError) -> Token { Token(Int32(clamping: try number(name))) }
        bands = try number("n_mels")
        layers = try number("n_text_layer")
        heads = try number("n_text_head")
        headSize = try number("n_text_state") / heads
        maxTokens = try number("n_text_ctx")
        vocabulary = try number("n_vocab")
        begin = try token("sot")
        end = try token("eot")
        transcribe = try token("transcribe")
        noTimes = try token("no_timestamps")
        noSpeech = try token("no_speech")
        let codes = metadata.list("all_language_codes") ?? [], numbers = metadata.numbers("all_language_tokens") ?? []
        guard !codes.isEmpty, codes.count == numbers.count else { throw .unusableModel(path: path, reason: "its metadata has no languages") }
        languages = Dictionary(zip(codes, numbers.map { Token(Int32(clamping: $0)) })) { first, _ in first }
        suppressed = (metadata.numbers("non_speech_tokens") ?? []).map { Token(Int32(clamping: $0)) }
        suppressedFirst = (metadata.numbers("suppress_begin") ?? []).map { Token(Int32(clamping: $0)) }
        let special = [begin, end, transcribe, noTimes, noSpeech] + languages.values
        guard vocabulary > 0, special.allSatisfy({ $0.id < vocabulary }) else {
            throw .unusableModel(path: path, reason: "its metadata has tokens outside its vocabulary")
        }
    }

    /// Returns the model's language for a tag: `de` for `de-AT`; nil when the model does not know the language.
    func code(for language: LanguageTag) -> String? { languages[language.primary] == nil ? nil : language.primary }
}
