package import Speech

/// The engines that repair a session's gaps, and the folder for the audio that they are given.
package struct RepairSettings: Sendable {
    /// The engines in order of preference; the session may use each of them.
    package var engines: [any PrerecordedEngine]
    package var repairQueue: RepairQueue
    /// A folder for the audio of repairs that are being worked on.
    package var folder: String

    package init(engines: [any PrerecordedEngine], repairQueue: RepairQueue, folder: String) {
        self.engines = engines
        self.repairQueue = repairQueue
        self.folder = folder
    }
}
