/// Checks if bytes that come in pieces are UTF-8, and reports an error as early as possible (RFC 3629: no surrogates, no overlong forms, nothing
/// above U+10FFFF).
struct UTF8Validator: Sendable {
    /// Number of continuation bytes that are still missing.
    private var missing = 0
    /// The values that the next continuation byte may have.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// True if the bytes so far end at the end of a character.
    var isComplete: Bool { missing == 0 }

    /// Checks the next bytes. Returns false as soon as no further bytes could make the text valid.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        let count = bytes.count
        var offset = 0
        while offset < count {
            if missing == 0 {
                while offset &+ 8 <= count, (start + offset).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0 { offset &+= 8 }
                guard offset < count else { break }
            }
            let byte = start.load(fromByteOffset: offset, as: UInt8.self)
            offset &+= 1
            if missing > 0 {
                guard allowed.contains(byte) else { return false }
                missing -= 1
                allowed = 0x80...0xBF
                continue
            }
            switch byte {
            case 0...0x7F: break
            case 0xC2...0xDF: missing = 1
            case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
            case 0xED: (missing, allowed) = (2, 0x80...0x9F)
            case 0xE1...0xEF: missing = 2
            case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
            case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
            case 0xF1...0xF3: missing = 3
            default: return false
            }
        }
        return true
    }
}
