private import COpus
package import Speech

/// Decodes bare Opus packets of one stream to 16-bit little-endian PCM.
///
/// The encoder's look-ahead (6.5 ms, the default of libopus) is removed at the start, so that positions match the recorded audio. For a packet that
/// is damaged or empty, the decoder fills in estimated audio of the last packet's length, so that nothing shifts.
package struct OpusStream: ~Copyable {
    private let handle: OpaquePointer
    private let channels: Int
    /// Maximum number of samples of each channel in one packet: 120 ms.
    private let room: Int
    private var samples: [Int16]
    private var toSkip: Int
    private var lastCount: Int
    /// Number of damaged packets in a row, up to the latest. Estimated audio replaces each of them.
    package private(set) var damagedInRow = 0
    /// Total number of damaged packets.
    package private(set) var damaged = 0

    /// - Parameters:
    ///   - rate: sample rate of the output: 8, 12, 16, 24 or 48 kHz.
    ///   - channels: number of channels in the output, 1 or 2.
    package init(rate: SampleRate = .speech, channels: Int = 1) throws(MediaError) {
        var error: Int32 = 0
        guard (1...2).contains(channels), let handle = opus_decoder_create(Int32(rate.hertz), Int32(channels), &error), error == OPUS_OK else {
            throw .undecodable("Opus packets cannot be decoded to \(rate.hertz) Hz in \(channels) channels; use 8, 12, 16, 24 or 48 kHz in 1 or 2")
        }
        self.handle = handle
        self.channels = channels
        room = rate.hertz * 120 / 1000
        samples = Array(repeating: 0, count: room * channels)
        toSkip = rate.hertz * 65 / 10_000
        lastCount = rate.hertz / 50
    }

    deinit { opus_decoder_destroy(handle) }

    /// Decodes `packet` and appends its samples.
    package mutating func append(_ packet: RawSpan, to output: inout [UInt8]) {
        let decoder = handle, capacity = Int32(room), lastCount = Int32(lastCount)
        var count: Int32 = 0
        var isDamaged = packet.byteCount > 60_000
        packet.withUnsafeBytes { packet in
            samples.withUnsafeMutableBufferPointer { samples in
                guard let room = samples.baseAddress else { return }
                if !packet.isEmpty && !isDamaged {
                    count = opus_decode(decoder, packet.bindMemory(to: UInt8.self).baseAddress, Int32(packet.count), room, capacity, 0)
                    isDamaged = count < 0
                }
                if packet.isEmpty || isDamaged { count = opus_decode(decoder, nil, 0, room, lastCount, 0) }
            }
        }
        damagedInRow = isDamaged ? damagedInRow + 1 : 0
        if isDamaged { damaged += 1 }
        guard count > 0 else { return }
        self.lastCount = Int(count)
        let skipped = min(toSkip, Int(count))
        toSkip -= skipped
        PCM.append(samples.span.extracting((skipped * channels)..<(Int(count) * channels)), to: &output)
    }
}
