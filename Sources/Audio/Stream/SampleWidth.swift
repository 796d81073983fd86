/// Finds out whether samples that are said to have 8 bits have 16: senders have meant both by the same name, and the one heard as the other is noise.
///
/// Of 16-bit speech every second byte is the upper half of a sample, and those lie near 0 and 255 all the time. Samples of 8 bits are seldom there,
/// where they would be as loud as can be. A value without I/O.
package struct SampleWidth: Sendable {
    /// Pairs of bytes that are looked at; pairs of zeros, which are silence of 16 bits, tell nothing.
    private let needed: Int
    private var pairs = 0
    private var extremes = (first: 0, second: 0)
    private var pending: UInt8?

    /// - Parameter count: bytes after which it is decided.
    package init(after count: Int) { needed = max(1, count / 2) }

    /// Whether it is known.
    package private(set) var isDecided = false

    /// - Returns: whether these bytes show that the samples have 16 bits. Never true again.
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
