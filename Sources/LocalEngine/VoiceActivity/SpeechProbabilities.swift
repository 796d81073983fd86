import Speech

/// The probability of speech in each window of one stream of audio: takes samples as they come, in pieces of any size.
///
/// Quiet audio is amplified before the model hears it, and silent windows skip the model. One thread at a time may use a value.
package struct SpeechProbabilities: Sendable {
    /// Mean power below which a window is silent (−80 dBFS): a muted line, near the last of 16 bits.
    private static let silentPower: Float = 1e-8
    /// Number of silent windows after which the model has the state of silence, as at the start.
    private static let forgetAfter = 8

    private let model: VoiceActivity
    private var gain = AutomaticGain()
    /// The model's context, followed by the samples of the next window that have come.
    private var pending: [Float]
    private var state: [Float]
    private var silentWindows = 0

    package init(_ model: VoiceActivity) {
        self.model = model
        state = model.silence
        pending = [Float](repeating: 0, count: VoiceActivity.context)
        pending.reserveCapacity(VoiceActivity.context + Int(VoiceActivity.window.samples))
    }

    /// Takes the next samples (mono, 16 kHz, −1…1) and calls `each` for every window that they complete, in order.
    ///
    /// - Parameter each: takes the probability of speech, and the window's power: the mean of its samples' squares.
    package mutating func append(_ samples: Span<Float>, _ each: (_ probability: Float, _ power: Float) -> Void) throws(InferenceError) {
        let whole = VoiceActivity.context + Int(VoiceActivity.window.samples)
        var taken = 0
        while taken < samples.count {
            let count = min(whole - pending.count, samples.count - taken)
            samples.extracting(taken..<(taken + count)).withUnsafeBufferPointer { pending.append(contentsOf: $0) }
            taken += count
            if pending.count == whole {
                let power = powerOfPending()
                each(try probabilityOfPending(power), power)
                pending.removeFirst(Int(VoiceActivity.window.samples))
            }
        }
    }

    package mutating func append(_ samples: [Float]) throws(InferenceError) -> [Float] {
        var probabilities: [Float] = []
        try append(samples.span) { probability, _ in probabilities.append(probability) }
        return probabilities
    }

    private func powerOfPending() -> Float {
        var power: Float = 0
        for sample in pending[VoiceActivity.context...] { power += sample * sample }
        return power / Float(VoiceActivity.window.samples)
    }

    private mutating func probabilityOfPending(_ power: Float) throws(InferenceError) -> Float {
        guard power > Self.silentPower else {
            silentWindows += 1
            if silentWindows == Self.forgetAfter { state = model.silence }
            return 0
        }
        silentWindows = 0
        let factor = gain.factor(forPower: power)
        let heard = factor == 1 ? pending : pending.map { max(-1, min(1, $0 * factor)) }
        return try model.probability(heard, state: &state)
    }
}
