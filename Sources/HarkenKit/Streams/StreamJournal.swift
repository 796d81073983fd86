import Sessions
import Speech

/// The journal of a stream, in memory: the audio that is not final, and a little of what is.
final class StreamJournal: SessionJournal {
    /// Final audio that is kept: another engine may be sent a little of what is final, so that its first word is whole.
    private static let margin: Duration = .seconds(3)

    private let rate: SampleRate
    private var memory = AudioMemory()

    init(rate: SampleRate) { self.rate = rate }

    /// Length of the kept audio.
    var length: Duration { memory.count.duration(at: rate) }

    func keep(_ audio: RawSpan, _ range: SampleRange) { audio.withUnsafeBytes { memory.append($0) } }

    func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost) {
        guard memory.read(range, body) else { throw AudioLost("it is not kept any more") }
    }

    func record(_ commit: Commit, turn: Int) { memory.forget(before: max(.zero, commit.range.end - SampleCount(Self.margin, at: rate))) }
}
