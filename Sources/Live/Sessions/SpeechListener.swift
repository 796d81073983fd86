internal import Sessions
package import Speech
internal import Synchronization

/// Listens for speech in what an engine says nothing to, for all sessions of the gateway.
package final class SpeechListener: VoiceListening {
    private let detecting: any VoiceDetecting
    /// Number of callers that wait for an answer.
    private let waiting = Mutex(0)

    /// Maximum number of callers that wait at a time. In an outage hundreds ask at once, and an answer that comes too late tells nobody anything.
    private static let maxWaiting = 16
    /// A window more probable than this is speech; in so much of it somebody says a word.
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

    /// - Returns: nil when this rate cannot be listened to, or there is no detector yet.
    private static func hasSpeech(_ pcm: [UInt8], channels: Int, rate: SampleRate, _ detecting: any VoiceDetecting) throws -> Bool? {
        guard let windows = try VoiceActivityWindows(detecting, rate: rate, channels: channels) else { return nil }
        var speech = SampleCount.zero, isKnown = true
        try windows.append(pcm.span.bytes) { range, probability, _ in
            if let probability { if probability > threshold { speech += range.count } } else { isKnown = false }
        }
        return isKnown ? speech.duration(at: rate) >= shortest : nil
    }
}
