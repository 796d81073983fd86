import Continuity
import Conversations
import Protocols
import Sessions
import Speech

/// The engines of a stream, and the way in which its session uses them.
struct EngineSet: Sendable {
    /// The engines in order of preference; not empty.
    var engines: [LiveEngine]
    var mode: SessionMode = .failover
    /// Engines that recognize the audio that no stream has recognized, in order of preference. Empty: nothing is repaired.
    var repairers: [any PrerecordedEngine] = []
    /// Detector of speech in audio that an engine does not answer; nil: loud audio counts as speech.
    var listener: SpeechListener?
    /// Model of voices, which tells the speakers of words where an engine does not; nil: only engines' own labels are shown.
    var voices: (any Voiceprinting)?

    /// Name of the first engine.
    var first: EngineName { engines.first?.name ?? .local }

    /// The engines that label the speakers of live words themselves.
    var labelers: Set<EngineName> {
        Set(engines.filter { if case .inProcess = $0.access { false } else { $0.capabilities.speakers } }.map(\.name))
    }

    /// Makes the request for a session.
    ///
    /// - Parameter queue: the repairs of all streams of the program.
    func request(_ options: TranscriptionOptions, repairs queue: RepairQueue) -> SessionDriver.Request {
        SessionDriver.Request(
            options: options.streamOptions, engines: engines, recovery: options.connection.rule, mode: mode,
            connectTime: options.connection.openTime, endTime: ConnectionOptions.endTime,
            repair: repairers.isEmpty ? nil : RepairSettings(engines: repairers, repairQueue: queue, folder: KitRuntime.temporaryFolder),
            voices: listener)
    }

    /// Returns the set without the engines that do not have this language. A set of one engine stays as it is, because the engine tells more.
    ///
    /// - Throws: `KitError.engine` when no engine has the language.
    func speaking(_ language: LanguageTag?) throws(KitError) -> EngineSet {
        guard let language, !language.isMulti, engines.count > 1 else { return self }
        var able = self
        able.engines = engines.filter { $0.capabilities.languages.contains(language) }
        able.repairers = repairers.filter { $0.capabilities.languages.contains(language) }
        guard !able.engines.isEmpty else { throw .engine(.unsupportedLanguage(language)) }
        if able.engines.count < mode.fewestEngines { able.mode = .failover }
        return able
    }
}
