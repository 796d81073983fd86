/// The header of a WAV file, up to its samples.
///
/// libav reads WAV well, but it first waits for 64 KB (two seconds of speech) to detect other formats inside the samples.
struct WAVHeader: Equatable {
    enum Reading: Equatable {
        case found(WAVHeader)
        /// The header is incomplete: this number of bytes from the start is needed.
        case needs(Int)
        /// The bytes are not a WAV file of plain samples.
        case other
    }

    /// libav's name for the encoding of the samples.
    var demuxer: String
    var hertz: Int
    var channels: Int
    /// Length of the header in bytes, up to the first sample.
    var byteCount: Int
    /// Number of bytes of samples; nil when the header was written before the number was known.
    var dataByteCount: Int?

    /// Reads the header from the first bytes of a stream.
    static func read(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= 12 else { return .needs(12) }
        guard bytes.starts(with: "RIFF".utf8), bytes[8...].starts(with: "WAVE".utf8) else { return .other }
        func number(_ width: Int, at offset: Int) -> Int { (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        var offset = 12
        var header: WAVHeader?
        // libav reads a file with longer chunks before the samples.
        while offset < 60_000 {
            guard bytes.count >= offset + 8 else { return .needs(offset + 8) }
            let size = number(4, at: offset + 4), body = offset + 8
            if bytes[offset...].starts(with: "data".utf8) {
                guard var header else { return .other }
                header.byteCount = body
                header.dataByteCount = size == 0 || size == 0xFFFF_FFFF ? nil : size
                return .found(header)
            }
            if bytes[offset...].starts(with: "fmt ".utf8) {
                guard (16...64).contains(size) else { return .other }
                guard bytes.count >= body + size else { return .needs(body + size) }
                // In an extensible header, the encoding is at the start of an identifier further back.
                let tag = number(2, at: body) == 0xFFFE && size >= 40 ? number(2, at: body + 24) : number(2, at: body)
                let channels = number(2, at: body + 2), hertz = number(4, at: body + 4)
                let frame = number(2, at: body + 12), bits = number(2, at: body + 14)
                guard let demuxer = names[Samples(tag: tag, bits: bits)], MediaLimits.rates.contains(hertz), MediaLimits.channels.contains(channels),
                    frame == channels * bits / 8
                else { return .other }
                header = WAVHeader(demuxer: demuxer, hertz: hertz, channels: channels, byteCount: 0)
            }
            offset = body + size + size % 2
        }
        return .other
    }

    private struct Samples: Hashable {
        var tag: Int
        var bits: Int
    }

    private static let names: [Samples: String] = [
        Samples(tag: 1, bits: 8): "u8", Samples(tag: 1, bits: 16): "s16le", Samples(tag: 1, bits: 24): "s24le", Samples(tag: 1, bits: 32): "s32le",
        Samples(tag: 3, bits: 32): "f32le", Samples(tag: 3, bits: 64): "f64le", Samples(tag: 6, bits: 8): "alaw", Samples(tag: 7, bits: 8): "mulaw",
    ]
}
