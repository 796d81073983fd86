package import Speech

/// Tells audio that comes late from audio that was never captured, because the machine slept or the sound system paused.
///
/// After a break, audio that waited somewhere comes at once, and then audio comes at its own pace again. The time that is missing by then was never
/// captured. Audio that comes after a break is therefore held until its pace is known, which is the next block in most cases.
///
/// A value without I/O. The clock must also run while the machine sleeps.
package struct CapturePace: Sendable, Equatable {
    /// The fate of a block.
    package struct Verdict: Sendable, Equatable {
        /// Time without audio before the blocks that are held, which come now; nil: no block is released.
        package var gap: SampleCount?
        /// True if this block is held too.
        package var isHeld: Bool

        package init(gap: SampleCount? = nil, isHeld: Bool = false) {
            self.gap = gap
            self.isHeld = isHeld
        }
    }

    /// Minimum time between two blocks that is a break.
    private static let shortestBreak: Duration = .seconds(1)
    /// Minimum missing time that counts. Less is the difference of two clocks, or a busy machine.
    private static let shortestGap: Duration = .milliseconds(500)
    /// Maximum audio that is held.
    private static let maxHeld = SampleCount(16_000 * 300)
    /// Number of blocks over which the usual delay is averaged.
    private static let memory = 16

    private struct Rhythm: Sendable, Equatable {
        let start: Instant
        var last: Instant
        /// Audio that has come, and time without audio.
        var given: SampleCount
        /// The usual difference between the clock and the audio, at blocks that come at their pace.
        var usual: Duration

        func delay(at now: Instant) -> Duration { now - start - given.duration(at: .speech) }
    }

    /// nil until the first block.
    private var rhythm: Rhythm?
    /// Audio that is held; nil: none.
    private var held: SampleCount?

    package init() {}

    /// Takes the next block.
    ///
    /// - Parameter now: the time at which the block came.
    package mutating func heard(_ count: SampleCount, at now: Instant) -> Verdict {
        guard var rhythm else {
            rhythm = Rhythm(start: now, last: now, given: count, usual: .zero - count.duration(at: .speech))
            return Verdict()
        }
        defer { self.rhythm = rhythm }
        let last = rhythm.last, pause = now - last, isAtPace = pause >= count.duration(at: .speech) / 2
        var verdict = Verdict()
        if let held, pause >= Self.shortestBreak || held >= Self.maxHeld {
            verdict.gap = settle(&rhythm, at: last)
        }
        rhythm.last = now
        rhythm.given += count
        if let held {
            if isAtPace { verdict.gap = settle(&rhythm, at: now) } else { self.held = held + count }
            verdict.isHeld = !isAtPace
        } else if pause >= Self.shortestBreak, rhythm.delay(at: now) - rhythm.usual >= Self.shortestGap {
            held = count
            verdict.isHeld = true
        } else if isAtPace {
            rhythm.usual += (rhythm.delay(at: now) - rhythm.usual) / Self.memory
        }
        return verdict
    }

    /// Notes audio that is known to be lost before the next block.
    package mutating func lost(_ count: SampleCount) { rhythm?.given += count }

    /// Ends the audio.
    ///
    /// - Returns: time without audio before the blocks that are held; nil when none is held.
    package mutating func end() -> SampleCount? {
        guard held != nil, var rhythm else { return nil }
        defer { self.rhythm = rhythm }
        let last = rhythm.last
        return settle(&rhythm, at: last)
    }

    /// Releases the blocks that are held.
    ///
    /// - Returns: the time that is missing before them.
    private mutating func settle(_ rhythm: inout Rhythm, at now: Instant) -> SampleCount {
        held = nil
        let missing = rhythm.delay(at: now) - rhythm.usual
        guard missing >= Self.shortestGap else { return .zero }
        let count = SampleCount(missing, at: .speech)
        rhythm.given += count
        return count
    }
}
