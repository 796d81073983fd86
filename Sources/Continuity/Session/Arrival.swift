package import Speech

/// Where audio that has just been received belongs, and who may have it at once.
package struct Arrival: Sendable, Equatable {
    package let range: SampleRange
    /// Something waits that `pump` may move.
    package internal(set) var needsPump: Bool
    /// One bit for each leg of the session; one beyond the bits waits for `pump`.
    private var legs: UInt64 = 0
    static let mostLegs = UInt64.bitWidth

    init(range: SampleRange, needsPump: Bool) {
        self.range = range
        self.needsPump = needsPump
    }

    /// Whether nothing waits before it at the leg, and no limit holds it back.
    package func goesToLeg(at index: Int) -> Bool { index < Self.mostLegs && legs & (1 << UInt64(index)) != 0 }

    mutating func add(legAt index: Int) { legs |= 1 << UInt64(index) }
}
