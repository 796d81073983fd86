/// How samples are written as bytes.
public enum AudioEncoding: String, Hashable, Sendable, CaseIterable {
    /// Signed 16-bit, little-endian, interleaved. What sessions, journals and engines use inside.
    case linear16
    /// Signed 32-bit, little-endian, interleaved.
    case linear32
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

    /// Bytes of one sample of one channel, for encodings in which every sample has the same.
    public var bytesPerSample: Int? {
        switch self {
        case .linear16: 2
        case .linear32: 4
        case .mulaw, .alaw: 1
        case .flac, .amrNarrowband, .amrWideband, .opus, .oggOpus, .speex, .g729: nil
        }
    }
}
