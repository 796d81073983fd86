import Foundation

/// WAV files of 16-bit samples at 16 kHz.
enum WaveFile {
    static func silence(seconds: Int) -> Data { bytes([Int16](repeating: 0, count: seconds * 16_000)) }

    /// - Parameter samples: interleaved where there are several channels.
    static func bytes(_ samples: [Int16], channels: Int = 1) -> Data {
        let length = UInt32(2 * samples.count)
        func bytes(_ value: some FixedWidthInteger) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
        var wave = Data("RIFF".utf8) + bytes(length + 36) + Data("WAVEfmt ".utf8) + bytes(16 as UInt32)
        let width = UInt16(2 * channels)
        wave += bytes(1 as UInt16) + bytes(UInt16(channels)) + bytes(16_000 as UInt32)
        wave += bytes(UInt32(width) * 16_000) + bytes(width)
        wave += bytes(16 as UInt16) + Data("data".utf8) + bytes(length)
        wave += samples.withUnsafeBytes { Data($0) }
        return wave
    }
}
