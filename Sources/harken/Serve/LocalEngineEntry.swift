import Audio
import Engines
import Gateway
import LocalEngine
import Observability
import Speech

/// The local engine's entry in the gateway's list of engines.
enum LocalEngineEntry {
    /// - Parameters:
    ///   - media: the decoder of recordings.
    ///   - configuration: says how long idle models are kept, whether key terms are put in, and which model hears which language.
    static func make(_ folder: ModelFolder, _ media: any MediaSource, _ configuration: GatewayConfiguration, _ log: Log) -> EngineEntry {
        let engine = LocalEngine(
            folder, pool: Processors.count, media: media, keepAlive: configuration.keepAlive, usesKeyTerms: configuration.usesKeyTerms,
            languages: configuration.localLanguages
        ) { failure in
            log.warning(failure.consequence, [.engine: EngineName.local.rawValue, .error: failure.reason])
        }
        var entry = entry(of: engine, folder)
        // The engine labels the speakers of recordings. In live sessions the gateway tells them apart, by the same voice model.
        entry.labelsLiveSpeakers = false
        return entry
    }

    private static func entry(of engine: LocalEngine, _ folder: ModelFolder) -> EngineEntry {
        // A missing model will not be loaded later, so the entry reports it from the start, with the remedy.
        if let problem = folder.problem(ModelFolder.Item.recognition) {
            let reason = "\(problem); \(ModelFolder.remedy)"
            return EngineEntry(engine) { .unavailable(reason) }
        }
        return EngineEntry(engine) {
            switch engine.presence {
            case .idle: .idle
            case .loading: .loading
            case .loaded: .ready
            case .failed(let error): .unavailable(error.description)
            }
        }
    }
}
