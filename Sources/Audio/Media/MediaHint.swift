internal import Speech

/// Knowledge about the bytes that libav gets before it probes them.
struct MediaHint {
    /// Format to use without probing, for bytes that do not describe themselves.
    var demuxer: String?
    /// Format to use for a live stream that begins without any container's mark.
    private var bare: String?
    /// Formats that probing may find.
    var containers = LibAV.containers
    var options: [(name: String, value: String)] = []

    init(_ format: AudioFormat) throws(MediaError) {
        guard case .raw(let encoding, let rate, let channels) = format else { return }
        guard MediaLimits.rates.contains(rate.hertz), MediaLimits.channels.contains(channels) else {
            throw .undecodable(MediaLimits.unsupported(hertz: rate.hertz, channels: channels))
        }
        switch encoding {
        case .mulaw: demuxer = "mulaw"
        case .alaw: demuxer = "alaw"
        case .g729: demuxer = "g729"
        case .flac: containers = "flac,ogg"
        case .amrNarrowband, .amrWideband:
            containers = "amr,amrnb,amrwb"
            bare = encoding == .amrNarrowband ? "amrnb" : "amrwb"
        case .opus, .oggOpus: containers = "ogg,matroska,webm"
        case .speex: containers = "ogg"
        case .aac: demuxer = "aac"
        default: demuxer = encoding.layout?.demuxer
        }
        if encoding.bytesPerSample != nil { options = [("sample_rate", "\(rate.hertz)"), ("channels", "\(channels)")] }
    }
}

extension MediaHint {
    /// Describes the plain samples that a WAV header announced.
    init(_ header: WAVHeader) throws(MediaError) {
        try self.init(.raw(header.encoding, SampleRate(hertz: header.hertz), channels: header.channels))
    }

    /// Detects the container from the first twelve bytes when they are unambiguous. libav would wait for a few thousand bytes, which are seconds of
    /// speech.
    mutating func recognize(_ start: [UInt8]) {
        guard demuxer == nil, start.count >= 12 else { return }
        func has(_ text: String, at offset: Int = 0) -> Bool { start[offset...].starts(with: text.utf8) }
        if has("OggS") {
            demuxer = "ogg"
        } else if has("fLaC") {
            demuxer = "flac"
        } else if has("#!AMR") {
            demuxer = "amr"
        } else if has("RIFF") && has("WAVE", at: 8) {
            demuxer = "wav"
        } else if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            demuxer = "matroska"
        } else if has("ftyp", at: 4) {
            demuxer = "mov"
        } else if start[0] == 0xFF && start[1] & 0xF6 == 0xF0 {
            demuxer = "aac"
        } else if start[0] == 0xFF && start[1] & 0xE0 == 0xE0 {
            demuxer = "mp3"
        } else {
            demuxer = bare
        }
    }
}

/// Limits for the values that a peer may claim for its audio.
enum MediaLimits {
    static let rates = 1_000...384_000
    static let channels = 1...32
    /// Maximum number of streams in one file; further streams are ignored.
    static let streams: Int32 = 64

    static func unsupported(hertz: Int, channels: Int) -> String {
        "audio of \(hertz) Hz in \(channels) channels is not taken; \(rates.lowerBound) to \(rates.upperBound) Hz "
            + "in up to \(Self.channels.upperBound) channels is"
    }
}

extension SampleLayout {
    /// libav's name for plain samples of this kind without a container, such as `s16le`.
    fileprivate var demuxer: String {
        let letter =
            switch kind {
            case .signed: "s"
            case .unsigned: "u"
            case .float: "f"
            }
        return letter + "\(8 * byteCount)" + (byteCount == 1 ? "" : isBigEndian ? "be" : "le")
    }
}
