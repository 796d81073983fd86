package import Speech

/// An engine that a session may use, and what it allows a leg.
package struct SessionEngine: Sendable, Equatable {
    package var name: EngineName
    package var limits: Leg.Limits
    /// Interleaved channels that one leg takes.
    package var channelsPerLeg: Int

    package init(_ name: EngineName, limits: Leg.Limits = .init(), channelsPerLeg: Int = 1) {
        self.name = name
        self.limits = limits
        self.channelsPerLeg = max(1, channelsPerLeg)
    }
}
