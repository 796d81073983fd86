internal import Continuity
internal import Sessions
internal import Speech

/// What is done when an engine of a live session fails: the same for all sessions of the gateway.
struct LiveContinuity: Sendable {
    var recovery: Recovery.Rule
    var stall: Duration
    var repairTime: Duration
    var modes: ModeSettings
    var desk: RepairDesk
    /// Where the audio of repairs lies while they are worked on.
    var folder: String
    var health: EngineHealth

    /// Repairs by engines that the session may use, and no others: those of this process first, because they are sure to be in time.
    ///
    /// - Parameter engines: what key, policy and request allow, in order.
    func repair(by engines: [EngineEntry], language: LanguageTag?) -> RepairSettings? {
        let repairers = Self.repairers(among: engines, language: language).compactMap(\.prerecorded)
        return repairTime == .zero || repairers.isEmpty ? nil : RepairSettings(engines: repairers, desk: desk, folder: folder)
    }

    /// Those that recognise recordings of the language, in the order in which they are asked.
    static func repairers(among engines: [EngineEntry], language: LanguageTag?) -> [EngineEntry] {
        let able = engines.filter { entry in
            guard let capabilities = entry.capabilities(for: .prerecorded), capabilities.prerecorded else { return false }
            guard let language, language.primary != "multi" else { return true }
            return capabilities.languages.contains(language)
        }
        return able.filter(\.isInProcess) + able.filter { !$0.isInProcess }
    }
}

extension EngineEntry {
    fileprivate var isInProcess: Bool { if case .inProcess = live { true } else { false } }
}
