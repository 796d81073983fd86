internal import CAVFormat
internal import Speech

/// Reads decoded audio at one rate on the file's own time line: of one track, mixed or by channel, or of all tracks, each as a channel.
final class MediaReader {
    let rate: SampleRate
    let channelCount: Int
    private let container: MediaContainer
    private let decoder: MediaDecoder
    /// The chosen tracks.
    private let sounds: [TrackSound]
    /// Mixes the tracks, if all become one channel.
    private var mix: ChannelMix?
    /// Notices about the choice of the track.
    private let choiceNotices: [RecordingNotice]
    private var taken = SampleIndex.zero
    private var isAtEnd = false

    /// Longest time by which one track may be ahead of another: containers interleave their tracks more closely.
    private static let longestLead: Duration = .seconds(30)

    /// Opens the input and decodes its first frame, so that undecodable bytes fail here.
    init(
        _ input: MediaInput, hint: MediaHint, rate: SampleRate, treatment: ChannelTreatment, tracks choice: TrackChoice = .usual, isLive: Bool
    ) throws(MediaError) {
        self.rate = rate
        let (container, chosen, notices) = try Self.open(input, hint, choice, isLive: isLive)
        self.container = container
        choiceNotices = notices
        let decoder = try MediaDecoder(container, tracks: chosen)
        self.decoder = decoder
        guard let frame = try decoder.next() else {
            throw Self.error(of: decoder, isLive: isLive)
        }
        // Each of all tracks is a channel, also where there is only one track.
        let isAll = choice == .all, limits = container.clockLimits
        let sounds = (0..<decoder.trackCount).map { track in
            TrackSound(track == frame.track ? frame.samples : nil, rate: rate, treatment: isAll ? .mixed : treatment, limits)
        }
        let count = sounds.reduce(0) { $0 + $1.channelCount }
        if isAll, treatment == .mixed, count > 1 { mix = ChannelMix(channelCount: count, rate: rate) }
        channelCount = isAll && treatment == .mixed ? 1 : count
        self.sounds = sounds
        try take(frame)
    }

    /// Opens the container and chooses the tracks, which are indices in the container's list.
    private static func open(
        _ input: MediaInput, _ hint: MediaHint, _ choice: TrackChoice, isLive: Bool
    ) throws(MediaError) -> (MediaContainer, [Int], [RecordingNotice]) {
        let container = try MediaContainer(input, hint: hint, isLive: isLive)
        let tracks = container.tracks, order = tracks.usualOrder
        func notice(_ heard: Int) -> [RecordingNotice] {
            guard tracks.count > 1 else { return [] }
            return [.otherTracks(heard: heard + 1, total: tracks.count, names: Array(tracks.names.prefix(RecordingNotice.maxNames)))]
        }
        switch choice {
        case .number(let number):
            guard tracks.indices.contains(number - 1) else {
                let count = tracks.count == 1 ? "1 sound track" : "\(tracks.count) sound tracks"
                throw .undecodable("the file has \(count); track \(number) was asked for")
            }
            return (container, [number - 1], notice(number - 1))
        case .all:
            let all = tracks.indices.filter { tracks[$0].isDecodable }.prefix(MediaLimits.channels.upperBound)
            return (container, Array(all), [])
        case .usual:
            // Bare MP3 and AAC have their rate in their frames, which are not probed in a live stream; the first track is then tried.
            guard let first = order.first ?? tracks.indices.first else { return (container, [], []) }
            guard order.count > 1, !isLive, input.size != nil else { return (container, [first], notice(first)) }
            let heard = try survey(container, order) ?? first
            guard input.rewind() else { throw .unreadable("the file cannot be read from its start") }
            let silent: [RecordingNotice] = heard == first ? [] : [.silentTrack(first + 1)]
            return (try MediaContainer(input, hint: hint, isLive: isLive), [heard], silent + notice(heard))
        }
    }

    /// Returns the track to hear; nil when one of the tracks cannot be decoded.
    private static func survey(_ container: MediaContainer, _ order: [Int]) throws(MediaError) -> Int? {
        do throws(MediaError) { return try TrackSurvey(container, order: order).chosen } catch {
            guard case .undecodable = error else { throw error }
            return nil
        }
    }

    var skippedPackets: Int { decoder.skippedPackets }

    var isLengthGuessed: Bool { container.isDurationGuessed }

    var recorded: UnixTime? { container.recorded }

    /// Length that the container declares; good enough for progress, not for computing positions.
    var length: SampleCount? {
        guard let length = container.length, length >= .zero, length < .seconds(Self.maxSamples / Int64(rate.hertz)) else { return nil }
        return SampleCount(length, at: rate)
    }

    /// Number of samples from which a declared length is not believed.
    private static let maxSamples: Int64 = 1 << 50

    /// True if the file is one sound track from 0:00 on.
    var isPlain: Bool { container.isSoundAlone && !sounds.contains(where: \.startsLate) }

    /// Number of damaged packets from which the damage is reported: joined streams begin with one or two. Where sound is missing, one is reported.
    private static let reportedDamage = 3

    /// Notices for readers of the transcript; complete after the end.
    var notices: [RecordingNotice] {
        var notices = choiceNotices
        for case let notice? in sounds.map(\.notice) where !notices.contains(notice) { notices.append(notice) }
        return isAtEnd ? notices + endNotices : notices
    }

    /// The notice of a file that ends too early; set at the end.
    private var cut: RecordingNotice?
    /// True if the file is whole, and its sound is shorter than the file declares or lacks a link of Ogg; set at the end.
    private var lacksSound = false
    /// The notices that `news` has returned.
    private struct Told {
        var hasChoice = false
        /// Number of notices about holes.
        var holes = 0
        var hasEnd = false
    }
    private var told = Told()

    /// Number of holes that are told one by one. Later ones are told together at the end, so that a bad connection does not become a flood.
    private static let maxHolesAlone = 20

    /// Returns the notices since the last call. For streams, whose listeners are told at once; complete after the end.
    func news() -> [RecordingNotice] {
        var news = told.hasChoice ? [] : choiceNotices
        told.hasChoice = true
        for sound in sounds where isAtEnd || told.holes < Self.maxHolesAlone {
            guard let holes = sound.newHoles() else { continue }
            told.holes += 1
            news.append(holes)
        }
        guard isAtEnd, !told.hasEnd else { return news }
        told.hasEnd = true
        return news + endNotices
    }

    private var endNotices: [RecordingNotice] {
        var notices: [RecordingNotice] = []
        if let cut { notices.append(cut) }
        if decoder.skippedPackets >= (lacksSound ? 1 : Self.reportedDamage) { notices.append(.damaged(packets: decoder.skippedPackets)) }
        return notices
    }

    /// Returns the next samples: from `least` to `most` of them, and fewer than `least` only at the end; nil after the end.
    func next(atLeast least: Int, atMost most: Int) throws(MediaError) -> AudioBlock? {
        while sounds.contains(where: { $0.count < least }) {
            if let behind = sounds.first(where: { $0.count < least && $0.hasPieces }) {
                try behind.convert()
            } else if isAtEnd {
                // The end of one track is in its resampler; those of the others must not come in a later block.
                guard let other = sounds.first(where: \.hasPieces) else { break }
                try other.convert()
            } else if let frame = try decoder.next() {
                try take(frame)
            } else {
                end()
            }
        }
        let isOver = isAtEnd && !sounds.contains(where: \.hasPieces)
        if isOver { for sound in sounds { sound.finish() } }
        // At the end the longest track decides; silence stands in for the others.
        let available = isOver ? sounds.map(\.count).max() ?? 0 : sounds.map(\.count).min() ?? 0
        let count = min(most, available)
        guard count > 0 else { return nil }
        let start = taken
        taken += SampleCount(count)
        var channels = sounds.flatMap { $0.next(count) }
        if let mixed = mix?.mix(channels) { channels = [mixed] }
        return AudioBlock(start: start, channels: channels)
    }

    private func take(_ frame: MediaDecoder.Frame) throws(MediaError) {
        let sound = sounds[frame.track]
        try sound.take(frame.samples, at: frame.time, end: decoder.container === container ? container.believedEnd : nil)
        guard sounds.count > 1 else { return }
        // A track that is not heard from for long is silent meanwhile.
        let reached = sound.position - Self.longestLead
        for other in sounds { other.wait(until: reached) }
    }

    /// Puts silence after the sound up to the file's end, unless the file is cut off.
    private func end() {
        isAtEnd = true
        let last = sounds.map(\.position).max() ?? .zero
        cut = container.cut(at: last, isBroken: decoder.isBroken)
        lacksSound = cut == nil && (container.endsEarly(at: last) || decoder.lacksLink)
        var end = last
        // No header makes more silence than a time stamp may: a file of a few bytes must not become years.
        if cut == nil, let fileEnd = container.fileEnd, fileEnd > last + .milliseconds(50), fileEnd - last <= container.clockLimits.hole {
            end = fileEnd
        }
        for sound in sounds where sounds.count > 1 || end > last { sound.wait(until: end) }
    }

    /// Returns the error of an input of which not a single frame was decoded.
    private static func error(of decoder: MediaDecoder, isLive: Bool) -> MediaError {
        if isLive && decoder.container.isMP4 {
            return .undecodable(
                "an MP4 or MOV whose index comes after its audio cannot be decoded while it streams; "
                    + "send it fragmented or with the index first (fast start)")
        }
        return decoder.skippedPackets > 0 ? .undecodable("none of its audio can be decoded") : .noSound
    }
}
