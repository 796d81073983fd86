internal import CAVFormat
internal import Speech

/// Finds out which of a file's sound tracks have sound, so that a silent track never hides the speech of another one.
///
/// All tracks are decoded side by side, up to the first sound of the track that would be heard. So most files cost the survey a few seconds of sound.
struct TrackSurvey {
    /// Indices of the tracks that have no sound, as far as that is known.
    private(set) var silent: Set<Int> = []
    /// Index of the track to hear.
    private(set) var chosen: Int

    /// Level of a tenth of a second above which it counts as sound (−60 dBFS), and the number of such stretches that prove sound: one may be a click.
    private static let threshold: Float = 0.001
    private static let needed = 3
    /// Limits of the work: whoever waits for the first sample waits for the survey too. A decoder that is silent for 30 s counts as stuck.
    struct Allowance {
        /// Length of the file's start that is looked through, and of the sound of all tracks together that is decoded.
        static let longest: Duration = .seconds(1_200)
        static let patience: Duration = .seconds(10)

        private let end: Instant
        private var decoded = Duration.zero

        init(from start: Instant) { end = start + Self.patience }

        /// Takes a frame; returns false when the survey has to end.
        ///
        /// - Parameter time: time of the frame; nil when the container does not tell.
        mutating func take(_ length: Duration, at time: Duration?, now: Instant) -> Bool {
            decoded += length
            return decoded <= Self.longest && time ?? .zero < Self.longest && now < end
        }
    }

    fileprivate struct Level {
        var loudCount = 0
        var sum: Float = 0
        var count = 0
    }

    /// - Parameter order: indices of the tracks that can be heard, the preferred one first; not empty.
    init(_ container: MediaContainer, order: [Int]) throws(MediaError) {
        chosen = order.first ?? 0
        let decoder = try MediaDecoder(container, tracks: order)
        var levels = Array(repeating: Level(), count: order.count)
        var samples: [[Float]] = []
        var allowance = Allowance(from: .now)
        while let frame = try decoder.next() {
            let rate = SampleRate(hertz: max(1, Int(frame.samples.pointee.sample_rate)))
            let length = SampleCount(Int64(frame.samples.pointee.nb_samples)).duration(at: rate)
            guard allowance.take(length, at: frame.time, now: .now) else { break }
            guard levels[frame.track].loudCount < Self.needed else { continue }
            try FrameSamples.read(frame.samples, into: &samples)
            levels[frame.track].hear(samples, window: max(1, Int(frame.samples.pointee.sample_rate) / 10), above: Self.threshold)
            if levels[0].loudCount >= Self.needed { return }
        }
        silent = Set(levels.indices.filter { levels[$0].loudCount < Self.needed }.map { order[$0] })
        chosen = order.first { !silent.contains($0) } ?? chosen
    }
}

extension TrackSurvey.Level {
    fileprivate mutating func hear(_ channels: [[Float]], window: Int, above threshold: Float) {
        for index in 0..<(channels.first?.count ?? 0) {
            // The loudest channel counts: two channels may cancel each other out.
            var power: Float = 0
            for channel in channels { power = max(power, channel[index] * channel[index]) }
            sum += power
            count += 1
            guard count >= window else { continue }
            if sum > threshold * threshold * Float(count) { loudCount += 1 }
            sum = 0
            count = 0
        }
    }
}
