/// A UUID made from a name: equal names give equal UUIDs. No randomness is involved, so rendering stays deterministic.
package struct DerivedUUID: CustomStringConvertible, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// - Parameter index: distinguishes things of the same name, such as the utterances of a request.
    package init(_ name: String, index: Int = 0) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = hash &+ UInt64(truncatingIfNeeded: index) &* 0x9e37_79b9_7f4a_7c15
        // Version 8 (RFC 9562: free form), variant 10.
        high = (Self.mixed(hash) & 0xffff_ffff_ffff_0fff) | 0x8000
        low = (Self.mixed(hash &+ 0x6a09_e667_f3bc_c908) & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
    }

    package var description: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(36)
        for (word, dashes) in [(high, [32, 16]), (low, [64, 48])] {
            for shift in stride(from: 60, through: 0, by: -4) {
                if dashes.contains(shift + 4) { digits.append(UInt8(ascii: "-")) }
                digits.append(Self.hexadecimal[Int(truncatingIfNeeded: word >> UInt64(shift)) & 15])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// Mixes the bits with the finalizer of SplitMix64.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
