package import Audio
package import Speech
import Synchronization

/// The engine that needs neither a key nor a network: Moonshine on ONNX Runtime, English only.
package final class LocalEngine: Sendable {
    package let name = EngineName.local
    package static let capabilities = Capabilities(
        streaming: true, prerecorded: true, languages: .only(["en"]), models: [Recognizer.modelName], channelsPerStream: 8,
        // The engine ignores the last three options, so a change of these needs no new stream.
        liveChanges: [.endpointing, .turn, .model, .keyterms, .formatted])

    package var capabilities: Capabilities {
        var capabilities = Self.capabilities
        // The local engine labels speakers in recordings only. In live streams the session tells voices apart.
        capabilities.speakers = has.voices
        return capabilities
    }

    /// The decoder of recordings.
    let media: any MediaSource
    /// The threads on which live streams and recordings are recognized.
    package let pool: DecodePool
    let loading: LoadedModels
    /// True for the optional models that set-up has made: those of voices and those of meanings.
    let has: (voices: Bool, meanings: Bool)
    /// The thread that reads the audio of live streams.
    let listening = ListeningThread()

    /// Starts to load the models in the background.
    ///
    /// - Parameters:
    ///   - folder: the folder that set-up has filled.
    ///   - pool: number of threads that recognise; usually the number of cores.
    ///   - media: the decoder of recordings.
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

    /// The reason why nothing can be recognised now; nil when the models are loaded.
    package var unavailableReason: String? {
        switch loading.current {
        case nil: "the models of the local engine are still being loaded"
        case .failure(let error): error.description
        case .success: nil
        }
    }

    /// True while the models are being loaded. Requests that come meanwhile wait.
    package var isLoading: Bool { loading.current == nil }

    /// Waits until the models are loaded, and returns them.
    package func models() async throws(EngineError) -> LocalModels {
        switch await loading.wait() {
        case nil: throw .cancelled
        case .failure(let error): throw .unavailable(error.description)
        case .success(let models): return models
        }
    }

    /// Throws for a language that the model does not have. nil counts as English.
    func check(_ language: LanguageTag?) throws(EngineError) {
        if let language, !capabilities.languages.contains(language) { throw .unsupportedLanguage(language) }
    }
}
