import Protocols
import Sessions
import Speech

/// Makes the engine of a session from the options of its stream.
struct LiveEngineSource: Sendable {
    var base: LiveEngine

    func engine(_ options: TranscriptionOptions) -> LiveEngine {
        guard case .vendor(var vendor, let settings) = base.access else { return base }
        vendor.audio.shortest = min(max(options.bufferDuration, .milliseconds(50)), .seconds(1))
        var engine = base
        engine.access = .vendor(vendor, settings)
        return engine
    }
}
