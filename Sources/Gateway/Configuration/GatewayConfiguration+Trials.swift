internal import Continuity
internal import RecordingAssembly
internal import Settings
internal import Speech

extension GatewayConfiguration {
    /// What is done with some users or all instead of the usual, a line each.
    package var trials: [String] {
        var lines: [String] = []
        if modes.mode != .failover { lines.append("mode \(modes.mode.rawValue): \(modes.users.text)") }
        if routing.isAssemblyAIEnabled { lines.append("AssemblyAI for background work: \(routing.users.text)") }
        return lines
    }
}
