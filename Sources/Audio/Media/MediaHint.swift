internal import Speech

/// What libav is told about bytes before it looks at them.
struct MediaHint {
    /// Taken without a look at the bytes, where they do not describe themselves.
    var demuxer: String?
    /// Taken for a live stream that begins with none of the marks that containers have.
    private var bare: String?
    /// What may be found by looking at the bytes.
    var containers = LibAV.containers
    var options: [(name: String, value: String)] = []

    init(_ format: AudioFormat) throws(MediaError) {
        guard case .raw(let encoding, let rate, let channels) = format else { return }
        guard MediaLimits.rates.contains(rate.hertz), MediaLimits.channels.contains(channels) else {
            throw .undecodable(MediaLimits.refusal(hertz: rate.hertz, channels: channels))
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
    /// What follows are the plain samples that a WAV header announced.
    mutating func take(_ header: WAVHeader) {
        demuxer = header.demuxer
        options = [("sample_rate", "\(header.hertz)"), ("channels", "\(header.channels)")]
    }

    /// Takes the container from the first twelve bytes where they leave no doubt: libav would wait for a few thousand, which is seconds of speech.
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

/// What a peer may claim of its audio.
enum MediaLimits {
    static let rates = 1_000...384_000
    static let channels = 1...32
    /// Streams in one file; more are ignored.
    static let streams: Int32 = 64

    static func refusal(hertz: Int, channels: Int) -> String {
        "audio of \(hertz) Hz in \(channels) channels is not taken; \(rates.lowerBound) to \(rates.upperBound) Hz "
            + "in up to \(Self.channels.upperBound) channels is"
    }
}

extension SampleLayout {
    /// libav's name for such samples without a container: `s16le`.
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
