package import Audio
package import Speech
import Synchronization

/// The engine that needs no key and no network: Moonshine on ONNX Runtime, English only.
package final class LocalEngine: Sendable {
    package let name = EngineName.local
    package static let capabilities = Capabilities(
        streaming: true, prerecorded: true, languages: .only(["en"]), models: [Recognizer.modelName], channelsPerStream: 8,
        // Of the last three it has no use, so a change of them needs no other stream.
        liveChanges: [.endpointing, .turn, .model, .keyterms, .formatted])

    package var capabilities: Capabilities {
        var capabilities = Self.capabilities
        // In recordings only; live, it is the session that tells voices apart.
        capabilities.speakers = has.voices
        return capabilities
    }

    /// The decoder of recordings.
    let media: any MediaSource
    /// The threads that live streams and recordings share.
    package let pool: DecodePool
    let loading: LoadedModels
    /// Whether set-up has made the models of voices and of meanings.
    let has: (voices: Bool, meanings: Bool)
    /// Where live streams listen.
    let listening = ListeningThread()

    /// Begins to load the models, in the background.
    ///
    /// - Parameters:
    ///   - folder: that set-up has filled.
    ///   - pool: how many threads recognise; as many as there are cores.
    ///   - media: what decodes recordings.
    package init(_ folder: ModelFolder, pool threads: Int, media: any MediaSource = InProcessMedia()) {
        self.media = media
        pool = DecodePool(threads: threads)
        has = (
            folder.missing([.runtime, .speakerEmbedder]).isEmpty, folder.missing([.runtime, .sentenceEmbedder, .sentenceVocabulary]).isEmpty
        )
        let loading = LoadedModels()
        self.loading = loading
        pool.submit(.prerecorded) { _ in
            loading.finish(Result { () throws(InferenceError) in try LocalModels(folder, threads: max(1, threads)) })
        }
    }

    /// Why nothing can be recognised now; nil when the models are loaded.
    package var unavailableReason: String? {
        switch loading.current {
        case nil: "the models of the local engine are still being loaded"
        case .failure(let error): error.description
        case .success: nil
        }
    }

    /// Whether the models are still being loaded. What is asked for meanwhile waits.
    package var isLoading: Bool { loading.current == nil }

    /// The models, once they are loaded.
    package func models() async throws(EngineError) -> LocalModels {
        switch await loading.wait() {
        case nil: throw .cancelled
        case .failure(let error): throw .unavailable(error.description)
        case .success(let models): return models
        }
    }

    /// Throws for a language that the model does not have. None named is taken as English.
    func check(_ language: LanguageTag?) throws(EngineError) {
        if let language, !capabilities.languages.contains(language) { throw .unsupportedLanguage(language) }
    }
}
