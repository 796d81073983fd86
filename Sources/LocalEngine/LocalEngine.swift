package import Audio
package import Speech

/// The engine that needs neither a key nor a network: Moonshine for English and, once it was added, Whisper for other languages, on ONNX Runtime.
package final class LocalEngine: Sendable {
    package let name = EngineName.local
    package static let capabilities = Capabilities(
        streaming: true, prerecorded: true, languages: .only(["en"]), models: [Recognizer.modelName], channelsPerStream: 8,
        // The engine ignores the model and the form of the text, so a change of these needs no new stream.
        liveChanges: [.endpointing, .turn, .model, .keyterms, .formatted])

    package var capabilities: Capabilities {
        var capabilities = Self.capabilities
        // The local engine labels speakers in recordings only. In live streams the session tells voices apart.
        capabilities.speakers = voices != nil
        capabilities.add(facts, languages)
        return capabilities
    }

    /// The decoder of recordings.
    let media: any MediaSource
    /// True if key terms are put in.
    let usesKeyTerms: Bool
    /// The way in which the finals of live streams are decided.
    /// The model of each language, and the languages that speech may turn out to be.
    let languages: LocalLanguages
    /// The threads on which live streams and recordings are recognized.
    package let pool: DecodePool
    /// The loader of the models of recognition.
    let recognition: ModelLoader<LocalModels>
    /// The loader of the model for other languages than English; nil when it was not added.
    let multilingual: ModelLoader<WhisperRecognizer>?
    /// Time for which the model for other languages is kept when nothing else is said. A gateway that hears English needs the model only to find out
    /// that speech is English.
    private static let languageKeepAlive = Duration.seconds(60)
    /// The languages of that model, known before it is loaded.
    let facts: WhisperFacts?
    /// The reports of models that fail, where recordings do without them.
    let failures: ModelFailureReports
    /// The loader of the voice model; nil when set-up has not made this model.
    let voices: ModelLoader<SpeakerEmbedder>?
    /// The loader of the model that hears two speakers at once; nil when set-up has not made this model: speakers of recordings are then told apart
    /// by their voices alone.
    let overlaps: ModelLoader<SpeakerSegmentation>?
    /// The thread of voices and sentences.
    let embedding: DecodePool
    /// The loader of the sentence model; nil when set-up has not made this model.
    let meanings: ModelLoader<SentenceEmbedder>?
    /// The thread that reads the audio of live streams.
    let listening = ListeningThread()

    /// - Parameters:
    ///   - folder: the folder that set-up has filled.
    ///   - pool: number of threads that recognise; usually the number of cores.
    ///   - media: the decoder of recordings.
    ///   - keepAlive: time for which models that nothing uses are kept in memory. The models are then loaded on first use. nil: the models are kept
    ///     for ever, and those of recognition are loaded now, in the background; but the model for other languages is kept for a minute.
    ///   - usesKeyTerms: true: key terms are put in where they sound like what was heard. False: key terms are ignored.
    ///   - languages: the model of each language, and the languages that speech may turn out to be.
    ///   - report: called when the model for other languages, a voice model or the segmentation model fails, once for each. Recordings are then
    ///     recognized without it.
    package init(
        _ folder: ModelFolder, pool threads: Int, media: any MediaSource = InProcessMedia(), keepAlive: Duration? = nil, usesKeyTerms: Bool = true,
        languages: LocalLanguages = .standard, report: @escaping @Sendable (ModelFailure) -> Void = { _ in }
    ) {
        self.media = media
        self.languages = languages
        self.usesKeyTerms = usesKeyTerms
        let pool = DecodePool(threads: threads), runtime = SharedRuntime(folder)
        self.pool = pool
        recognition = ModelLoader(keepAlive: keepAlive, pool: pool) { () throws(InferenceError) in
            try LocalModels(folder, runtime.open(), threads: max(1, threads))
        }
        let failures = ModelFailureReports(report)
        self.failures = failures
        do throws(InferenceError) {
            facts = try WhisperFacts.find(in: folder)
        } catch {
            failures.multilingual.note(error)
            facts = nil
        }
        multilingual =
            facts == nil
            ? nil
            : ModelLoader(keepAlive: keepAlive ?? Self.languageKeepAlive, pool: pool) { () throws(InferenceError) in
                try WhisperRecognizer(folder, runtime.open())
            }
        // One thread of their own, so that voices and sentences take no more than one core from recognition.
        let embedding = DecodePool(threads: 1)
        self.embedding = embedding
        voices =
            folder.missing([.runtime, .speakerEmbedder]).isEmpty
            ? ModelLoader(keepAlive: keepAlive, pool: embedding) { () throws(InferenceError) in
                try SpeakerEmbedder(
                    runtime.open(), path: folder.path(of: .speakerEmbedder), second: folder.path(of: .secondSpeakerEmbedder), pool: embedding
                ) { failures.secondVoices.note($0) }
            } : nil
        overlaps =
            folder.missing([.runtime, .segmentation]).isEmpty
            ? ModelLoader(keepAlive: keepAlive, pool: embedding) { () throws(InferenceError) in
                try SpeakerSegmentation(runtime.open(), path: folder.path(of: .segmentation))
            } : nil
        meanings =
            folder.missing([.runtime, .sentenceEmbedder, .sentenceVocabulary]).isEmpty
            ? ModelLoader(keepAlive: keepAlive, pool: embedding) { () throws(InferenceError) in
                try SentenceEmbedder(
                    runtime.open(), path: folder.path(of: .sentenceEmbedder), vocabulary: folder.path(of: .sentenceVocabulary), pool: embedding)
            } : nil
        if keepAlive == nil { _ = recognition.use() }
    }

    /// The presence of the models of recognition in memory. Requests wait for models that are not there.
    package var presence: ModelPresence { recognition.presence }

    /// Waits until the models of recognition are loaded, and returns them.
    package func models() async throws(EngineError) -> ModelUse<LocalModels> {
        switch await recognition.wait() {
        case nil: throw .cancelled
        case .failure(let error): throw .unavailable(error.description)
        case .success(let use): return use
        }
    }

    /// Throws for a language that the model does not have. nil counts as English.
    func check(_ language: LanguageTag?) throws(EngineError) {
        if let language, !capabilities.languages.contains(language) { throw .unsupportedLanguage(language) }
    }
}

extension Capabilities {
    /// Adds the languages of the models that are there, and the name of the model for other languages than English. A client that wants the language found
    /// out says so with the tag `multi`.
    ///
    /// - Parameter facts: those of the model for other languages than English; nil when that model is not there.
    package mutating func add(_ facts: WhisperFacts?, _ chosen: LocalLanguages) {
        let codes = chosen.codes(known: facts?.codes ?? [])
        languages = .only(facts == nil ? codes : codes.union(["multi"]))
        if facts != nil { models.append(WhisperRecognizer.modelName) }
    }
}
