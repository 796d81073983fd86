package import Continuity
package import Speech

/// Windows of a session's audio, and how much like speech each of them is. Lives on the session's loop.
package protocol VoiceWindows: AnyObject {
    /// Takes the session's next audio: 16-bit PCM, all channels.
    ///
    /// - Parameter each: takes each window that it completes, in order: its place in the session, the probability of speech (nil: nobody can tell
    ///   yet), and whether it is loud.
    func append(_ pcm: RawSpan, _ each: (SampleRange, _ probability: Float?, _ isLoud: Bool) -> Void) throws

    /// So much audio never came: windows of it are silence, and what comes next lies behind it.
    func skip(_ count: SampleCount, _ each: (SampleRange, _ probability: Float?, _ isLoud: Bool) -> Void) throws
}

/// A session's gate: what it hears, and what it has decided.
package final class SilenceGate {
    private let windows: any VoiceWindows
    private(set) var gate: VADGate
    private let threshold: Float
    /// It decides and counts, and engines hear everything.
    let isShadow: Bool
    /// The end of what was heard.
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
    /// - Parameter speech: takes the windows that are speech, or may be.
    /// - Returns: what was decided by it.
    func hear(_ pcm: RawSpan, _ speech: (SampleRange) -> Void) -> [VADGate.Event] {
        decide { each in
            try windows.append(pcm) { range, probability, isLoud in
                if probability.map({ $0 > threshold }) ?? isLoud { speech(range) }
                each(range, probability, isLoud)
            }
        }
    }

    /// It was found out whether the speaker was done at a pause.
    package func judged(isOver: Bool, at pause: SampleIndex) { gate.judged(isOver: isOver, at: pause) }

    /// So much audio never came.
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
