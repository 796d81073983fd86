import Audio
import Foundation
import Speech
import Testing

/// The root of the mean square.
func rootMeanSquare(_ samples: [Float]) -> Float {
    var sum = 0.0
    for sample in samples { sum += Double(sample) * Double(sample) }
    return Float((sum / Double(max(samples.count, 1))).squareRoot())
}

/// All of a file's samples, by channel.
func allSamples(of file: MediaFile, by count: Int = 16_000) throws -> [[Float]] {
    var channels = Array(repeating: [Float](), count: file.channelCount)
    var expected = SampleIndex.zero
    while let block = try file.next(SampleCount(count)) {
        #expect(block.start == expected)
        expected += block.count
        for channel in channels.indices { channels[channel] += block.channels[channel] }
    }
    return channels
}

/// A tone of half the full scale.
func tone(_ frequency: Double, seconds: Double, hertz: Int) -> [Float] {
    (0..<Int(seconds * Double(hertz))).map { Float(0.5 * sin(2 * .pi * frequency * Double($0) / Double(hertz))) }
}

/// Sixteen-bit little-endian bytes as numbers.
func numbers(_ bytes: [UInt8]) -> [Int16] {
    stride(from: 0, to: bytes.count - 1, by: 2).map { Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8) }
}

func bytes(_ numbers: [Int16]) -> [UInt8] { numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } }

/// A tone that rises, so that it fits itself in one place only.
func sweep(from low: Double, to high: Double, seconds: Double, hertz: Int) -> [Float] {
    (0..<Int(seconds * Double(hertz))).map {
        let time = Double($0) / Double(hertz)
        return Float(0.5 * sin(2 * .pi * (low + (high - low) * time / (2 * seconds)) * time))
    }
}
