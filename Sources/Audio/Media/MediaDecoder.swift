internal import CAVFormat

/// A decoder by libav: takes bytes, and returns decoded frames of the best audio stream, with the stream's own rate and channels.
///
/// Damaged packets are skipped and counted. Only containers and decoders on the lists of `LibAV` run; no other file is ever opened.
final class MediaDecoder {
    private let input: MediaInput
    private var format: UnsafeMutablePointer<AVFormatContext>?
    private var codec: UnsafeMutablePointer<AVCodecContext>?
    private var packet = av_packet_alloc()
    private var frame = av_frame_alloc()
    private var stream: Int32 = -1
    private var isDraining = false
    private(set) var skippedPackets = 0

    /// - Parameter isLive: true: frames come as early as possible; false: the decoder may read ahead to learn more about the stream.
    init(_ input: MediaInput, hint: MediaHint, isLive: Bool) throws(MediaError) {
        self.input = input
        _ = LibAV.isPrepared
        guard packet != nil, frame != nil else { throw Self.outOfMemory }
        try openContainer(hint, isLive: isLive)
        try openDecoder()
    }

    deinit {
        av_frame_free(&frame)
        av_packet_free(&packet)
        avcodec_free_context(&codec)
        avformat_close_input(&format)
    }

    /// Returns the next frame; nil at the end. The frame is valid until the next call.
    func next() throws(MediaError) -> UnsafeMutablePointer<AVFrame>? {
        guard let codec, let packet, let frame else { throw Self.outOfMemory }
        while true {
            let code = avcodec_receive_frame(codec, frame)
            if code == 0 {
                let channels = Int(frame.pointee.ch_layout.nb_channels), hertz = Int(frame.pointee.sample_rate)
                guard MediaLimits.rates.contains(hertz), MediaLimits.channels.contains(channels) else {
                    throw .undecodable(MediaLimits.unsupported(hertz: hertz, channels: channels))
                }
                guard frame.pointee.nb_samples > 0 else { continue }
                return frame
            }
            if code == harken_av_end() { return nil }
            if code != harken_av_again() { skippedPackets += 1 }
            if isDraining { return nil }
            guard !Task.isCancelled else { throw .cancelled }
            try feed(codec, packet)
        }
    }

    /// Gives the decoder its next packet, or tells it that there are no more.
    private func feed(_ codec: UnsafeMutablePointer<AVCodecContext>, _ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
        let code = av_read_frame(format, packet)
        guard code >= 0 else {
            if code == harken_av_error(ENOMEM) { throw Self.outOfMemory }
            // The container has ended: at its end, at a cut, or at damage that cannot be passed. The audio up to here is kept.
            if code != harken_av_end() { skippedPackets += 1 }
            isDraining = true
            avcodec_send_packet(codec, nil)
            return
        }
        defer { av_packet_unref(packet) }
        guard packet.pointee.stream_index == stream else { return }
        if avcodec_send_packet(codec, packet) < 0 { skippedPackets += 1 }
    }

    var isMP4: Bool { format?.pointee.iformat?.pointee.name.map { String(cString: $0).hasPrefix("mov,") } ?? false }

    private static var outOfMemory: MediaError { .unreadable("out of memory") }
}

// MARK: Opening

extension MediaDecoder {
    private func openContainer(_ hint: MediaHint, isLive: Bool) throws(MediaError) {
        guard input.size != 0 else { throw .undecodable("the file is empty") }
        guard let context = avformat_alloc_context() else { throw Self.outOfMemory }
        format = context
        context.pointee.pb = input.context
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        context.pointee.max_streams = MediaLimits.streams
        // A container that refers to another file gets an error.
        context.pointee.io_open = { _, _, _, _, _ in harken_av_error(EPERM) }

        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "protocol_whitelist", "none", 0)
        av_dict_set(&options, "codec_whitelist", LibAV.decoders, 0)
        for (name, value) in hint.options { av_dict_set(&options, name, value, 0) }
        if isLive {
            // Limit of the bytes that libav reads before it decides about the format: a second or two of speech, in place of its default of five
            // megabytes.
            av_dict_set(&options, "probesize", "32768", 0)
            av_dict_set(&options, "formatprobesize", "32768", 0)
        }
        var demuxer: UnsafePointer<AVInputFormat>?
        if let name = hint.demuxer {
            demuxer = av_find_input_format(name)
            guard demuxer != nil else { throw .undecodable("this machine's libav does not read \(name)") }
        } else {
            av_dict_set(&options, "format_whitelist", hint.containers, 0)
        }
        // On failure the function frees the context and sets nil.
        let code = avformat_open_input(&format, nil, demuxer, &options)
        guard code >= 0, let opened = format else { throw Self.failure(code) }
        guard !isLive || needsReadingAhead(opened) else { return }
        let found = avformat_find_stream_info(opened, nil)
        guard found >= 0 else { throw Self.failure(found) }
    }

    /// True if the streams are known only after the first packets, as in some containers.
    private func needsReadingAhead(_ format: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        guard format.pointee.ctx_flags & AVFMTCTX_NOHEADER == 0 else { return true }
        return !(0..<Int(format.pointee.nb_streams)).contains {
            isAudio(format.pointee.streams[$0])
        }
    }

    private func isAudio(_ stream: UnsafeMutablePointer<AVStream>?) -> Bool {
        guard let parameters = stream?.pointee.codecpar else { return false }
        return parameters.pointee.codec_type == AVMEDIA_TYPE_AUDIO && parameters.pointee.codec_id != AV_CODEC_ID_NONE
    }

    private func openDecoder() throws(MediaError) {
        guard let format else { throw Self.outOfMemory }
        var decoder: UnsafePointer<AVCodec>?
        stream = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0)
        if stream < 0, let first = (0..<Int(format.pointee.nb_streams)).first(where: { isAudio(format.pointee.streams[$0]) }) {
            // Bare MP3 and AAC have their rate in their frames, which are not probed in a live stream.
            stream = Int32(first)
            decoder = format.pointee.streams[first].flatMap { avcodec_find_decoder($0.pointee.codecpar.pointee.codec_id) }
        }
        guard stream >= 0, let parameters = format.pointee.streams[Int(stream)]?.pointee.codecpar else {
            throw .undecodable(format.pointee.nb_streams == 0 ? "the file holds no audio" : "the file has no audio track that can be decoded")
        }
        for index in 0..<Int(format.pointee.nb_streams) where index != Int(stream) {
            format.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
        let name = avcodec_get_name(parameters.pointee.codec_id).map { String(cString: $0) } ?? "unknown"
        guard let decoder, let context = avcodec_alloc_context3(decoder) else { throw .undecodable("audio encoded as \(name) cannot be decoded") }
        codec = context
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "codec_whitelist", LibAV.decoders, 0)
        guard avcodec_parameters_to_context(context, parameters) >= 0 else { throw Self.outOfMemory }
        if let base = format.pointee.streams[Int(stream)]?.pointee.time_base { context.pointee.pkt_timebase = base }
        context.pointee.thread_count = 1
        let code = avcodec_open2(context, decoder, &options)
        guard code >= 0 else { throw .undecodable("audio encoded as \(name) cannot be decoded: \(LibAV.text(of: code))") }
    }

    private static func failure(_ code: Int32) -> MediaError {
        switch code {
        case harken_av_error(ENOMEM): outOfMemory
        case harken_av_invalid(), harken_av_end(): .undecodable("the bytes are not audio or video of a known kind")
        case harken_av_error(EIO), harken_av_error(EISDIR): .unreadable("the file cannot be read: \(LibAV.text(of: code))")
        default: .undecodable("the bytes are not audio or video of a known kind: \(LibAV.text(of: code))")
        }
    }

    /// True if libav computed `seconds` from a bit rate, as for MP3 without an index.
    var isDurationGuessed: Bool { format?.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE }

    /// Duration by the container, or by the file size; nil when neither gives it.
    var seconds: Double? {
        guard let format, stream >= 0, let track = format.pointee.streams[Int(stream)] else { return nil }
        let base = track.pointee.time_base
        var seconds: Double?
        if track.pointee.duration != harken_av_no_time(), track.pointee.duration > 0, base.den > 0 {
            seconds = Double(track.pointee.duration) * Double(base.num) / Double(base.den)
        } else if format.pointee.duration != harken_av_no_time(), format.pointee.duration > 0 {
            seconds = Double(format.pointee.duration) / Double(AV_TIME_BASE)
        }
        // A truncated file still has its original header. Uncompressed audio cannot be longer than the file.
        guard let size = input.size, let parameters = track.pointee.codecpar, av_get_exact_bits_per_sample(parameters.pointee.codec_id) > 0 else {
            return seconds
        }
        let bits = Int64(av_get_exact_bits_per_sample(parameters.pointee.codec_id))
        let perSecond = bits * Int64(parameters.pointee.sample_rate) * Int64(parameters.pointee.ch_layout.nb_channels)
        guard perSecond > 0 else { return seconds }
        let most = Double(size) * 8 / Double(perSecond)
        return min(seconds ?? most, most)
    }
}
