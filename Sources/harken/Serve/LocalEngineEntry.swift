import Audio
import Engines
import Gateway
import LocalEngine
import Speech

/// The local engine's entry in the gateway's list of engines.
enum LocalEngineEntry {
    /// - Parameter media: the decoder of recordings.
    static func make(_ folder: ModelFolder, _ media: any MediaSource) -> EngineEntry {
        let engine = LocalEngine(folder, pool: Processors.count, media: media)
        // A missing model will not be loaded later, so the entry reports it from the start, with the remedy.
        if let problem = folder.problem(ModelFolder.Item.recognition) {
            let reason = "\(problem); \(ModelFolder.remedy)"
            return EngineEntry(engine) { .unavailable(reason) }
        }
        return EngineEntry(engine) { engine.unavailableReason.map { engine.isLoading ? .loading : .unavailable($0) } ?? .ready }
    }
}
