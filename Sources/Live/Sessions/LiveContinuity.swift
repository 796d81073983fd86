package import Continuity
package import Engines
package import Sessions
package import Settings
package import Speech

/// Settings and services for the case that an engine of a live session fails. They are the same for all sessions of the gateway.
package struct LiveContinuity: Sendable {
    package var recovery: FailoverPolicy.Rule
    package var stall: Duration
    package var repairTime: Duration
    package var modes: ModeSettings
    package var repairQueue: RepairQueue
    /// Folder for the audio of repairs that are under way.
    package var folder: String
    package var health: EngineHealth
    /// Words that are hidden in all sessions, whatever their clients ask for; nil: nothing is hidden.
    package var redaction: RedactionDemand?

    package init(
        recovery: FailoverPolicy.Rule, stall: Duration, repairTime: Duration, modes: ModeSettings, repairQueue: RepairQueue, folder: String,
        health: EngineHealth, redaction: RedactionDemand? = nil
    ) {
        self.recovery = recovery
        self.stall = stall
        self.repairTime = repairTime
        self.modes = modes
        self.repairQueue = repairQueue
        self.folder = folder
        self.health = health
        self.redaction = redaction
    }

    /// Returns the settings for repairs by engines that the session may use. Engines of this process come first, because they are sure to be in time.
    ///
    /// - Parameter engines: the engines that the key, the policy and the request allow, in order.
    package func repair(by engines: [EngineEntry], language: LanguageTag?) -> RepairSettings? {
        let repairers = engines.repairers(language: language).compactMap(\.prerecorded)
        return repairTime == .zero || repairers.isEmpty ? nil : RepairSettings(engines: repairers, repairQueue: repairQueue, folder: folder)
    }
}
