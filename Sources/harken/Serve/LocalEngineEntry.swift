import Gateway
import LocalEngine
import Speech

/// The local engine as the gateway knows it.
enum LocalEngineEntry {
    static func make(_ engine: LocalEngine) -> EngineEntry {
        EngineEntry(name: engine.name, capabilities: engine.capabilities, prerecorded: engine) {
            engine.unavailableReason.map { .unavailable($0) } ?? .ready
        }
    }
}
