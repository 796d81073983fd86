package import Speech

extension WAVHeader {
    /// Reads the header from the first bytes of a file or a stream, within the limits of media. About 60,000 bytes are enough.
    ///
    /// libav reads WAV well, but it first waits for 64 KB (two seconds of speech) to detect other formats inside the samples.
    package static func read(_ bytes: [UInt8]) -> Reading { read(bytes, rates: MediaLimits.rates, channels: MediaLimits.channels) }
}
