package import Speech

/// Where audio that has just been received belongs, and who may have it at once.
package struct Arrival: Sendable, Equatable {
    package let range: SampleRange
    /// Something waits that `pump` may move.
    package internal(set) var needsPump: Bool
    /// One bit for each slot; a leg beyond the bits waits for `pump`.
    private var legs: UInt64 = 0
    static let maxLegs = UInt64.bitWidth

    init(range: SampleRange, needsPump: Bool) {
        self.range = range
        self.needsPump = needsPump
    }

    /// Whether nothing waits before it at the leg, and no limit holds it back.
    package func goesToLeg(in slot: Int) -> Bool { slot < Self.maxLegs && legs & (1 << UInt64(slot)) != 0 }

    mutating func add(legIn slot: Int) { legs |= 1 << UInt64(slot) }
}
