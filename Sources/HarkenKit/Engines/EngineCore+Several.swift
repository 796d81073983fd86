import Continuity
import Speech

extension EngineCore {
    /// Makes one engine of several.
    ///
    /// - Parameters:
    ///   - title: the engine's name in errors.
    ///   - repair: the engines that repair gaps, in order of preference; nil: those of `engines` that recognize files, engines of this process first.
    convenience init(
        _ title: String, _ mode: SessionMode, of engines: [any SpeechToText], repair: [any SpeechToText]?, options: TranscriptionOptions
    ) throws(KitError) {
        let cores = try Self.cores(of: engines, title)
        guard cores.count >= mode.fewestEngines else {
            throw .unavailable("\(title) needs at least \(mode.fewestEngines) engines, and has \(cores.count)")
        }
        // A session knows its engines by their names.
        for (index, core) in cores.enumerated() where cores[..<index].contains(where: { $0.name == core.name }) {
            throw .unavailable("\(title) has the engine \(core.name) twice; each engine may come once")
        }
        let repairing = try repair.map { named throws(KitError) in try Self.cores(of: named, title) }
        for core in repairing ?? [] where core.prerecorded.isEmpty {
            throw .unavailable("\(core.name) cannot repair: it recognizes only live audio")
        }
        let prerecorded = cores.flatMap(\.prerecorded)
        let repairers = repairing?.flatMap(\.prerecorded) ?? prerecorded.filter(\.isInProcess) + prerecorded.filter { !$0.isInProcess }
        let all = cores + (repairing ?? [])
        let live = EngineSet(
            engines: cores.flatMap(\.live.engines), mode: mode, listener: all.lazy.compactMap(\.live.listener).first,
            voices: all.lazy.compactMap(\.live.voices).first)
        self.init(EngineName(title), live, prerecorded: prerecorded, repairers: repairers, options: options)
    }

    private static func cores(of engines: [any SpeechToText], _ title: String) throws(KitError) -> [EngineCore] {
        try engines.map { engine throws(KitError) in
            guard let core = (engine as? any CoreEngine)?.core, core.live.engines.count == 1 else {
                throw .unavailable("\(engine.name) cannot be part of \(title): use the library's engines for one vendor or for this machine")
            }
            return core
        }
    }
}
