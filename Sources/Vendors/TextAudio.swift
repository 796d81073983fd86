import Audio
import Continuity
import Framing
import Protocols
import Speech

/// Writes audio as the texts that a vendor wants in place of binary messages, and finds the loud audio in it.
struct TextAudio {
    private let before: [UInt8]
    private let after: [UInt8]
    private let resampler: Resampler
    private var meter: LoudnessMeter
    /// Place of the next sample on the stream's timeline.
    private var position = SampleIndex.zero
    // Kept for the next message.
    private var samples: [Float] = []
    private var resampled: [Float] = []
    private var pcm: [UInt8] = []
    private var text: [UInt8] = []

    /// - Parameter source: the rate of the audio, which is mono.
    /// - Returns: nil for binary messages, and for a rate that cannot be converted.
    init?(_ form: AudioMessages.Form, from source: SampleRate) {
        guard case .base64(let rate, let before, let after) = form, let resampler = Resampler(from: source, to: rate) else { return nil }
        self.before = Array(before.utf8)
        self.after = Array(after.utf8)
        self.resampler = resampler
        meter = LoudnessMeter(rate: source, channels: 1, isStrict: true)
    }

    /// Measures and writes the next audio.
    ///
    /// - Parameters:
    ///   - audio: 16-bit little-endian PCM, mono.
    ///   - send: called with the message. The last few milliseconds of the audio come with the next one, or with `finish`.
    /// - Returns: from the first to the last loud sample; nil: all of the audio is quiet.
    mutating func write(_ audio: RawSpan, send: (RawSpan) -> Void) -> SampleRange? {
        var loud: SampleRange?
        meter.measure(audio, from: position) { _, range in loud = SampleRange(loud?.start ?? range.start, range.end) }
        position += SampleCount(audio.byteCount / 2)
        // Local while they are filled: a part of a value cannot be read while another part of it changes.
        var samples: [Float] = [], resampled: [Float] = []
        swap(&samples, &self.samples)
        swap(&resampled, &self.resampled)
        PCM.appendFloats(linear16: audio, to: &samples)
        resampler.append(samples.span, to: &resampled)
        write(resampled.span, send)
        samples.removeAll(keepingCapacity: true)
        resampled.removeAll(keepingCapacity: true)
        swap(&samples, &self.samples)
        swap(&resampled, &self.resampled)
        return loud
    }

    /// Writes what the resampler still holds. Nothing may be written afterwards.
    mutating func finish(send: (RawSpan) -> Void) {
        var rest: [Float] = []
        resampler.finish(into: &rest)
        write(rest.span, send)
    }

    private mutating func write(_ samples: Span<Float>, _ send: (RawSpan) -> Void) {
        guard !samples.isEmpty else { return }
        var pcm: [UInt8] = [], text: [UInt8] = []
        swap(&pcm, &self.pcm)
        swap(&text, &self.text)
        PCM.appendLinear16(samples, to: &pcm)
        text += before
        Base64.append(pcm.span.bytes, to: &text)
        text += after
        send(text.span.bytes)
        pcm.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        swap(&pcm, &self.pcm)
        swap(&text, &self.text)
    }
}
