import Engines
import Observability
import Sessions
import Speech

/// Reports at the start which engines can be used.
struct EngineReadiness: Sendable {
    /// Interval at which engines that are loading are asked again.
    private static let interval: Duration = .milliseconds(50)

    let entries: [EngineEntry]
    let log: Log

    /// The engines and their states in a few words: `local=loading,deepgram=ready`.
    var summary: String {
        entries.map { entry in
            let state =
                switch entry.status() {
                case .ready: "ready"
                case .idle: "idle"
                case .loading: "loading"
                case .unavailable: "unavailable"
                }
            return "\(entry.name)=\(state)"
        }.joined(separator: ",")
    }

    /// Waits until no engine is loading, and logs each engine's state with the time since the start. Returns false when no engine can be used.
    func report() async -> Bool {
        let start = Instant.now
        var waiting = entries, usable = 0
        while true {
            waiting.removeAll { entry in
                switch entry.status() {
                case .loading: return false
                case .ready:
                    usable += 1
                    log.info("engine ready", [.engine: entry.name.rawValue, .duration: (Instant.now - start).logged])
                case .idle:
                    usable += 1
                    log.info("engine ready; the first request loads its models", [.engine: entry.name.rawValue])
                case .unavailable(let reason): log.warning("engine cannot be used", [.engine: entry.name.rawValue, .reason: reason])
                }
                return true
            }
            guard !waiting.isEmpty, (try? await Task.sleep(for: Self.interval)) != nil else { break }
        }
        let isUsable = usable + waiting.count > 0
        if !isUsable { log.error("no engine can be used, so nothing is recognized; harken doctor says what is missing") }
        return isUsable
    }
}
