package import RecordingAssembly
package import Settings
internal import Speech

extension WorkloadRouting {
    /// Creates the routing from the operator's variables. If several names mean the same variable, the first name that is set counts.
    package init(_ settings: Settings) throws(ConfigurationError) {
        let enabled = Self.present(["ASSEMBLYAI_BACKGROUND_STT_ENABLED", "ASSEMBLYAI_PRERECORDED_STT_ENABLED"], in: settings)
        let listed = Self.present(["ASSEMBLYAI_BACKGROUND_STT_WORKLOADS", "ASSEMBLYAI_PRERECORDED_STT_WORKLOADS"], in: settings)
        self.init(
            isAssemblyAIEnabled: try settings.boolean(enabled, default: false), workloads: try Self.workloads(listed, settings),
            users: try settings.userShare(Self.shareName),
            mode: try Self.mode("ASSEMBLYAI_BACKGROUND_PROVIDER_MODE", settings), model: settings["ASSEMBLYAI_STT_MODEL"])
        if try settings.boolean("ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED", default: false) {
            fallback = try Self.workloads("ASSEMBLYAI_PRERECORDED_STT_FALLBACK_WORKLOADS", settings)
        }
    }

    private static func present(_ names: [String], in settings: Settings) -> String { names.first { settings[$0] != nil } ?? names[0] }

    /// The word that stands for an empty list, because an empty value counts as an absent one.
    private static let none = "none"

    private static func workloads(_ name: String, _ settings: Settings) throws(ConfigurationError) -> Set<Workload> {
        guard let names = settings.list(name) else { return recorded }
        if names == [none] { return [] }
        let accepted = recorded.map(\.rawValue).sorted().joined(separator: ", ") + " separated by commas, or \(none)"
        guard !names.isEmpty else { throw ConfigurationError(name, "names no workload", accepted: accepted) }
        var workloads: Set<Workload> = []
        for text in names {
            guard let workload = Workload(rawValue: text.lowercased()) else {
                throw ConfigurationError(name, "there is no workload \"\(text)\"", accepted: accepted)
            }
            guard recorded.contains(workload) else {
                throw ConfigurationError(name, "\"\(text)\" is recognized live, not as a recording", accepted: accepted)
            }
            workloads.insert(workload)
        }
        return workloads
    }

    private static func mode(_ name: String, _ settings: Settings) throws(ConfigurationError) -> Mode {
        let text = settings[name] ?? Mode.assemblyAI.rawValue
        guard let mode = Mode(rawValue: text.lowercased()) else {
            throw ConfigurationError(name, "\"\(text)\" is not a valid mode", accepted: Mode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return mode
    }
}
