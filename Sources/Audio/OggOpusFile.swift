private import COpusEnc
package import Speech

/// Writes speech to a file as Opus in Ogg: about 11 MB an hour for one channel.
///
/// Sample *n* of the input is sample *n* of the file, to the rate's resolution. One thread at a time may use it.
package struct OggOpusFile: ~Copyable {
    private let encoder: OpaquePointer
    private let channels: Int
    private let path: String
    /// Number of samples that were written, in each channel.
    package private(set) var count = SampleCount.zero
    private var isFinished = false

    private static let bitsPerSecond: Int32 = 24_000
    /// Complexity on a scale to ten: half the work of the best setting, with hardly any audible difference in speech.
    private static let complexity: Int32 = 5

    /// Creates the file.
    ///
    /// - Parameter channels: number of interleaved channels, 1 or 2.
    package init(path: String, rate: SampleRate, channels: Int = 1) throws(MediaError) {
        guard (1...2).contains(channels), (8_000...192_000).contains(rate.hertz), let comments = ope_comments_create() else {
            throw .unreadable("audio of \(rate.hertz) Hz in \(channels) channels cannot be kept")
        }
        defer { ope_comments_destroy(comments) }
        var error: Int32 = 0
        guard let encoder = ope_encoder_create_file(path, comments, Int32(rate.hertz), Int32(channels), 0, &error) else {
            throw .unavailable("\(path) cannot be created (libopusenc error \(error))")
        }
        _ = harken_ope_set_bitrate(encoder, Self.bitsPerSecond * Int32(channels))
        _ = harken_ope_set_complexity(encoder, Self.complexity)
        _ = harken_ope_set_speech(encoder)
        self.encoder = encoder
        self.channels = channels
        self.path = path
    }

    deinit { ope_encoder_destroy(encoder) }

    /// Encodes audio.
    ///
    /// - Parameter pcm: 16-bit samples, in whole frames.
    package mutating func append(_ pcm: [Int16]) throws(MediaError) {
        let frames = pcm.count / channels
        let status = pcm.withUnsafeBufferPointer { ope_encoder_write(encoder, $0.baseAddress, Int32(frames)) }
        guard status == 0 else { throw .unavailable("\(path) cannot be written (libopusenc error \(status))") }
        count += SampleCount(frames)
    }

    /// Writes the audio that the encoder still holds. Nothing may be appended afterwards.
    package mutating func finish() throws(MediaError) {
        guard !isFinished else { return }
        isFinished = true
        let status = ope_encoder_drain(encoder)
        guard status == 0 else { throw .unavailable("\(path) cannot be written (libopusenc error \(status))") }
    }
}
