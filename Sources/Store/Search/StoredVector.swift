import CBits

/// A vector as a store keeps it.
struct StoredVector: Sendable, Equatable {
    /// Values as 16-bit floats, the lowest byte first: each value loses at most a two-thousandth of itself.
    var halves: [UInt8]
    /// The signs of the values, 1 for those above zero, in words of 64 with the lowest byte and bit first, filled up with 0.
    var bits: [UInt8]

    init(_ vector: [Float]) {
        var halves: [UInt8] = [], bits: [UInt8] = []
        halves.reserveCapacity(vector.count * 2)
        for value in vector { withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { halves.append(contentsOf: $0) } }
        for word in Self.signs(vector) { withUnsafeBytes(of: word.littleEndian) { bits.append(contentsOf: $0) } }
        self.halves = halves
        self.bits = bits
    }

    static func signs(_ vector: [Float]) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (vector.count + 63) / 64)
        for (index, value) in vector.enumerated() where value > 0 { words[index / 64] |= 1 << (index % 64) }
        return words
    }

    /// Returns the product of a stored vector and a query's vector: the cosine, because both have length 1. nil when their sizes differ.
    static func product(_ halves: UnsafeRawBufferPointer, _ query: [Float]) -> Float? {
        guard halves.count == query.count * 2, let start = halves.bindMemory(to: UInt8.self).baseAddress else { return nil }
        return harken_halves_product(start, query, query.count)
    }
}
