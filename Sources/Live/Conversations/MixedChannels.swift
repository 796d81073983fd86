internal import Audio

/// The mix of all channels of a session, for the audio that is kept.
enum MixedChannels {
    /// Appends the sum of all channels, clipped to 16 bits.
    ///
    /// - Parameter audio: whole frames of 16-bit little-endian PCM, interleaved.
    static func append(_ audio: UnsafeRawBufferPointer, channels: Int, to samples: inout [Int16]) {
        guard channels > 1 else { return PCM.appendSamples(linear16: audio, to: &samples) }
        for frame in 0..<audio.count / (2 * channels) {
            var sum: Int32 = 0
            for channel in 0..<channels {
                sum += Int32(Int16(littleEndian: audio.loadUnaligned(fromByteOffset: 2 * (frame * channels + channel), as: Int16.self)))
            }
            samples.append(Int16(clamping: sum))
        }
    }
}
