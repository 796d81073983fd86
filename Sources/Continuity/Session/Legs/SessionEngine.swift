package import Speech

/// An engine that a session may use, with its limits.
package struct SessionEngine: Sendable, Equatable {
    package var name: EngineName
    package var limits: Leg.Limits
    /// Maximum number of interleaved channels of one leg.
    package var channelsPerLeg: Int
    /// Maximum duration of one leg; nil: no limit. Another leg takes over before.
    package var cap: Duration?
    /// The engine's p99 answer latency, if measured. A leg is not called stalled before this time has passed, at most eight seconds.
    package var slowness: Duration?
    /// True if a leg that does not open or does not answer is given up. False for an engine of this process, which is slow only when the machine is
    /// slow.
    package var isWatched: Bool
    /// True if the engine's words have times. A final of an engine without word times is taken whole.
    package var hasWordTimes: Bool

    package init(
        _ name: EngineName, limits: Leg.Limits = .init(), channelsPerLeg: Int = 1, cap: Duration? = nil, slowness: Duration? = nil,
        isWatched: Bool = true, hasWordTimes: Bool = true
    ) {
        self.name = name
        self.limits = limits
        self.channelsPerLeg = max(1, channelsPerLeg)
        self.cap = cap
        self.slowness = slowness
        self.isWatched = isWatched
        self.hasWordTimes = hasWordTimes
    }
}
