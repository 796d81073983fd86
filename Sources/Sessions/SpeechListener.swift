package import Speech
import Synchronization

/// Checks for speech in audio that an engine does not answer, for all sessions of a program.
package final class SpeechListener: VoiceListening {
    private let detecting: any VoiceDetecting
    /// Number of callers that wait for an answer.
    private let waiting = Mutex(0)

    /// Maximum number of callers that wait at a time. In an outage hundreds ask at once, and an answer that comes too late tells nobody anything.
    private static let maxWaiting = 16
    /// Probability above which a window counts as speech. Speech of at least `shortest` in total holds a word.
    private static let threshold: Float = 0.5
    private static let shortest: Duration = .milliseconds(200)

    package init(_ detecting: any VoiceDetecting) { self.detecting = detecting }

    package func listen(to pcm: [UInt8], channels: Int, rate: SampleRate, tell: @escaping @Sendable (Bool?) -> Void) {
        let isTaken = waiting.withLock { waiting in
            guard waiting < Self.maxWaiting else { return false }
            waiting += 1
            return true
        }
        guard isTaken else { return tell(nil) }
        Task.detached(priority: .utility) { [self] in
            let hasSpeech = try? Self.hasSpeech(pcm, channels: channels, rate: rate, detecting)
            waiting.withLock { $0 -= 1 }
            tell(hasSpeech ?? nil)
        }
    }

    /// - Returns: true if there is speech; nil when audio of this rate cannot be checked or there is no detector yet.
    private static func hasSpeech(_ pcm: [UInt8], channels: Int, rate: SampleRate, _ detecting: any VoiceDetecting) throws -> Bool? {
        guard let windows = try VoiceActivityWindows(detecting, rate: rate, channels: channels) else { return nil }
        var speech = SampleCount.zero, isKnown = true
        try windows.append(pcm.span.bytes) { range, probability, _ in
            if let probability { if probability > threshold { speech += range.count } } else { isKnown = false }
        }
        return isKnown ? speech.duration(at: rate) >= shortest : nil
    }
}
