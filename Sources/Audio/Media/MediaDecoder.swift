internal import CAVFormat
internal import Speech

/// A decoder by libav: takes bytes, and returns decoded frames of the chosen sound tracks with their places on the container's time line.
///
/// Each track has its own rate and channels. Damaged packets are skipped and counted.
final class MediaDecoder {
    /// A decoded frame. The samples are valid until the next call of `next`.
    struct Frame {
        /// Index of the track among the chosen ones.
        var track: Int
        var samples: UnsafeMutablePointer<AVFrame>
        /// Time of the first sample, counted from what a player shows as 0:00; nil when the container does not tell.
        var time: Duration?
    }

    /// The container; of a chained Ogg whose codec changes, the link that is read.
    private(set) var container: MediaContainer
    private var decoders: [TrackDecoder]
    /// Number of damaged packets in earlier links.
    private var earlierDamagedCount = 0
    /// Number of links that were opened after the first one.
    private var linkCount = 0
    /// Indices of the chosen tracks in the container's list.
    private let numbers: [Int]
    /// Half of the encoder's delay that the container does not tell, for each track; nil before the track's first packet.
    private var delays: [Duration?]
    private var packet = av_packet_alloc()
    /// Index of the track whose decoder may have a frame.
    private var current: Int?
    private var isDraining = false
    /// True if reading ended at damage that cannot be passed.
    private(set) var isBroken = false
    /// True if a further link of a chained Ogg was found, and cannot be decoded.
    private(set) var lacksLink = false

    /// Maximum number of further links: a hostile file could have one in each hundred bytes.
    private static let maxLinks = 1_000

    /// - Parameter numbers: indices of the tracks to decode, in the container's list.
    init(_ container: MediaContainer, tracks numbers: [Int]) throws(MediaError) {
        self.container = container
        self.numbers = numbers
        decoders = try container.choose(numbers)
        delays = Array(repeating: nil, count: decoders.count)
        guard packet != nil else { throw .outOfMemory }
    }

    deinit { av_packet_free(&packet) }

    var trackCount: Int { decoders.count }
    var skippedPackets: Int { decoders.reduce(earlierDamagedCount + (isBroken ? 1 : 0)) { $0 + $1.damagedCount } }

    /// Returns the next frame; nil at the end.
    func next() throws(MediaError) -> Frame? {
        while true {
            if let track = current {
                if let samples = try decoders[track].receive() { return Frame(track: track, samples: samples, time: time(of: track)) }
                current = isDraining && track + 1 < decoders.count ? track + 1 : nil
                if current != nil { continue }
            }
            if isDraining {
                guard isBroken, !lacksLink, try goToNextLink() else { return nil }
            }
            guard !Task.isCancelled else { throw .cancelled }
            try feed()
        }
    }

    /// Gives a decoder the next packet, or tells all decoders that there are no more.
    private func feed() throws(MediaError) {
        guard let packet else { throw .outOfMemory }
        switch try container.read(packet) {
        case .packet(let stream):
            defer { av_packet_unref(packet) }
            guard let track = decoders.firstIndex(where: { $0.stream == stream }) else { return }
            if delays[track] == nil { delays[track] = delay(stream, packet) }
            decoders[track].send(packet)
            current = track
        case .other: av_packet_unref(packet)
        case .end: drain()
        case .broken:
            isBroken = true
            drain()
        }
    }

    /// Goes on with the next link of a chained Ogg. Returns false where none begins, or none that can be decoded.
    private func goToNextLink() throws(MediaError) -> Bool {
        do throws(MediaError) {
            guard let next = try container.openNextLink() else { return false }
            lacksLink = true
            guard linkCount < Self.maxLinks else { return false }
            // The number of tracks that are heard stays.
            let usual = next.tracks.usualOrder.prefix(1), isAlone = decoders.count == 1 && next.tracks.count != container.tracks.count
            let following = try next.choose(isAlone ? Array(usual) : numbers)
            guard following.count == decoders.count else { return false }
            earlierDamagedCount += decoders.reduce(0) { $0 + $1.damagedCount }
            container = next
            decoders = following
        } catch {
            guard case .undecodable = error else { throw error }
            lacksLink = true
            return false
        }
        linkCount += 1
        delays = Array(repeating: nil, count: decoders.count)
        lacksLink = false
        isBroken = false
        isDraining = false
        current = nil
        return true
    }

    private func drain() {
        isDraining = true
        for decoder in decoders { decoder.send(nil) }
        current = 0
    }

    private func delay(_ stream: Int, _ packet: UnsafeMutablePointer<AVPacket>) -> Duration {
        let samples = container.untoldDelay(stream, firstPacket: packet), hertz = container.hertz(of: stream)
        return hertz > 0 ? SampleCount(samples / 2).duration(at: SampleRate(hertz: hertz)) : .zero
    }

    /// Returns the time of a track's latest frame.
    private func time(of track: Int) -> Duration? {
        guard let time = decoders[track].frameTime, let origin = container.origin else { return nil }
        return time - origin - (delays[track] ?? .zero)
    }
}
