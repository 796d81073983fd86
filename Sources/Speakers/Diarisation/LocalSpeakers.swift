package import Speech

/// The activity of up to three speakers in a stretch of ten seconds, as a segmentation model hears it.
///
/// The numbers of the speakers hold for this stretch only: the model does not know the speakers of other stretches.
package struct LocalSpeakers: Sendable, Equatable {
    /// Number of speakers that the model tells apart.
    package static let count = 3
    /// Length of a stretch.
    package static let length = SampleCount(160_000)
    /// Distance between the starts of two stretches.
    package static let step = SampleCount(40_000)
    /// Distance between the starts of two frames.
    package static let frame = SampleCount(270)
    /// Number of frames of a stretch.
    package static let frames = 589

    /// Start of the stretch.
    package let start: SampleIndex
    /// The probability of each speaker in each frame, in steps of 1/255: first the speakers of the first frame.
    private let activity: [UInt8]

    /// - Parameter probabilities: the probability that each speaker is active, frame by frame. Nil is returned for another number of them.
    package init?(start: SampleIndex, probabilities: [Float]) {
        guard probabilities.count == Self.frames * Self.count else { return nil }
        self.start = start
        activity = probabilities.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
    }

    /// The recording's frame that is the first one of the stretch.
    var firstFrame: Int { Int((start.samples + Self.frame.samples / 2) / Self.frame.samples) }

    /// Returns the recording's frame at a position.
    static func frame(at position: SampleIndex) -> Int { Int(position.samples / frame.samples) }

    /// Returns the probability, 0…1, that a speaker is active in a frame of the stretch.
    func probability(of speaker: Int, in frame: Int) -> Float { Float(activity[frame * Self.count + speaker]) / 255 }

    /// Returns true where a speaker is more likely active than not.
    func isActive(_ speaker: Int, in frame: Int) -> Bool { activity[frame * Self.count + speaker] > 127 }

    /// Returns the number of speakers who are active in a frame of the stretch.
    func activeCount(in frame: Int) -> Int { (0..<Self.count).count { isActive($0, in: frame) } }

    /// Returns the probabilities, 0…1, of the most likely and of the second most likely speaker of a frame of the stretch.
    func likeliest(in frame: Int) -> (first: Float, second: Float) {
        var likely: (first: Float, second: Float) = (0, 0)
        for speaker in 0..<Self.count {
            let probability = probability(of: speaker, in: frame)
            if probability > likely.first {
                likely = (probability, likely.first)
            } else {
                likely.second = max(likely.second, probability)
            }
        }
        return likely
    }
}
