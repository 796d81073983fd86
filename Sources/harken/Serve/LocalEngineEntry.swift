import Audio
import Engines
import Gateway
import LocalEngine
import Speech

/// The local engine as the gateway knows it.
enum LocalEngineEntry {
    /// - Parameter media: what decodes recordings.
    static func make(_ folder: ModelFolder, _ media: any MediaSource) -> EngineEntry {
        let engine = LocalEngine(folder, pool: Processors.count, media: media)
        // What is not there will not be loaded either: say so from the start, with what to do.
        if let missing = folder.missing(ModelFolder.Item.recognition).first {
            let reason = "\(missing) is missing; fetch the models with: make setup"
            return EngineEntry(engine) { .unavailable(reason) }
        }
        return EngineEntry(engine) { engine.unavailableReason.map { engine.isLoading ? .loading : .unavailable($0) } ?? .ready }
    }
}
