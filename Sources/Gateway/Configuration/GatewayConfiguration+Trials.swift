internal import Continuity
internal import RecordingAssembly
internal import Settings
internal import Speech

extension GatewayConfiguration {
    /// The mode and the engine that some users or all get in place of the usual ones, a line each.
    package var trials: [String] {
        var lines: [String] = []
        if modes.mode != .failover { lines.append("mode \(modes.mode.rawValue): \(modes.users.text)") }
        if routing.isAssemblyAIEnabled { lines.append("AssemblyAI for background work: \(routing.users.text)") }
        return lines
    }
}
