/// Conversions between encodings of samples.
///
/// Sixteen-bit samples become Float by 1/32,768: −32,768 becomes −1, and 32,767 is just below 1. Float samples are rounded to the nearest 16-bit
/// value and clipped.
package enum PCM {
    /// Appends 16-bit little-endian samples as Float. An odd last byte is dropped.
    package static func appendFloats(linear16 bytes: RawSpan, to samples: inout [Float]) {
        bytes.withUnsafeBytes { bytes in
            let count = bytes.count / 2, start = samples.count
            samples.append(contentsOf: repeatElement(0, count: count))
            samples.withUnsafeMutableBufferPointer { samples in
                for index in 0..<count {
                    let value = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
                    samples[start + index] = Float(value) * (1 / 32_768)
                }
            }
        }
    }

    /// Appends 16-bit little-endian samples as integers. An odd last byte is dropped.
    package static func appendSamples(linear16 bytes: UnsafeRawBufferPointer, to samples: inout [Int16]) {
        let count = bytes.count / 2, start = samples.count
        samples.append(contentsOf: repeatElement(0, count: count))
        samples.withUnsafeMutableBufferPointer { samples in
            for index in 0..<count {
                samples[start + index] = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
            }
        }
    }

    /// Appends 16-bit samples as little-endian bytes.
    static func append(_ samples: Span<Int16>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: 2 * samples.count))
        bytes.withUnsafeMutableBytes { bytes in
            for index in samples.indices { bytes.storeBytes(of: samples[index].littleEndian, toByteOffset: start + 2 * index, as: Int16.self) }
        }
    }

    /// Appends Float samples as 16-bit little-endian. NaN becomes silence.
    package static func appendLinear16(_ samples: Span<Float>, to bytes: inout [UInt8]) {
        samples.withUnsafeBufferPointer { samples in
            bytes.reserveCapacity(bytes.count + samples.count * 2)
            for sample in samples { append(linear16(sample), to: &bytes) }
        }
    }

    /// Appends the upper halves of 32-bit little-endian samples as 16-bit little-endian. An incomplete last sample is dropped.
    package static func appendLinear16(linear32 bytes: RawSpan, to output: inout [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            output.reserveCapacity(output.count + bytes.count / 2)
            for start in stride(from: 0, to: bytes.count - 3, by: 4) {
                output.append(bytes[start + 2])
                output.append(bytes[start + 3])
            }
        }
    }

    /// Returns the nearest 16-bit value. Samples beyond −1…1 are clipped; NaN becomes silence.
    package static func linear16(_ sample: Float) -> Int16 {
        guard !sample.isNaN else { return 0 }
        return Int16(max(-32_768, min(32_767, (sample * 32_768).rounded())))
    }

    @inline(__always) static func append(_ value: Int16, to bytes: inout [UInt8]) {
        let bits = UInt16(bitPattern: value)
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
    }

    /// Appends the channels' samples, interleaved, as 16-bit little-endian. All channels have the same number of samples.
    package static func appendLinear16(interleaving channels: [[Float]], to bytes: inout [UInt8]) {
        if channels.count == 1, let only = channels.first { return appendLinear16(only.span, to: &bytes) }
        let count = channels.map(\.count).min() ?? 0
        bytes.reserveCapacity(bytes.count + count * channels.count * 2)
        for index in 0..<count {
            for channel in channels { append(linear16(channel[index]), to: &bytes) }
        }
    }
}
