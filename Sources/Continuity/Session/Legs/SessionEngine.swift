package import Speech

/// An engine that a session may use, with its limits.
package struct SessionEngine: Sendable, Equatable {
    package var name: EngineName
    package var limits: Leg.Limits
    /// Maximum number of interleaved channels of one leg.
    package var channelsPerLeg: Int
    /// The times of a leg when another leg takes over; nil: a leg may last for ever.
    let rotation: Rotation?
    /// The time that the engine needs to answer, by its measured latency; nil: the latency is not known.
    let timeToAnswer: Duration?
    /// True if a leg that does not open or does not answer is given up. False for an engine of this process, which is slow only when the machine is
    /// slow.
    package var isWatched: Bool
    /// True if the engine's words have times. A final of an engine without word times is taken whole.
    package var hasWordTimes: Bool

    /// The times since a leg's opening when another leg takes over, before the leg's engine ends it.
    struct Rotation: Sendable, Equatable {
        /// Another leg takes over in a silence from here on.
        let soonest: Duration
        /// Another leg takes over in any case.
        let latest: Duration

        init(before cap: Duration) {
            latest = cap > .seconds(62) ? cap - .seconds(60) : cap * 3 / 4
            soonest = max(latest - .seconds(300), latest * 3 / 4)
        }
    }

    /// - Parameters:
    ///   - cap: maximum duration of one leg; nil: no limit.
    ///   - slowness: the engine's p99 answer latency; nil: not measured.
    package init(
        _ name: EngineName, limits: Leg.Limits = .init(), channelsPerLeg: Int = 1, cap: Duration? = nil, slowness: Duration? = nil,
        isWatched: Bool = true, hasWordTimes: Bool = true
    ) {
        self.name = name
        self.limits = limits
        self.channelsPerLeg = max(1, channelsPerLeg)
        rotation = cap.map(Rotation.init)
        timeToAnswer = slowness.map(StallJudge.timeToAnswer)
        self.isWatched = isWatched
        self.hasWordTimes = hasWordTimes
    }
}
