package import Speech

extension SessionMachine {
    /// Skips audio that will never come, because the client lost it. The timeline goes on behind the audio, which becomes a gap.
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

    /// Returns `range` without the part on the other side of audio that never came, seen from `inside`. That part cannot be read in one piece.
    func readable(_ range: SampleRange, around inside: SampleRange) -> SampleRange {
        guard let hole else { return range }
        var readable = range
        if hole.end <= inside.start { readable.start = max(range.start, hole.end) }
        if hole.start >= inside.end { readable.end = min(range.end, hole.start) }
        return readable
    }
}
