/// The companded encodings of telephony: eight bits stand for thirteen or fourteen (ITU-T G.711).
extension PCM {
    /// The 16-bit value of every mu-law byte.
    static let mulaw: [Int16] = (0...255).map { code in
        let bits = ~code & 0xFF
        let magnitude = (((bits & 0x0F) << 3) + 0x84) << ((bits & 0x70) >> 4)
        return Int16(bits & 0x80 == 0 ? magnitude - 0x84 : 0x84 - magnitude)
    }

    /// The 16-bit value of every A-law byte.
    static let alaw: [Int16] = (0...255).map { code in
        let bits = code ^ 0x55
        let segment = (bits & 0x70) >> 4
        let step = (bits & 0x0F) << 4
        let magnitude = segment == 0 ? step + 8 : (step + 0x108) << (segment - 1)
        return Int16(bits & 0x80 == 0 ? -magnitude : magnitude)
    }

    /// Appends mu-law bytes as 16-bit little-endian.
    package static func appendLinear16(mulaw bytes: RawSpan, to output: inout [UInt8]) { append(bytes, by: mulaw, to: &output) }

    /// Appends A-law bytes as 16-bit little-endian.
    package static func appendLinear16(alaw bytes: RawSpan, to output: inout [UInt8]) { append(bytes, by: alaw, to: &output) }

    private static func append(_ bytes: RawSpan, by table: [Int16], to output: inout [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            output.reserveCapacity(output.count + bytes.count * 2)
            for byte in bytes { append(table[Int(byte)], to: &output) }
        }
    }
}
