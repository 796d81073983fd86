/// Files with sound.
package enum RecordingFile {
    /// A 16-bit WAV file of 16 kHz whose samples all have one value; other lengths are other files.
    package static func tone(seconds: Int) -> [UInt8] { wave([UInt8](repeating: 3, count: seconds * 32_000), channels: 1) }

    /// A 16-bit WAV file of 16 kHz with two channels, each of which has a tone of its own.
    package static func call(seconds: Int) -> [UInt8] {
        // Square waves of 40 and of 26 samples have no frequency in common.
        let samples = (0..<seconds * 16_000).flatMap { index in [20, 13].map { half in Int16(index / half % 2 == 0 ? 9_000 : -9_000) } }
        return wave(samples.flatMap(little), channels: 2)
    }

    private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    private static func wave(_ samples: [UInt8], channels: Int) -> [UInt8] {
        var bytes = Array("RIFF".utf8) + little(UInt32(samples.count + 36)) + Array("WAVEfmt ".utf8) + little(UInt32(16)) + little(UInt16(1))
        bytes += little(UInt16(channels)) + little(UInt32(16_000)) + little(UInt32(32_000 * channels)) + little(UInt16(2 * channels))
        return bytes + little(UInt16(16)) + Array("data".utf8) + little(UInt32(samples.count)) + samples
    }
}
