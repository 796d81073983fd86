internal import CAVFormat
internal import Speech

/// The sound of one track at the reader's rate: decoded, placed in time, mixed or by channel. The rate of the source may change on the way.
final class TrackSound {
    /// Sound of the track that was not converted yet, in order.
    private enum Piece {
        case silence(Int, SampleRate)
        case samples([[Float]], SampleRate)

        var rate: SampleRate {
            switch self {
            case .silence(_, let rate), .samples(_, let rate): rate
            }
        }
    }

    private let rate: SampleRate
    private let treatment: ChannelTreatment
    private var clock: SoundClock
    /// Mixes the channels, if they are to be mixed and there are several.
    private var mix: ChannelMix?
    private var resamplers: [Resampler] = []
    private var pieces: [Piece] = []
    /// Rate of the latest frame.
    private var source: SampleRate
    /// Samples that are ready to be returned, by channel.
    private var ready: [[Float]]
    /// True if silence stands before the first sound.
    private(set) var startsLate = false
    private var hasBegun = false
    private var isFinished = false

    /// Number of samples of silence that are converted at a time, so that memory does not depend on the length of a silence.
    private static let step = 16_384

    /// - Parameter first: the track's first frame, which tells its rate and channels; nil for a track without frames.
    init(_ first: UnsafeMutablePointer<AVFrame>?, rate: SampleRate, treatment: ChannelTreatment, _ limits: SoundClock.Limits) {
        self.rate = rate
        self.treatment = treatment
        clock = SoundClock(limits)
        source = first.map { SampleRate(hertz: Int($0.pointee.sample_rate)) } ?? rate
        let channels = treatment == .mixed ? 1 : first.map { Int($0.pointee.ch_layout.nb_channels) } ?? 1
        ready = Array(repeating: [], count: channels)
    }

    var channelCount: Int { ready.count }
    var count: Int { ready[0].count }
    /// True if sound waits to be converted.
    var hasPieces: Bool { !pieces.isEmpty }
    /// End of the sound that was taken.
    var position: Duration { clock.position }
    var notice: RecordingNotice? { clock.notice }

    /// Returns the holes since the last call; nil when there are none worth telling.
    func newHoles() -> RecordingNotice? { clock.newHoles() }

    /// Takes a frame.
    ///
    /// - Parameters:
    ///   - time: time of the first sample, counted from what a player shows as 0:00; nil when the container does not tell.
    ///   - end: end of the file by its header; see `SoundClock`.
    func take(_ frame: UnsafeMutablePointer<AVFrame>, at time: Duration?, end: @autoclosure () -> Duration?) throws(MediaError) {
        let hertz = SampleRate(hertz: Int(frame.pointee.sample_rate))
        var samples: [[Float]] = []
        try FrameSamples.read(frame, into: &samples)
        if treatment == .mixed, samples.count > 1 {
            if mix?.channelCount != samples.count || source != hertz { mix = ChannelMix(channelCount: samples.count, rate: hertz) }
            if let mixed = mix?.mix(samples) { samples = [mixed] }
        }
        let placement = clock.place(at: time, count: samples.first?.count ?? 0, hertz, end: end())
        source = hertz
        if !hasBegun { startsLate = placement.silence > .milliseconds(50) }
        hasBegun = true
        wait(placement.silence)
        if placement.droppedCount > 0 { for channel in samples.indices { samples[channel].removeFirst(placement.droppedCount) } }
        if samples.first?.isEmpty == false { pieces.append(.samples(samples, hertz)) }
    }

    /// Adds silence up to a place, where the track is silent or has ended.
    func wait(until end: Duration) {
        let missing = end - clock.position
        guard missing > .milliseconds(1) else { return }
        clock.wait(missing)
        wait(missing)
    }

    private func wait(_ length: Duration) {
        let count = Int(SampleCount(length, at: source).samples)
        if count > 0 { pieces.append(.silence(count, source)) }
    }

    /// Converts the next piece, or a part of it.
    func convert() throws(MediaError) {
        guard let piece = pieces.first else { return }
        if resamplers.first?.source != piece.rate { try resample(from: piece.rate) }
        switch piece {
        case .silence(let count, let rate):
            let part = min(count, Self.step)
            append(Array(repeating: Array(repeating: 0, count: part), count: channelCount))
            if part < count { pieces[0] = .silence(count - part, rate) } else { pieces.removeFirst() }
        case .samples(let samples, _):
            pieces.removeFirst()
            append(samples)
        }
    }

    private func append(_ samples: [[Float]]) {
        for channel in ready.indices {
            // A channel that the stream loses goes on as silence. A channel that the stream gains is ignored.
            let heard = channel < samples.count ? samples[channel] : Array(repeating: 0, count: samples[0].count)
            resamplers[channel].append(heard.span, to: &ready[channel])
        }
    }

    /// Appends what the resamplers still hold. Nothing may be taken afterwards.
    func finish() {
        guard !isFinished else { return }
        isFinished = true
        for channel in resamplers.indices { resamplers[channel].finish(into: &ready[channel]) }
    }

    /// Removes the next `count` samples of each channel and returns them. Silence stands in for what is missing.
    func next(_ count: Int) -> [[Float]] {
        if count == self.count {
            defer { for channel in ready.indices { ready[channel] = [] } }
            return ready
        }
        let found = min(count, self.count)
        let part = ready.map { Array($0.prefix(found)) + Array(repeating: 0, count: count - found) }
        for channel in ready.indices { ready[channel].removeFirst(found) }
        return part
    }

    private func resample(from source: SampleRate) throws(MediaError) {
        for channel in resamplers.indices { resamplers[channel].finish(into: &ready[channel]) }
        var made: [Resampler] = []
        for _ in 0..<channelCount {
            guard let resampler = Resampler(from: source, to: rate) else {
                throw .undecodable("audio at \(source.hertz) Hz cannot be converted to \(rate.hertz) Hz")
            }
            made.append(resampler)
        }
        resamplers = made
    }
}
