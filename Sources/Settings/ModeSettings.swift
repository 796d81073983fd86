package import Continuity
internal import Protocols
package import Speech

/// The session mode for clients that do not choose one, which decides how many engines hear a live session.
package struct ModeSettings: Sendable, Equatable {
    package var mode: SessionMode
    /// The users whose sessions get the mode. All others get `failover`.
    package var users: UserShare
    /// Maximum wait of one engine's final for the other engines' votes.
    package var voteTime: Duration
    /// The share of sessions that get a shadow in the mode `shadow`: 0…1.
    package var shadowShare: Double

    /// - Parameter engines: the configured engines; only those for live audio count.
    package init(_ settings: Settings, engines: [EngineName]) throws(ConfigurationError) {
        let name = settings["HARKEN_MODE"] ?? SessionMode.failover.rawValue
        let all = SessionMode.allCases.map(\.rawValue).joined(separator: ", ")
        guard let mode = SessionMode(rawValue: name.lowercased()) else {
            throw ConfigurationError("HARKEN_MODE", "\"\(name)\" is not a valid mode", accepted: all)
        }
        var live: [EngineName] = []
        for engine in engines {
            if let vendor = Catalogue.vendors.first(where: { $0.name == engine }) {
                let way = try settings.liveAudio(of: vendor)
                if vendor.live != nil, way != .off { live.append(engine) }
            } else if engine == .local {
                live.append(engine)
            }
        }
        // The mode failover needs no engine for live audio: recordings can still be served.
        guard mode == .failover || live.count >= mode.fewestEngines else {
            throw ConfigurationError(
                "HARKEN_MODE", "\"\(name)\" needs \(mode.fewestEngines) engines for live audio, and the number of engines is \(live.count)",
                accepted: "failover, or the key of another vendor")
        }
        self.mode = mode
        users = try settings.userShare("HARKEN_MODE")
        voteTime = try settings.seconds("HARKEN_VOTE_SECONDS", in: 0.1...10, default: 1.5)
        let share = settings["HARKEN_SHADOW_SHARE"] ?? "0.1"
        guard let number = Double(share), (0...1).contains(number) else {
            throw ConfigurationError("HARKEN_SHADOW_SHARE", "\"\(share)\" is not a valid share", accepted: "a number from 0 to 1")
        }
        shadowShare = number
    }

    /// Returns the mode of a session whose client does not choose one; every call returns the same mode for a session.
    ///
    /// - Parameter engines: the number of engines that may serve the session. With too few engines for the operator's mode, the mode is `failover`.
    package func mode(of session: ID<Session>, by user: ID<User>, engines: Int) -> SessionMode {
        guard mode != .failover, engines >= mode.fewestEngines, users.contains(user) else { return .failover }
        guard mode == .shadow else { return mode }
        return StableShare.position(of: session.rawValue) < shadowShare ? .shadow : .failover
    }
}
