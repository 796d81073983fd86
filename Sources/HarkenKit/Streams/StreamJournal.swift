import Audio
import Sessions
import Speech

/// The journal of a stream, in memory: the audio that may be read again.
final class StreamJournal: SessionJournal {
    /// Final audio that is kept where voices are listened to: final words of 10 s, and what came before them.
    private static let voiceMargin: Duration = .seconds(30)

    private let rate: SampleRate
    /// Final audio that is kept for voices; nil: none is.
    private let voiceMargin: SampleCount?
    private var committedThrough: SampleIndex = .zero
    private var memory = AudioMemory()

    /// - Parameter keepsVoices: true if the voices of final words are listened to.
    init(rate: SampleRate, keepsVoices: Bool) {
        self.rate = rate
        voiceMargin = keepsVoices ? SampleCount(Self.voiceMargin, at: rate) : nil
    }

    /// Returns audio; nil when it is not kept any more.
    func samples(_ range: SampleRange) -> [Int16]? {
        var samples: [Int16] = []
        samples.reserveCapacity(Int(range.count.samples))
        let isKept = memory.read(range) { audio in audio.withUnsafeBytes { PCM.appendSamples(linear16: $0, to: &samples) } }
        return isKept ? samples : nil
    }

    /// Length of the kept audio.
    var length: Duration { memory.count.duration(at: rate) }

    func keep(_ audio: RawSpan, _ range: SampleRange) { audio.withUnsafeBytes { memory.append($0) } }

    func replay(_ range: SampleRange, _ body: (RawSpan) -> Void) throws(AudioLost) {
        guard memory.read(range, body) else { throw AudioLost("it is not kept any more") }
    }

    func record(_ commit: Commit, turn: Int) { committedThrough = max(committedThrough, commit.range.end) }

    func forget(before index: SampleIndex) {
        memory.forget(before: voiceMargin.map { min(index, max(.zero, committedThrough - $0)) } ?? index)
    }
}
