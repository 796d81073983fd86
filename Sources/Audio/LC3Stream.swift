private import CLC3
package import Speech

/// Decodes bare LC3 frames of 10 ms and 30 bytes of one channel to 16-bit little-endian PCM.
///
/// The delay of encoder and decoder is removed at the start, so that positions match the recorded audio. For a message that does not consist of whole
/// frames, the decoder fills in 10 ms of estimated audio.
package struct LC3Stream: ~Copyable {
    package static let frameBytes = 30
    private static let frameMicroseconds: Int32 = 10_000

    private let memory: UnsafeMutableRawPointer
    private let handle: lc3_decoder_t
    private var samples: [Int16]
    private var toSkip: Int
    /// Number of damaged messages in a row, up to the latest. Estimated audio replaces each of them.
    package private(set) var damagedInRow = 0
    /// Total number of damaged messages.
    package private(set) var damaged = 0

    /// - Parameter rate: sample rate of the stream and of the output: 8, 16, 24, 32 or 48 kHz.
    package init(rate: SampleRate) throws(MediaError) {
        (memory, handle) = try Self.decoder(rate)
        samples = Array(repeating: 0, count: Int(lc3_frame_samples(Self.frameMicroseconds, Int32(rate.hertz))))
        toSkip = Int(lc3_delay_samples(Self.frameMicroseconds, Int32(rate.hertz)))
    }

    private static func decoder(_ rate: SampleRate) throws(MediaError) -> (UnsafeMutableRawPointer, lc3_decoder_t) {
        let hertz = Int32(rate.hertz)
        let size = Int(lc3_decoder_size(frameMicroseconds, hertz))
        guard size > 0 else { throw unsupported(rate) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        guard let handle = lc3_setup_decoder(frameMicroseconds, hertz, 0, memory) else {
            memory.deallocate()
            throw unsupported(rate)
        }
        return (memory, handle)
    }

    private static func unsupported(_ rate: SampleRate) -> MediaError {
        .undecodable("LC3 cannot be decoded to \(rate.hertz) Hz; use 8, 16, 24, 32 or 48 kHz")
    }

    deinit { memory.deallocate() }

    /// Decodes the frames of one message and appends their samples.
    package mutating func append(_ message: RawSpan, to output: inout [UInt8]) {
        let isWhole = !message.isEmpty && message.byteCount.isMultiple(of: Self.frameBytes)
        var isDamaged = !isWhole
        if isWhole {
            for start in stride(from: 0, to: message.byteCount, by: Self.frameBytes) {
                let isGood = message.extracting(start..<start + Self.frameBytes).withUnsafeBytes { decode($0, to: &output) }
                if !isGood { isDamaged = true }
            }
        } else {
            _ = decode(nil, to: &output)
        }
        damagedInRow = isDamaged ? damagedInRow + 1 : 0
        if isDamaged { damaged += 1 }
    }

    /// Decodes one frame. Returns false when the frame is damaged.
    ///
    /// - Parameter frame: the frame's bytes; nil: the decoder estimates the audio.
    private mutating func decode(_ frame: UnsafeRawBufferPointer?, to output: inout [UInt8]) -> Bool {
        let handle = handle
        let result = samples.withUnsafeMutableBufferPointer { samples in
            lc3_decode(handle, frame?.baseAddress, Int32(frame?.count ?? 0), LC3_PCM_FORMAT_S16, samples.baseAddress, 1)
        }
        let skipped = min(toSkip, samples.count)
        toSkip -= skipped
        for sample in samples[skipped...] { PCM.append(sample, to: &output) }
        return result == 0
    }
}
