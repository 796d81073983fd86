import Speech

/// Makes the header that turns bare samples into a WAV file.
enum WAVDescription {
    /// Returns the header; nil for encodings whose samples have no fixed size, or that the format does not know.
    ///
    /// - Parameter byteCount: the size of the samples. A size above the format's maximum is written as the maximum: readers then read to the file's
    ///   end.
    static func header(_ encoding: AudioEncoding, _ rate: SampleRate, channels: Int, byteCount: Int) -> [UInt8]? {
        guard let width = encoding.bytesPerSample, let tag = tag(encoding) else { return nil }
        var header: [UInt8] = []
        func text(_ text: StaticString) { text.withUTF8Buffer { header += $0 } }
        func word(_ value: UInt16) { withUnsafeBytes(of: value.littleEndian) { header += $0 } }
        func long(_ value: Int) { withUnsafeBytes(of: UInt32(clamping: value).littleEndian) { header += $0 } }
        text("RIFF")
        long(byteCount + 36)
        text("WAVEfmt ")
        long(16)
        word(tag)
        word(UInt16(clamping: channels))
        long(rate.hertz)
        long(rate.hertz * channels * width)
        word(UInt16(clamping: channels * width))
        word(UInt16(width * 8))
        text("data")
        long(byteCount)
        return header
    }

    /// Returns the format's number for an encoding; nil for an encoding that WAV does not know. WAV has unsigned integers of one byte, signed
    /// integers of all other sizes, and nothing big-endian.
    private static func tag(_ encoding: AudioEncoding) -> UInt16? {
        switch encoding {
        case .alaw: return 6
        case .mulaw: return 7
        default:
            guard let layout = encoding.layout, !layout.isBigEndian else { return nil }
            if layout.kind == .float { return 3 }
            return (layout.kind == .unsigned) == (layout.byteCount == 1) ? 1 : nil
        }
    }
}
