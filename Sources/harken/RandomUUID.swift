/// Random UUIDs (RFC 9562, version 4), in lower case.
enum RandomUUID {
    /// Number of characters of a UUID.
    static let length = 36

    static func text() -> String {
        var source = SystemRandomNumberGenerator()
        let high = (UInt64.random(in: .min ... .max, using: &source) & 0xffff_ffff_ffff_0fff) | 0x4000
        let low = (UInt64.random(in: .min ... .max, using: &source) & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
        let digits = (hexadecimal(high) + hexadecimal(low)).map(String.init)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return parts.map { digits[$0].joined() }.joined(separator: "-")
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
