import Speech

/// A part of one channel's timeline, between where one leg's words begin to count and where the next one's do. Only a channel's first span
/// commits; what is said of later ones waits.
struct TimelineSpan: Sendable {
    /// The cover for the audio that no source of the span covers.
    enum Need: Sendable {
        /// Its sources cover all of it.
        case none
        /// Nobody spoke there.
        case silence
        case repair(RepairPlan)
        /// The repair is there and waits for its turn.
        case repaired([Word], RepairPlan)
        /// Nobody can in time: it becomes a gap, once it is known that its sources say no more. A repair that was declined is asked for again then.
        case lost(EngineError, at: Instant, later: RepairPlan.Asked?)
    }

    /// An event of a leg whose span's turn has not come. Positions are the session's.
    struct Held: Sendable {
        var leg: LegID
        var engine: EngineName
        /// The start of the leg's audio.
        var origin: SampleIndex
        var event: EngineEvent
    }

    var start: SampleIndex
    /// The start of the next span; nil for the last span.
    var end: SampleIndex?
    /// Legs whose words for it are wanted.
    var sources: [LegID]
    var need: Need = .none
    private(set) var held: [Held] = []
    /// Events released from `held`, in reverse order, so that `popLast` returns the oldest.
    private var released: [Held] = []
    /// Events among `held`, and their words: what waiting costs.
    private(set) var heldCount = 0
    /// Events that the client is told when the span is settled.
    var after: [SessionEvent] = []
    /// The end of the finals among `held`.
    var heldThrough: SampleIndex

    /// True if the span holds something that the client waits for.
    var isAwaited: Bool {
        held.contains { said in
            switch said.event {
            case .final, .flushed, .turnEnded: true
            case .opened, .closed, .speechStarted, .interim, .skipped, .creditsLow: false
            }
        }
    }

    init(start: SampleIndex, sources: [LegID]) {
        self.start = start
        self.sources = sources
        heldThrough = start
    }

    mutating func hold(_ event: Held) {
        held.append(event)
        heldCount += event.event.weight
    }

    /// A span behind this one for those of its legs that have begun since, with what they have said.
    mutating func handOver(to legs: [LegID], from start: SampleIndex) -> TimelineSpan {
        var next = TimelineSpan(start: start, sources: legs)
        sources.removeAll(where: legs.contains)
        let all = held
        held = []
        heldCount = 0
        for said in all { if legs.contains(said.leg) { next.hold(said) } else { hold(said) } }
        return next
    }

    /// Its turn has come: the next event of those that wait.
    mutating func release() -> Held? {
        if !held.isEmpty {
            released = held.reversed()
            held = []
            heldCount = 0
        }
        return released.popLast()
    }

    /// The answers to finalizes that a leg has given and that wait.
    func answers(of leg: LegID) -> Int {
        [held, released].joined().count { said in
            guard said.leg == leg else { return false }
            return switch said.event {
            case .flushed, .final(_, .flush): true
            case .final, .turnEnded, .interim, .opened, .speechStarted, .skipped, .creditsLow, .closed: false
            }
        }
    }

    var plan: RepairPlan? {
        switch need {
        case .repair(let plan): plan
        case .none, .silence, .repaired, .lost: nil
        }
    }
}

extension EngineEvent {
    /// Itself and its words.
    var weight: Int {
        switch self {
        case .final(let hypothesis, _), .interim(let hypothesis): 1 + hypothesis.words.count
        case .opened, .speechStarted, .turnEnded, .flushed, .creditsLow, .skipped, .closed: 1
        }
    }
}
