/// Detects that samples declared as 8 bits have 16 bits. Clients have used the same name for both, and the wrong width sounds like noise.
///
/// In 16-bit speech, every second byte is the upper half of a sample, and these bytes are always near 0 or 255. Samples of 8 bits are seldom near
/// these values, where they would have maximum loudness. A value without I/O.
package struct SampleWidth: Sendable {
    /// Number of byte pairs to examine. Pairs of zeros do not count: they are silence in 16 bits.
    private let needed: Int
    private var pairs = 0
    private var extremes = (first: 0, second: 0)
    private var pending: UInt8?

    /// - Parameter count: number of bytes after which the width is decided.
    package init(after count: Int) { needed = max(1, count / 2) }

    /// True if the width is decided.
    package private(set) var isDecided = false

    /// - Returns: true if these bytes prove that the samples have 16 bits; true at most once.
    package mutating func showsSixteen(_ bytes: RawSpan) -> Bool {
        guard !isDecided else { return false }
        bytes.withUnsafeBytes { bytes in
            for byte in bytes {
                guard let first = pending else {
                    pending = byte
                    continue
                }
                pending = nil
                guard first != 0 || byte != 0 else { continue }
                pairs += 1
                if Self.isExtreme(first) { extremes.first += 1 }
                if Self.isExtreme(byte) { extremes.second += 1 }
            }
        }
        guard pairs >= needed else { return false }
        isDecided = true
        return max(extremes.first, extremes.second) * 10 >= pairs * 9
    }

    private static func isExtreme(_ byte: UInt8) -> Bool { byte < 32 || byte >= 224 }
}
