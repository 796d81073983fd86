/// The hash of some content: FNV-1a from two beginnings. It finds what was lost or changed by accident; it is no protection against forgery.
struct ContentHash {
    private(set) var values: (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15)

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            values.0 = (values.0 ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            values.1 = (values.1 ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
    }

    mutating func add(_ kind: UInt8, _ value: Int64) {
        withUnsafeBytes(of: kind) { add($0) }
        withUnsafeBytes(of: value.littleEndian) { add($0) }
    }

    /// Adds a text with its length.
    mutating func add(_ text: String) {
        add(3, Int64(text.utf8.count))
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Returns two values as 32 hexadecimal digits.
    static func digits(_ values: (UInt64, UInt64)) -> String {
        [values.0, values.1].map { value in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
