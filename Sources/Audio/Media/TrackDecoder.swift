internal import CAVFormat
internal import Speech

/// The decoder of one sound track: takes packets, and gives frames with the track's own rate and channels. Damaged packets are skipped and counted.
final class TrackDecoder {
    let stream: Int
    private var codec: UnsafeMutablePointer<AVCodecContext>?
    private var frame = av_frame_alloc()
    private let timeBase: AVRational
    /// True if only the first packet's time is the sound's clock; see `init`.
    private let countsSamples: Bool
    /// Time of the next sample by the samples so far; nil where packets have times, and before the first packet.
    private var counted: Duration?
    private var hasBegun = false
    /// Time of the latest frame by the container's clock; nil when the container does not tell.
    private(set) var frameTime: Duration?
    private(set) var damagedCount = 0

    /// - Parameter countsSamples: true: the first packet tells where the track begins, and each frame follows the one before it; false: each packet
    ///   tells its own time.
    init(_ track: UnsafeMutablePointer<AVStream>, countsSamples: Bool) throws(MediaError) {
        self.countsSamples = countsSamples
        stream = Int(track.pointee.index)
        timeBase = track.pointee.time_base
        guard frame != nil, let parameters = track.pointee.codecpar else { throw .outOfMemory }
        let name = avcodec_get_name(parameters.pointee.codec_id).map { String(cString: $0) } ?? "unknown"
        guard let decoder = avcodec_find_decoder(parameters.pointee.codec_id), let context = avcodec_alloc_context3(decoder) else {
            throw .undecodable("audio encoded as \(name) cannot be decoded")
        }
        codec = context
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "codec_whitelist", LibAV.decoders, 0)
        guard avcodec_parameters_to_context(context, parameters) >= 0 else { throw .outOfMemory }
        context.pointee.pkt_timebase = timeBase
        context.pointee.thread_count = 1
        let code = avcodec_open2(context, decoder, &options)
        guard code >= 0 else { throw .undecodable("audio encoded as \(name) cannot be decoded: \(LibAV.text(of: code))") }
    }

    deinit {
        av_frame_free(&frame)
        avcodec_free_context(&codec)
    }

    /// Gives the decoder a packet; nil: there are no more.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?) {
        if countsSamples, !hasBegun, let packet {
            hasBegun = true
            counted = LibAV.time(of: packet, timeBase)
        }
        if avcodec_send_packet(codec, packet) < 0, packet != nil { damagedCount += 1 }
    }

    /// Returns the next frame; nil when the decoder needs a packet, or has ended. The frame is valid until the next call.
    func receive() throws(MediaError) -> UnsafeMutablePointer<AVFrame>? {
        guard let codec, let frame else { throw .outOfMemory }
        while true {
            let code = avcodec_receive_frame(codec, frame)
            guard code == 0 else {
                if code != harken_av_end(), code != harken_av_again() { damagedCount += 1 }
                return nil
            }
            let channels = Int(frame.pointee.ch_layout.nb_channels), hertz = Int(frame.pointee.sample_rate)
            guard MediaLimits.rates.contains(hertz), MediaLimits.channels.contains(channels) else {
                throw .undecodable(MediaLimits.unsupported(hertz: hertz, channels: channels))
            }
            guard frame.pointee.nb_samples > 0 else { continue }
            frameTime = countsSamples ? counted : LibAV.time(frame.pointee.best_effort_timestamp, timeBase)
            if let start = counted { counted = start + SampleCount(Int64(frame.pointee.nb_samples)).duration(at: SampleRate(hertz: hertz)) }
            return frame
        }
    }
}
