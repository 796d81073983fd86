package import Continuity
package import Speech

/// A session's audio in windows, with the probability of speech in each window. Lives on the session's loop.
package protocol VoiceWindows: AnyObject {
    /// Takes the session's next audio: 16-bit PCM, all channels.
    ///
    /// - Parameter each: called for each window that the audio completes, in order: with its place in the session, the probability of speech (nil:
    ///   not known yet), and true if the window is loud.
    func append(_ pcm: RawSpan, _ each: (SampleRange, _ probability: Float?, _ isLoud: Bool) -> Void) throws

    /// Skips `count` samples that never came. Their windows are silence, and the next audio lies behind them.
    func skip(_ count: SampleCount, _ each: (SampleRange, _ probability: Float?, _ isLoud: Bool) -> Void) throws
}

/// A session's gate: its windows of audio and its decisions.
package final class SilenceGate {
    private let windows: any VoiceWindows
    private(set) var gate: VADGate
    private let threshold: Float
    /// True if the gate decides and counts, but engines hear everything.
    let isShadow: Bool
    /// End of the audio that the gate has heard.
    private var heard = SampleIndex.zero

    package init(_ windows: any VoiceWindows, rule: VADGate.Rule, isShadow: Bool = false, rate: SampleRate) {
        self.windows = windows
        self.isShadow = isShadow
        threshold = rule.threshold
        gate = VADGate(rule, rate: rate)
    }

    package var savings: VADGate.Savings { gate.savings }

    package var isOff: Bool { gate.isOff }

    var passages: Passages { gate.passages }

    /// Takes the session's next audio, before any engine does.
    ///
    /// - Parameter speech: called for each window that is speech or may be.
    /// - Returns: the events of the gate that follow from the audio.
    func hear(_ pcm: RawSpan, _ speech: (SampleRange) -> Void) -> [VADGate.Event] {
        decide { each in
            try windows.append(pcm) { range, probability, isLoud in
                if probability.map({ $0 > threshold }) ?? isLoud { speech(range) }
                each(range, probability, isLoud)
            }
        }
    }

    /// Takes the end-of-turn model's answer for the pause at `pause`.
    package func judged(isOver: Bool, at pause: SampleIndex) { gate.judged(isOver: isOver, at: pause) }

    /// Takes the speech since the last call: see `VADGate.takeSpeech`.
    func takeSpeech() -> SampleRange? { gate.takeSpeech() }

    /// Skips `count` samples that never came.
    func skip(_ count: SampleCount) -> [VADGate.Event] { decide { each in try windows.skip(count, each) } }

    private func decide(_ hear: ((SampleRange, Float?, Bool) -> Void) throws -> Void) -> [VADGate.Event] {
        guard !gate.isOff else { return [] }
        var events: [VADGate.Event] = []
        do {
            try hear { range, probability, isLoud in
                heard = range.end
                if let event = gate.add(range, probability: probability, isLoud: isLoud) { events.append(event) }
            }
        } catch {
            gate.fail(at: heard)
            events.append(.doubted(at: heard))
        }
        return events
    }
}
