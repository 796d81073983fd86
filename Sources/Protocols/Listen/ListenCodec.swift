import Speech

/// The encoding of a client's audio. One message of the socket is one frame; plain samples may come in messages of any size.
package enum ListenCodec: String, Sendable, CaseIterable {
    case opus
    /// Like `opus`; the packets nominally have 320 samples.
    case opusFrames320 = "opus_fs320"
    /// Opus in Ogg, in messages of any size.
    case oggOpus = "ogg_opus"
    /// Unsigned 8-bit samples; 128 is silence.
    case pcm8
    case pcm16
    case linear16
    case mulaw
    case mulaw8
    case mulaw16
    /// AAC with ADTS headers.
    case aac
    /// LC3 in frames of 10 ms and 30 bytes.
    case lc3 = "lc3_fs1030"

    private static let opusRates = [8_000, 12_000, 16_000, 24_000, 48_000]
    private static let lc3Rates = [8_000, 16_000, 24_000, 32_000, 48_000]
    private static let rates = 8_000...48_000

    init(named name: String) throws(ListenError) {
        if name == "lc3" { throw .audio("lc3 does not give the frame length. Send frames of 10 ms and 30 bytes as lc3_fs1030.") }
        guard let known = Self(rawValue: name) else {
            let shown = name.prefix(bytes: 20)
            throw .audio("The codec \"\(shown)\" is not known. Use opus, opus_fs320, ogg_opus, pcm8, pcm16, mulaw, aac or lc3_fs1030.")
        }
        self = known
    }

    /// - Parameters:
    ///   - hertz: the rate that the client gave; nil: 8,000, unless the codec's name implies a rate.
    ///   - channels: the number of channels, each of which has its own messages.
    func format(hertz: Int?, channels: Int) throws(ListenError) -> AudioFormat {
        let named: Int? =
            switch self {
            case .mulaw8: 8_000
            case .mulaw16: 16_000
            case .opus, .opusFrames320, .oggOpus, .pcm8, .pcm16, .linear16, .mulaw, .aac, .lc3: nil
            }
        let rate = named ?? hertz ?? 8_000
        if let named, let hertz, hertz != named { throw .audio("\(rawValue) is \(named) Hz; sample_rate says \(hertz).") }
        guard Self.rates.contains(rate) else { throw .audio("sample_rate is \(rate); 8000 to 48000 are accepted.") }
        switch self {
        case .opus, .opusFrames320:
            guard Self.opusRates.contains(rate) else { throw .audio("Opus has no \(rate) Hz. Use 8000, 12000, 16000, 24000 or 48000.") }
        case .lc3:
            guard Self.lc3Rates.contains(rate) else { throw .audio("LC3 has no \(rate) Hz. Use 8000, 16000, 24000, 32000 or 48000.") }
        case .oggOpus, .pcm8, .pcm16, .linear16, .mulaw, .mulaw8, .mulaw16, .aac: break
        }
        return .raw(encoding, SampleRate(hertz: rate), channels: channels)
    }

    private var encoding: AudioEncoding {
        switch self {
        case .opus, .opusFrames320: .opus
        case .oggOpus: .oggOpus
        case .pcm8: .unsigned8
        case .pcm16, .linear16: .linear16
        case .mulaw, .mulaw8, .mulaw16: .mulaw
        case .aac: .aac
        case .lc3: .lc3
        }
    }
}
