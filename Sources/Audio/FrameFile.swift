import Glibc
package import Speech

/// A file that devices write while they are offline: frames of audio, each preceded by its length in 4 bytes, little-endian.
package enum FrameFile {
    /// Maximum length of a frame, in bytes. A larger length means that the file has other contents or is damaged.
    private static let longest = 1 << 16

    /// The result of decoding such a file.
    package struct Decoded: Sendable, Equatable {
        /// Sample rate of the decoded audio.
        package var rate: SampleRate
        package var count: SampleCount
        /// True if the audio ended before the file did, because the bytes that follow are not a frame.
        package var isDamaged: Bool
    }

    /// Decodes the frames to a file of 16-bit PCM, one channel.
    ///
    /// - Parameters:
    ///   - format: encoding of the frames.
    ///   - output: path of the output file, which is created or overwritten.
    ///   - mayWrite: called with the number of bytes before they are written; false ends the decoding with an error. A frame of a few bytes can hold
    ///     0.1 s of audio.
    package static func decode(
        _ path: String, as format: AudioFormat, to output: String, mayWrite: (Int) -> Bool = { _ in true }
    ) throws(MediaError) -> Decoded {
        let opened = fopen(path, "rb"), code = errno
        guard let input = opened else { throw .opening("\(path) cannot be read", code) }
        defer { fclose(input) }
        guard let written = fopen(output, "wb") else { throw .unavailable("\(output) cannot be created") }
        defer { fclose(written) }
        let decoder = try StreamDecoder(format, channels: .mixed) {}
        var count = 0
        var isWhole = true
        var frame: [UInt8] = []
        var isDamaged = false
        while true {
            let length = next(input)
            guard let length else { break }
            guard length <= longest else {
                isDamaged = true
                break
            }
            frame = [UInt8](repeating: 0, count: length)
            // The last frame is incomplete, so it is ignored.
            guard fread(&frame, 1, length, input) == length else { break }
            decoder.push(frame.span.bytes) { pcm in
                count += pcm.byteCount
                isWhole = isWhole && mayWrite(pcm.byteCount)
                guard isWhole else { return }
                pcm.withUnsafeBytes { isWhole = fwrite($0.baseAddress, 1, $0.count, written) == $0.count }
            }
            guard isWhole else { break }
            if case .failed(let error)? = decoder.next() { throw error }
        }
        guard isWhole, fflush(written) == 0 else { throw .unavailable("\(output) cannot be written: the disk may be full") }
        guard count > 0 || !isDamaged else { throw .undecodable("the file does not have frames, each after its length") }
        return Decoded(rate: StreamDecoder.sessionRate(for: format), count: SampleCount(count / 2), isDamaged: isDamaged)
    }

    /// Returns the length of the next frame; nil at the end.
    private static func next(_ file: UnsafeMutablePointer<FILE>) -> Int? {
        var bytes: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        let count = withUnsafeMutableBytes(of: &bytes) { fread($0.baseAddress, 1, 4, file) }
        guard count == 4 else { return nil }
        return Int(bytes.0) | Int(bytes.1) << 8 | Int(bytes.2) << 16 | Int(bytes.3) << 24
    }
}
