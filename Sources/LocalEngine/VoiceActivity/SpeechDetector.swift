package import Speech

/// Decides from probabilities where speech begins and ends: one threshold to begin, a lower one to go on, and least lengths, so that neither a
/// click is speech nor the gap between two words a pause. Pure: the same probabilities always give the same events.
package struct SpeechDetector: Sendable, Equatable {
    package struct Configuration: Sendable, Equatable {
        /// Speech begins at or above this probability.
        package var onset: Float
        /// Speech goes on at or above this.
        package var offset: Float
        /// Shorter speech is none.
        package var minimumSpeech: SampleCount
        /// Shorter silence inside speech is none.
        package var minimumSilence: SampleCount

        package init(
            onset: Float = 0.5, offset: Float = 0.35, minimumSpeech: SampleCount = SampleCount(1_536),
            minimumSilence: SampleCount = SampleCount(1_600)
        ) {
            self.onset = onset
            self.offset = offset
            self.minimumSpeech = minimumSpeech
            self.minimumSilence = minimumSilence
        }

        /// Speech begins from this probability on, and goes on somewhat below, as much as it does by default. Neither everything nor nothing is speech.
        package mutating func listen(from threshold: Float) {
            let usual = Self()
            onset = min(max(threshold, 0.05), 0.95)
            offset = onset * usual.offset / usual.onset
        }
    }

    /// Positions are in samples at 16 kHz, at the edges of windows.
    package enum Event: Sendable, Equatable {
        /// Speech has lasted for the least time; it began `at`.
        case started(at: SampleIndex)
        /// Silence has lasted for the least time; speech ended `at`.
        case ended(at: SampleIndex)
    }

    private enum State: Equatable {
        case silence
        case maybeSpeech(since: SampleIndex)
        case speech
        case maybeSilence(since: SampleIndex)
    }

    package var configuration: Configuration
    private var state = State.silence
    /// The end of the last window.
    package private(set) var position: SampleIndex

    /// - Parameter origin: where the first window begins.
    package init(_ configuration: Configuration = Configuration(), origin: SampleIndex = .zero) {
        self.configuration = configuration
        position = origin
    }

    /// Whether speech has started and not ended.
    package var isSpeaking: Bool {
        switch state {
        case .silence, .maybeSpeech: false
        case .speech, .maybeSilence: true
        }
    }

    /// Where the silence began that may turn out to be the end of the speech; nil outside speech and while it sounds.
    package var silentSince: SampleIndex? {
        switch state {
        case .silence, .maybeSpeech, .speech: nil
        case .maybeSilence(let since): since
        }
    }

    /// Where the sound began that may turn out to be speech, or is speech that has not been reported yet.
    package var soundSince: SampleIndex? {
        switch state {
        case .maybeSpeech(let since): since
        case .silence, .speech, .maybeSilence: nil
        }
    }

    /// Takes the next window's probability.
    package mutating func add(_ probability: Float) -> Event? {
        let start = position
        position += VoiceActivity.window
        switch state {
        case .silence:
            guard probability >= configuration.onset else { return nil }
            return sounding(since: start)
        case .maybeSpeech(let since):
            guard probability >= configuration.offset else {
                state = .silence
                return nil
            }
            return sounding(since: since)
        case .speech:
            guard probability < configuration.offset else { return nil }
            return silent(since: start)
        case .maybeSilence(let since):
            guard probability < configuration.onset else {
                state = .speech
                return nil
            }
            return silent(since: since)
        }
    }

    /// The audio is at its end: speech that has not ended ends here.
    package mutating func finish() -> Event? {
        defer { state = .silence }
        switch state {
        case .silence, .maybeSpeech: return nil
        case .speech: return .ended(at: position)
        case .maybeSilence(let since): return .ended(at: since)
        }
    }

    private mutating func sounding(since: SampleIndex) -> Event? {
        guard position - since >= configuration.minimumSpeech else {
            state = .maybeSpeech(since: since)
            return nil
        }
        state = .speech
        return .started(at: since)
    }

    private mutating func silent(since: SampleIndex) -> Event? {
        guard position - since >= configuration.minimumSilence else {
            state = .maybeSilence(since: since)
            return nil
        }
        state = .silence
        return .ended(at: since)
    }
}
