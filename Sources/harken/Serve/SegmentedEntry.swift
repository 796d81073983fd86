import Engines
import LocalEngine
import Protocols
import Speech

/// The entry of an engine for recordings that recognises live audio segment by segment.
enum SegmentedEntry {
    /// Returns the entry with live audio; nil when the settings do not want live audio, or the models that find speech are missing.
    ///
    /// - Parameter ears: the entry of the engine that finds speech.
    static func make(_ entry: EngineEntry, _ settings: VendorSettings, ears: EngineEntry) -> EngineEntry? {
        guard let period = settings.interimPeriod, let engine = entry.prerecorded, ears.isUsable,
            let detecting = ears.prerecorded as? any VoiceDetecting
        else { return nil }
        return entry.serving(
            live: SegmentedEngine(
                engine, model: settings.model, detecting: detecting, turns: ears.prerecorded as? any TurnJudging,
                SegmentedEngine.Configuration(interimPeriod: period), order: { RecognitionOptions(segmentOf: $0) }))
    }
}
