internal import Speech

/// What libav is told about bytes before it looks at them.
struct MediaHint {
    /// Taken without a look at the bytes, where they do not describe themselves.
    var demuxer: String?
    /// What may be found by looking at the bytes.
    var containers = LibAV.containers
    var options: [(name: String, value: String)] = []

    init(_ format: AudioFormat) throws(MediaError) {
        guard case .raw(let encoding, let rate, let channels) = format else { return }
        guard MediaLimits.rates.contains(rate.hertz), MediaLimits.channels.contains(channels) else {
            throw .undecodable(MediaLimits.refusal(hertz: rate.hertz, channels: channels))
        }
        switch encoding {
        case .linear16: demuxer = "s16le"
        case .linear32: demuxer = "s32le"
        case .mulaw: demuxer = "mulaw"
        case .alaw: demuxer = "alaw"
        case .g729: demuxer = "g729"
        case .flac: containers = "flac,ogg"
        case .amrNarrowband, .amrWideband: containers = "amr,amrnb,amrwb"
        case .opus, .oggOpus: containers = "ogg,matroska,webm"
        case .speex: containers = "ogg"
        }
        if encoding.bytesPerSample != nil { options = [("sample_rate", "\(rate.hertz)"), ("channels", "\(channels)")] }
    }
}

/// What a peer may claim of its audio.
enum MediaLimits {
    static let rates = 1_000...384_000
    static let channels = 1...32
    /// Streams in one file; more are ignored.
    static let streams: Int32 = 64

    static func refusal(hertz: Int, channels: Int) -> String {
        "audio of \(hertz) Hz in \(channels) channels is not taken; \(rates.lowerBound) to \(rates.upperBound) Hz in up to \(Self.channels.upperBound) channels is"
    }
}
