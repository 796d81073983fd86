/// The form of samples as bytes.
public enum AudioEncoding: String, Hashable, Sendable, CaseIterable {
    /// Signed 16-bit, little-endian, interleaved. Sessions, journals and engines use this encoding internally.
    case linear16
    /// Signed 32-bit, little-endian, interleaved.
    case linear32
    // The other encodings of plain samples: signed, unsigned or floating point; little-endian unless the name says otherwise.
    case signed8 = "pcm_s8"
    case unsigned8 = "pcm_u8"
    case signed16BigEndian = "pcm_s16be"
    case unsigned16 = "pcm_u16le"
    case unsigned16BigEndian = "pcm_u16be"
    case signed24 = "pcm_s24le"
    case signed24BigEndian = "pcm_s24be"
    case unsigned24 = "pcm_u24le"
    case unsigned24BigEndian = "pcm_u24be"
    case signed32BigEndian = "pcm_s32be"
    case unsigned32 = "pcm_u32le"
    case unsigned32BigEndian = "pcm_u32be"
    case float32 = "pcm_f32le"
    case float32BigEndian = "pcm_f32be"
    case float64 = "pcm_f64le"
    case float64BigEndian = "pcm_f64be"
    case mulaw
    case alaw
    case flac
    case amrNarrowband = "amr-nb"
    case amrWideband = "amr-wb"
    /// Bare Opus packets, one in each message.
    case opus
    case oggOpus = "ogg-opus"
    case speex
    case g729
    /// AAC frames with ADTS headers.
    case aac
    /// Bare LC3 frames of 10 ms and 30 bytes, one or more in each message.
    case lc3

    /// Bytes of one sample of one channel; nil for encodings without a fixed size per sample.
    public var bytesPerSample: Int? {
        switch self {
        case .mulaw, .alaw: 1
        case .flac, .amrNarrowband, .amrWideband, .opus, .oggOpus, .speex, .g729, .aac, .lc3: nil
        default: layout?.byteCount
        }
    }
}

/// The memory layout of plain samples.
public struct SampleLayout: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case signed, unsigned, float }

    public var kind: Kind
    /// Size of one sample in bytes.
    public var byteCount: Int
    public var isBigEndian: Bool

    public init(_ kind: Kind, _ byteCount: Int, isBigEndian: Bool = false) {
        self.kind = kind
        self.byteCount = byteCount
        self.isBigEndian = isBigEndian
    }
}

extension AudioEncoding {
    /// The layout of the samples; nil for an encoding that is not plain samples.
    public var layout: SampleLayout? {
        switch self {
        case .linear16: SampleLayout(.signed, 2)
        case .linear32: SampleLayout(.signed, 4)
        case .signed8: SampleLayout(.signed, 1)
        case .unsigned8: SampleLayout(.unsigned, 1)
        case .signed16BigEndian: SampleLayout(.signed, 2, isBigEndian: true)
        case .unsigned16: SampleLayout(.unsigned, 2)
        case .unsigned16BigEndian: SampleLayout(.unsigned, 2, isBigEndian: true)
        case .signed24: SampleLayout(.signed, 3)
        case .signed24BigEndian: SampleLayout(.signed, 3, isBigEndian: true)
        case .unsigned24: SampleLayout(.unsigned, 3)
        case .unsigned24BigEndian: SampleLayout(.unsigned, 3, isBigEndian: true)
        case .signed32BigEndian: SampleLayout(.signed, 4, isBigEndian: true)
        case .unsigned32: SampleLayout(.unsigned, 4)
        case .unsigned32BigEndian: SampleLayout(.unsigned, 4, isBigEndian: true)
        case .float32: SampleLayout(.float, 4)
        case .float32BigEndian: SampleLayout(.float, 4, isBigEndian: true)
        case .float64: SampleLayout(.float, 8)
        case .float64BigEndian: SampleLayout(.float, 8, isBigEndian: true)
        case .mulaw, .alaw, .flac, .amrNarrowband, .amrWideband, .opus, .oggOpus, .speex, .g729, .aac, .lc3: nil
        }
    }
}
