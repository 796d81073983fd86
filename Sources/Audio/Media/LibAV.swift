internal import CAVFormat
internal import Speech

/// Settings of libav for the whole process, and the texts of its errors.
enum LibAV {
    /// Prepares libav once: it writes nothing to standard error, and no single allocation exceeds the needs of media (a damaged header may claim
    /// gigabytes).
    static let isPrepared: Bool = {
        av_log_set_level(AV_LOG_QUIET)
        av_max_alloc(256 << 20)
        return true
    }()

    static func text(of code: Int32) -> String {
        let buffer = [CChar](unsafeUninitializedCapacity: 128) { buffer, count in
            count = 0
            guard let base = buffer.baseAddress else { return }
            base.initialize(repeating: 0, count: 128)
            av_strerror(code, base, 128)
            count = 128
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Converts a time stamp; nil for a stamp that is missing or does not fit.
    static func time(_ stamp: Int64, _ base: AVRational) -> Duration? {
        guard stamp != harken_av_no_time(), base.num > 0, base.den > 0 else { return nil }
        let nanoseconds = av_rescale_q(stamp, base, AVRational(num: 1, den: 1_000_000_000))
        return nanoseconds == .min || nanoseconds == .max ? nil : .nanoseconds(nanoseconds)
    }

    /// Returns a packet's time: that of its sound, or where it has none, that of its decoding; nil when it has neither.
    static func time(of packet: UnsafeMutablePointer<AVPacket>, _ base: AVRational) -> Duration? {
        time(packet.pointee.pts == harken_av_no_time() ? packet.pointee.dts : packet.pointee.pts, base)
    }

    /// Returns the length of what the decoder leaves out at a packet's start, by the container.
    static func skipped(_ packet: UnsafeMutablePointer<AVPacket>, hertz: Int) -> Duration {
        var size = 0
        guard hertz > 0, let data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &size), size >= 4 else { return .zero }
        let samples = (0..<4).reduce(Int64(0)) { $0 | Int64(data[$1]) << (8 * Int64($1)) }
        return SampleCount(samples).duration(at: SampleRate(hertz: hertz))
    }

    /// Converts an entry of a dictionary of metadata, without characters that would control a terminal; empty when there is none.
    static func text(_ name: String, in metadata: OpaquePointer?) -> String {
        guard let value = av_dict_get(metadata, name, nil, 0)?.pointee.value else { return "" }
        return RecordingNotice.plain(String(cString: value))
    }

    /// True if the codec's decoder may run.
    static func canDecode(_ codec: AVCodecID) -> Bool {
        guard let name = avcodec_find_decoder(codec)?.pointee.name else { return false }
        return decoderNames.contains(String(cString: name))
    }

    static let decoderNames = Set(decoders.split(separator: ",").map(String.init))

    /// Containers and bare streams that carry audio. Deliberately left out: formats that name other files (playlists, concat, image sequences),
    /// devices, subtitles, and formats that nobody records.
    static let containers =
        "wav,w64,mp3,aac,loas,latm,ogg,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,flv,asf,mpegts,mpeg,aiff,au,caf,amr,amrnb,amrwb,ac3,eac3,dts,"
        + "ape,wv,tta,mpc,mpc8,voc,gsm,sox,rm"

    /// Decoders that may run. Video decoders never run, not even to probe a stream.
    static let decoders: String = {
        var names =
            "aac,aac_fixed,aac_latm,mp3,mp3float,mp2,mp2float,mp1,mp1float,flac,opus,libopus,vorbis,libvorbis,speex,libspeex,amrnb,amrwb,"
            + "libopencore_amrnb,libopencore_amrwb,alac,ac3,eac3,dca,wmav1,wmav2,wmapro,wmavoice,wmalossless,ape,wavpack,tta,mpc7,mpc8,"
            + "gsm,gsm_ms,libgsm,libgsm_ms,g722,g723_1,g726,g726le,g729,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,adpcm_g722,adpcm_g726,adpcm_g726le,"
            + "adpcm_yamaha,adpcm_swf,cook,ra_144,ra_288,nellymoser,qcelp,evrc,ilbc,truespeech"
        var position: UnsafeMutableRawPointer?
        while let codec = av_codec_iterate(&position) {
            guard av_codec_is_decoder(codec) != 0, let name = codec.pointee.name.map({ String(cString: $0) }), name.hasPrefix("pcm_") else {
                continue
            }
            names += "," + name
        }
        return names
    }()
}
