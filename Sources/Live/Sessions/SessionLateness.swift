internal import Speech
internal import VoiceTracking

/// The delay of a session's final words, from the engine's complaint on that they come late, or from the time on at which they wait for their voices.
///
/// A value without a clock. Audio waits from its arrival. Audio that came faster than it was spoken waits from the time at which it would have been
/// spoken.
struct SessionLateness: Sendable {
    /// A part of the work whose delay makes final words come late.
    enum LatePart: Hashable, Sendable { case recognition, voices(LiveSpeakers.Purpose) }

    /// Maximum delay of finals that come in time.
    private static let limit: Duration = .seconds(3)
    /// Minimum delay of finals that come late again. It is longer than a sentence may stay open, about 17 s: the words before an earlier pause become
    /// final with what follows them, on a machine that keeps up too.
    private static let again: Duration = .seconds(20)

    /// Time at which the first audio came; nil: none has come.
    private var began: Instant?
    /// Time at which the last audio came.
    private var last: Instant?
    /// The parts that were late in this session.
    private(set) var wasLate: Set<LatePart> = []
    /// The parts that are late now.
    private var behind: Set<LatePart> = []
    /// Channels of which no finals have come in time since recognition was late.
    private var slow: Set<ChannelIndex> = []
    /// Longest delay of final words that came later than the complaint; nil: none came.
    private(set) var longest: Duration?

    /// True while final words come late.
    var isLate: Bool { !behind.isEmpty }

    /// Notes that audio has come.
    mutating func heard(at now: Instant) {
        began = began ?? now
        last = now
    }

    /// Notes the engine's complaint, which names no channel.
    ///
    /// - Parameter channels: number of the session's channels.
    /// - Returns: true if final words came in time until now.
    mutating func complained(channels: Int) -> Bool {
        slow = Set((0..<channels).map { ChannelIndex($0) })
        return fellBehind(.recognition)
    }

    /// Notes that words wait for their voices, or wait no more.
    ///
    /// - Parameter purpose: what the voices are heard for. Words that wait for one purpose are late, whatever those of the other do.
    /// - Returns: true if final words came in time until now, or do so from now on.
    mutating func wordsWait(_ areLate: Bool, for purpose: LiveSpeakers.Purpose) -> Bool {
        areLate ? fellBehind(.voices(purpose)) : caughtUp(.voices(purpose))
    }

    /// Notes that finals, or a gap, cover the audio of a channel.
    ///
    /// - Parameters:
    ///   - end: end of the covered audio, from the session's start.
    ///   - received: duration of the audio that has come.
    /// - Returns: true if final words came in time until now, or do so from now on.
    mutating func covered(_ channel: ChannelIndex, through end: Duration, of received: Duration, at now: Instant) -> Bool {
        guard wasLate.contains(.recognition), let delay = waited(through: end, of: received, at: now) else { return false }
        if delay >= Self.again {
            slow.insert(channel)
            return fellBehind(.recognition)
        }
        guard delay <= Self.limit else { return false }
        slow.remove(channel)
        return slow.isEmpty && caughtUp(.recognition)
    }

    /// Notes final words.
    ///
    /// - Parameters:
    ///   - end: end of the words, from the session's start.
    ///   - received: duration of the audio that has come.
    mutating func finalCame(through end: Duration, of received: Duration, at now: Instant) {
        guard wasLate.contains(.recognition), let delay = waited(through: end, of: received, at: now) else { return }
        longest = max(longest ?? .zero, delay)
    }

    /// Returns the time for which audio has waited that ends here; nil when no audio has come.
    private func waited(through end: Duration, of received: Duration, at now: Instant) -> Duration? {
        guard let began, let last else { return nil }
        return now - max(began + end, last - (received - end))
    }

    private mutating func fellBehind(_ part: LatePart) -> Bool {
        let wasInTime = behind.isEmpty
        behind.insert(part)
        wasLate.insert(part)
        return wasInTime
    }

    private mutating func caughtUp(_ part: LatePart) -> Bool { behind.remove(part) != nil && behind.isEmpty }
}
