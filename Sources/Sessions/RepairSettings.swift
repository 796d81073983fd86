package import Speech

/// Who repairs what a session's engines leave, and where.
package struct RepairSettings: Sendable {
    /// In order of preference; the session may use each of them.
    package var engines: [any PrerecordedEngine]
    package var desk: RepairQueue
    /// A folder for the audio of repairs that are being worked on.
    package var folder: String

    package init(engines: [any PrerecordedEngine], desk: RepairQueue, folder: String) {
        self.engines = engines
        self.desk = desk
        self.folder = folder
    }
}
