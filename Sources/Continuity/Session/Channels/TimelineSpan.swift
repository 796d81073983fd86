import Speech

/// A part of one channel's timeline, from the place where one leg's words begin to count to the place where the next leg's words do. Only a channel's
/// first span commits; events of later spans wait.
struct TimelineSpan: Sendable {
    /// The way in which audio is covered that no source of the span covers.
    enum Need: Sendable {
        /// The sources cover all of the span's audio.
        case none
        /// The audio has no speech.
        case silence
        case repair(RepairPlan)
        /// The repair is answered, and its words wait for the span's turn.
        case repaired([Word], RepairPlan)
        /// The audio cannot be repaired in time: it becomes a gap, once its sources say no more or `at` has passed. A repair that was declined is
        /// requested again then.
        case lost(EngineError, at: Instant, later: RepairPlan.Asked?)
    }

    /// An event of a leg that waits because its span is not the first one. Positions are the session's.
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
    /// The legs whose words for the span are wanted.
    var sources: [LegID]
    var need: Need = .none
    private(set) var held: [Held] = []
    /// Events released from `held`, in reverse order, so that `popLast` returns the oldest.
    private var released: [Held] = []
    /// Number of held events and their words: the memory that waiting costs.
    private(set) var heldCount = 0
    /// Events that are sent to the client when the span is settled.
    var after: [SessionEvent] = []
    /// End of the finals among `held`.
    var heldThrough: SampleIndex

    /// True if the span holds something that the client waits for.
    var isAwaited: Bool {
        held.contains { said in
            switch said.event {
            case .final, .flushed, .turnEnded: true
            case .opened, .closed, .speechStarted, .interim, .skipped, .notice: false
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

    /// Returns a new span behind this one, for those of its legs that have begun since. Their held events move to the new span.
    mutating func handOver(to legs: [LegID], from start: SampleIndex) -> TimelineSpan {
        var next = TimelineSpan(start: start, sources: legs)
        sources.removeAll(where: legs.contains)
        let all = held
        held = []
        heldCount = 0
        for said in all { if legs.contains(said.leg) { next.hold(said) } else { hold(said) } }
        return next
    }

    /// Returns the next held event of the span, which is now the first one; nil: no event is left.
    mutating func release() -> Held? {
        if !held.isEmpty {
            released = held.reversed()
            held = []
            heldCount = 0
        }
        return released.popLast()
    }

    /// Returns the number of a leg's answers to finalizes that wait.
    func answers(of leg: LegID) -> Int {
        [held, released].joined().count { said in
            guard said.leg == leg else { return false }
            return switch said.event {
            case .flushed, .final(_, .flush): true
            case .final, .turnEnded, .interim, .opened, .speechStarted, .skipped, .notice, .closed: false
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
    /// Cost of the event in a span: one, and one for each of its words.
    var weight: Int {
        switch self {
        case .final(let hypothesis, _), .interim(let hypothesis): 1 + hypothesis.words.count
        case .opened, .speechStarted, .turnEnded, .flushed, .notice, .skipped, .closed: 1
        }
    }
}
