/// How much speech there is in a chunk, from the probabilities of its windows.
package struct SpeechMeasure: Sendable {
    /// Speech in all, not in one piece: a "yes" is worth sending.
    private static let enough: Duration = .milliseconds(200)
    /// Probability from which a window is speech: that at which speech goes on elsewhere. A single word in the middle of silence has little above it.
    private static let threshold: Float = 0.35
    /// Mean square from which a window is sound: that of 180 of 32,768.
    package static let sound: Float = 180 * 180 / (32_768 * 32_768)

    private let window: Duration
    private var windows = 0
    private var spoken = 0
    private var sounding = 0

    /// - Parameter window: how long one is.
    package init(window: Duration) { self.window = window }

    /// - Parameters:
    ///   - probability: of speech, 0…1.
    ///   - power: the mean of the window's samples' squares.
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
