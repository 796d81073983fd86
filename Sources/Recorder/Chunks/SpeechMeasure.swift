/// The amount of speech in a chunk, measured by the probabilities of its windows.
package struct SpeechMeasure: Sendable {
    /// Minimum total of speech, which may be in several pieces: a "yes" is worth sending.
    private static let enough: Duration = .milliseconds(200)
    /// Probability from which a window counts as speech; elsewhere the same value decides that speech goes on. A single word amid silence has few
    /// windows above it.
    private static let threshold: Float = 0.35
    /// Mean square from which a window counts as sound: that of the amplitude 180 of 32,768.
    package static let sound: Float = 180 * 180 / (32_768 * 32_768)

    private let window: Duration
    private var windows = 0
    private var spoken = 0
    private var sounding = 0

    /// - Parameter window: duration of a window.
    package init(window: Duration) { self.window = window }

    /// Adds a window.
    ///
    /// - Parameters:
    ///   - probability: probability of speech, 0…1.
    ///   - power: mean of the squares of the window's samples.
    package mutating func add(probability: Float, power: Float) {
        windows += 1
        if probability > Self.threshold { spoken += 1 }
        if power >= Self.sound { sounding += 1 }
    }

    package var verdict: SpeechVerdict {
        if window * spoken >= Self.enough { return .speech }
        if windows == 0 { return .emptyAudio }
        return sounding > 0 ? .energeticNonSpeech : .insufficientSpeech
    }
}
