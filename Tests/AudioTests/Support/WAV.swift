import HarkenTesting

/// WAV bytes, right or deliberately wrong.
struct WAV {
    enum Samples {
        case unsigned8([UInt8]), signed16([Int16]), signed24([Int32]), signed32([Int32]), float([Float]), double([Double])
    }

    var samples: Samples
    var hertz = 16_000
    var channels = 1
    /// What the header claims of the data; nil tells the truth.
    var claimedSize: UInt32?

    var bytes: [UInt8] {
        let data: [UInt8], bits: Int
        var tag: UInt16 = 1
        switch samples {
        case .unsigned8(let values): (data, bits) = (values, 8)
        case .signed16(let values): (data, bits) = (values.flatMap { little(UInt16(bitPattern: $0)) }, 16)
        case .signed24(let values): (data, bits) = (values.flatMap { little(UInt32(bitPattern: $0)).prefix(3) }, 24)
        case .signed32(let values): (data, bits) = (values.flatMap { little(UInt32(bitPattern: $0)) }, 32)
        case .float(let values): (data, bits, tag) = (values.flatMap { little($0.bitPattern) }, 32, 3)
        case .double(let values): (data, bits, tag) = (values.flatMap { little($0.bitPattern) }, 64, 3)
        }
        return header(tag: tag, bits: bits, size: claimedSize ?? UInt32(data.count)) + data
    }

    func header(tag: UInt16, bits: Int, size: UInt32) -> [UInt8] {
        let frame = channels * bits / 8
        return Array("RIFF".utf8) + little(size &+ 36) + Array("WAVEfmt ".utf8) + little(UInt32(16)) + little(tag) + little(UInt16(channels))
            + little(UInt32(truncatingIfNeeded: hertz)) + little(UInt32(truncatingIfNeeded: hertz * frame))
            + little(UInt16(truncatingIfNeeded: frame))
            + little(UInt16(bits)) + Array("data".utf8) + little(size)
    }

    private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

/// A file that goes away with its owner.
final class TemporaryFile: Sendable {
    let path: String
    private let folder = TemporaryFolder()

    init(_ bytes: [UInt8] = [], named name: String = "audio.wav") throws {
        path = try folder.write(bytes, as: name)
    }
}
