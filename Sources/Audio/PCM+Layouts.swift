package import Speech

/// Conversion of plain samples of every width, byte order and kind.
extension PCM {
    /// Appends samples of the given layout as 16-bit little-endian. Wider integers keep their upper 16 bits; floating-point samples are clipped to
    /// −1…1. An incomplete last sample is dropped.
    package static func appendLinear16(_ samples: RawSpan, _ layout: SampleLayout, to output: inout [UInt8]) {
        let width = layout.byteCount
        samples.withUnsafeBytes { bytes in
            output.reserveCapacity(output.count + bytes.count / width * 2)
            for start in stride(from: 0, to: bytes.count - width + 1, by: width) {
                switch layout.kind {
                case .signed, .unsigned:
                    let high = bytes[layout.isBigEndian ? start : start + width - 1]
                    let low = width == 1 ? 0 : bytes[layout.isBigEndian ? start + 1 : start + width - 2]
                    output.append(low)
                    output.append(layout.kind == .unsigned ? high ^ 0x80 : high)
                case .float:
                    append(linear16(float(bytes, at: start, layout)), to: &output)
                }
            }
        }
    }

    private static func float(_ bytes: UnsafeRawBufferPointer, at start: Int, _ layout: SampleLayout) -> Float {
        if layout.byteCount == 8 {
            let bits = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            return Float(Double(bitPattern: layout.isBigEndian ? UInt64(bigEndian: bits) : UInt64(littleEndian: bits)))
        }
        let bits = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
        return Float(bitPattern: layout.isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits))
    }
}
