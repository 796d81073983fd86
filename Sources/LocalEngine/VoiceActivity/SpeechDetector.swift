package import Speech

/// Decides from probabilities where speech begins and ends. Speech begins at one threshold and goes on above a lower one. Minimum lengths keep a
/// click from counting as speech, and the gap between two words from counting as a pause. Pure: the same probabilities always give the same events.
package struct SpeechDetector: Sendable, Equatable {
    package struct Configuration: Sendable, Equatable {
        /// Speech begins at or above this probability.
        package var onset: Float
        /// Speech goes on at or above this probability.
        package var offset: Float
        /// Minimum length of speech; shorter speech is ignored.
        package var minimumSpeech: SampleCount
        /// Minimum length of silence inside speech; shorter silence is ignored.
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

        /// Makes `threshold` the probability at which speech begins; limited to 0.05…0.95. `offset` follows in the default proportion.
        package mutating func listen(from threshold: Float) {
            let usual = Self()
            onset = min(max(threshold, 0.05), 0.95)
            offset = onset * usual.offset / usual.onset
        }
    }

    /// A beginning or an end of speech. Positions are in samples at 16 kHz, at the edges of windows.
    package enum Event: Sendable, Equatable {
        /// Speech has lasted for the minimum length; `at` is its beginning.
        case started(at: SampleIndex)
        /// Silence has lasted for the minimum length; `at` is the end of the speech.
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
    /// End of the last window.
    package private(set) var position: SampleIndex

    /// - Parameter origin: the start of the first window.
    package init(_ configuration: Configuration = Configuration(), origin: SampleIndex = .zero) {
        self.configuration = configuration
        position = origin
    }

    /// True if speech has started and not ended.
    package var isSpeaking: Bool {
        switch state {
        case .silence, .maybeSpeech: false
        case .speech, .maybeSilence: true
        }
    }

    /// Start of the silence that may become the end of the speech; nil outside speech and while the speech is audible.
    package var silentSince: SampleIndex? {
        switch state {
        case .silence, .maybeSpeech, .speech: nil
        case .maybeSilence(let since): since
        }
    }

    /// Start of the sound that may become speech, or of speech that has not been reported yet.
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

    /// Notes the end of the audio. Speech that goes on ends here.
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
