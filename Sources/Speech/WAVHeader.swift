/// Header of a WAV file of plain samples, up to the samples: read and written.
package struct WAVHeader: Equatable, Sendable {
    /// Outcome of reading the first bytes of a file or a stream.
    package enum Reading: Equatable, Sendable {
        case found(WAVHeader)
        /// The header is incomplete: this number of bytes from the start is needed.
        case needs(Int)
        /// The bytes are not a WAV file of plain samples.
        case other
    }

    package var encoding: AudioEncoding
    package var hertz: Int
    package var channels: Int
    /// Length of the header in bytes, up to the first sample.
    package var byteCount: Int
    /// Number of bytes of samples; nil when the header was written before the number was known.
    package var dataByteCount: Int?

    package init(encoding: AudioEncoding, hertz: Int, channels: Int, byteCount: Int, dataByteCount: Int? = nil) {
        self.encoding = encoding
        self.hertz = hertz
        self.channels = channels
        self.byteCount = byteCount
        self.dataByteCount = dataByteCount
    }

    /// The format's numbers of encodings. WAV has unsigned integers of one byte, signed integers of all other sizes, and nothing big-endian.
    private static let tags: [AudioEncoding: Int] = [
        .unsigned8: 1, .linear16: 1, .signed24: 1, .linear32: 1, .float32: 3, .float64: 3, .alaw: 6, .mulaw: 7,
    ]

    // MARK: Reading

    /// Reads the first bytes of a file or a stream.
    ///
    /// - Parameters:
    ///   - rates: samples in a second that are taken.
    ///   - channels: numbers of channels that are taken.
    package static func read(_ bytes: [UInt8], rates: ClosedRange<Int>, channels: ClosedRange<Int>) -> Reading {
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
                let count = number(2, at: body + 2), hertz = number(4, at: body + 4)
                let frame = number(2, at: body + 12), bits = number(2, at: body + 14)
                let encoding = tags.first { $0.value == tag && $0.key.bytesPerSample.map { 8 * $0 } == bits }?.key
                guard let encoding, rates.contains(hertz), channels.contains(count), frame == count * bits / 8 else { return .other }
                header = WAVHeader(encoding: encoding, hertz: hertz, channels: count, byteCount: 0)
            }
            offset = body + size + size % 2
        }
        return .other
    }

    // MARK: Writing

    /// Bytes of the header that makes a WAV file of bare samples; nil for encodings that the format does not know.
    ///
    /// - Parameter dataByteCount: the size of the samples. A size above the format's maximum is written as the maximum: readers then read to the
    ///   file's end.
    package static func bytes(_ encoding: AudioEncoding, _ rate: SampleRate, channels: Int, dataByteCount: Int) -> [UInt8]? {
        guard let width = encoding.bytesPerSample, let tag = tags[encoding] else { return nil }
        var header: [UInt8] = []
        func text(_ text: StaticString) { text.withUTF8Buffer { header += $0 } }
        func word(_ value: Int) { withUnsafeBytes(of: UInt16(clamping: value).littleEndian) { header += $0 } }
        func long(_ value: Int) { withUnsafeBytes(of: UInt32(clamping: value).littleEndian) { header += $0 } }
        text("RIFF")
        long(dataByteCount + 36)
        text("WAVEfmt ")
        long(16)
        word(tag)
        word(channels)
        long(rate.hertz)
        long(rate.hertz * channels * width)
        word(channels * width)
        word(width * 8)
        text("data")
        long(dataByteCount)
        return header
    }
}
