package import Continuity
package import Engines
package import Sessions
package import Settings
package import Speech

/// Settings and services for the failure of an engine of a live session: the same for all sessions of the gateway.
package struct LiveContinuity: Sendable {
    package var recovery: FailoverPolicy.Rule
    package var stall: Duration
    package var repairTime: Duration
    package var modes: ModeSettings
    package var desk: RepairQueue
    /// Folder of the audio of repairs while the repairs are worked on.
    package var folder: String
    package var health: EngineHealth

    package init(
        recovery: FailoverPolicy.Rule, stall: Duration, repairTime: Duration, modes: ModeSettings, desk: RepairQueue, folder: String,
        health: EngineHealth
    ) {
        self.recovery = recovery
        self.stall = stall
        self.repairTime = repairTime
        self.modes = modes
        self.desk = desk
        self.folder = folder
        self.health = health
    }

    /// Repairs by engines that the session may use, and no others: those of this process first, because they are sure to be in time.
    ///
    /// - Parameter engines: the engines that key, policy and request allow, in order.
    package func repair(by engines: [EngineEntry], language: LanguageTag?) -> RepairSettings? {
        let repairers = engines.repairers(language: language).compactMap(\.prerecorded)
        return repairTime == .zero || repairers.isEmpty ? nil : RepairSettings(engines: repairers, desk: desk, folder: folder)
    }
}
