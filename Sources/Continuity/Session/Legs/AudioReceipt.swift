package import Speech

/// The place of newly received audio in the timeline, and the legs that may be sent the audio at once.
package struct AudioReceipt: Sendable, Equatable {
    package let range: SampleRange
    /// True if audio or commands wait that `pump` may send.
    package internal(set) var needsPump: Bool
    /// One bit for each slot. A leg in a higher slot waits for `pump`.
    private var legs: UInt64 = 0
    static let maxLegs = UInt64.bitWidth

    init(range: SampleRange, needsPump: Bool) {
        self.range = range
        self.needsPump = needsPump
    }

    /// Returns true if the leg in `slot` may be sent the audio at once: nothing waits before the audio at the leg, and no limit holds the audio back.
    package func goesToLeg(in slot: Int) -> Bool { slot < Self.maxLegs && legs & (1 << UInt64(slot)) != 0 }

    mutating func add(legIn slot: Int) { legs |= 1 << UInt64(slot) }
}
