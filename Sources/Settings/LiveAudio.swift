package import Protocols

/// The way in which a vendor serves live audio whose service for live audio is optional.
package enum LiveAudio: String, Sendable, CaseIterable {
    case off
    /// The service for recordings recognizes live audio segment by segment.
    case recordings
    /// The service for live audio.
    case realtime
}

extension Settings {
    /// Returns the way in which a vendor serves live audio; nil for a vendor whose service for live audio is not optional.
    package func liveAudio(of vendor: Vendor) throws(ConfigurationError) -> LiveAudio? {
        guard vendor.live?.isOptional == true else { return nil }
        let name = vendor.variablePrefix + "_LIVE"
        guard let text = self[name]?.lowercased() else { return .off }
        if let way = LiveAudio(rawValue: text) { return way }
        // The setting was a truth value before there was a choice.
        switch text {
        case "true", "1", "yes", "on": return .recordings
        case "false", "0", "no": return .off
        default: throw ConfigurationError(name, "\"\(text)\" is not usable", accepted: "realtime, recordings or off")
        }
    }
}
