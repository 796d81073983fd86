/// Randomness without state: a decision depends on the seed and on its subject, never on earlier decisions.
///
/// Therefore a part of a scenario can be removed without changing the other parts, so that failing scenarios can be made small.
struct Chance: Sendable {
    private let key: UInt64

    init(seed: UInt64) { key = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }

    private init(key: UInt64) { self.key = key }

    /// The chance of a part of this one's subject.
    subscript(_ part: Int) -> Chance {
        Chance(key: Self.mix(key ^ (UInt64(truncatingIfNeeded: part) &* 0xD6E8_FEB8_6659_FD93 &+ 0x9E37_79B9_7F4A_7C15)))
    }

    subscript(_ part: Int, _ place: Int) -> Chance { self[part][place] }

    /// A number in 0..<1.
    var unit: Double { Double(key >> 11) * 0x1p-53 }

    func happens(_ probability: Double) -> Bool { unit < probability }

    func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(unit * Double(range.count)) }

    func pick<Element>(_ elements: [Element]) -> Element { elements[Int(unit * Double(elements.count))] }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A source of random decisions, one after another, for making a scenario.
struct SeededRandom {
    private let chance: Chance
    private var drawn = 0

    init(_ chance: Chance) { self.chance = chance }

    private mutating func next() -> Chance {
        drawn += 1
        return chance[drawn]
    }

    mutating func happens(_ probability: Double) -> Bool { next().happens(probability) }
    mutating func pick(_ range: ClosedRange<Int>) -> Int { next().pick(range) }
    mutating func pick<Element>(_ elements: [Element]) -> Element { next().pick(elements) }
}
