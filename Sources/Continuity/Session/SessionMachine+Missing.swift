package import Speech

extension SessionMachine {
    /// Audio is known never to come: its client lost it. The timeline goes on behind it, and it becomes a gap.
    package mutating func missed(_ count: SampleCount, now: Instant) -> [SessionAction] {
        guard case .running = state, count > .zero else { return [] }
        pool.enqueue(.finish, at: timeline.end)
        let missing = timeline.append(count)
        hole = missing
        let cause = EngineError.unavailable("The audio was lost with the client's connection.")
        for number in channelStates.indices {
            channelStates[number].endSpan(at: missing.start)
            channelStates[number].beginSpan(at: missing.start, through: missing.end, need: .lost(cause, at: now, later: nil))
        }
        var actions: [SessionAction] = []
        openSpan(now: now, &actions)
        for number in channelStates.indices where !isEnded { advance(number, now: now, &actions) }
        return isEnded ? actions : actions + pump(now: now)
    }

    /// `range` without what is on the other side of audio that never came, seen from `inside`: it cannot be read.
    func readable(_ range: SampleRange, around inside: SampleRange) -> SampleRange {
        guard let hole else { return range }
        var readable = range
        if hole.end <= inside.start { readable.start = max(range.start, hole.end) }
        if hole.start >= inside.end { readable.end = min(range.end, hole.start) }
        return readable
    }
}
