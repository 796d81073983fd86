import Synchronization
import Testing

@testable import Store

@Suite struct `The index of windows` {
    private func vector(_ seed: Int) -> [Float] {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        return (0..<128).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
        }
    }

    private func bits(_ seeds: some Sequence<Int>, first: Int64 = 1, conversation: (Int) -> Int64 = { Int64($0) }) -> WindowBits {
        var bits = WindowBits(dimensions: 128)
        for (index, seed) in seeds.enumerated() {
            StoredVector(vector(seed)).bits.withUnsafeBytes { bits.add(window(first + Int64(index), of: conversation(seed)), $0) }
        }
        bits.finishReading()
        return bits
    }

    /// Its segments are ten times its number, and the next one.
    private func window(_ number: Int64, of conversation: Int64) -> WindowBits.Window {
        WindowBits.Window(number: number, conversation: conversation, firstSegment: number * 10, lastSegment: number * 10 + 1)
    }

    private func set(_ seeds: [Int], conversation: Int64, first: Int64, model: String = "m") -> WindowIndex.Change {
        .set(
            conversation: conversation, model: model, windows: seeds.indices.map { window(first + Int64($0), of: conversation) },
            bits: seeds.map { StoredVector(vector($0)).bits })
    }

    @Test func `finds the nearest, as comparing all of them does`() {
        let bits = bits(0..<500)
        for seed in [3, 77, 499] {
            var query = vector(seed)
            for index in 0..<20 { query[index] = -query[index] }
            let signs = StoredVector.signs(query)
            let distances = (0..<500).map { other in zip(StoredVector.signs(vector(other)), signs).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } }
            let reach = distances.sorted()[9]
            let expected = Set((0..<500).filter { distances[$0] <= reach }.map { Int64($0 + 1) })
            #expect(Set(bits.nearest(query, most: 10).map(\.number)) == expected)
            #expect(expected.contains(Int64(seed + 1)))
        }
    }

    @Test func `finds nothing for vectors of another size, and none of other conversations`() {
        let bits = bits(0..<50, conversation: { Int64(1_000_000 + $0 % 2) })
        #expect(bits.nearest([Float](repeating: 1, count: 300), most: 10) == [])
        #expect(bits.nearest(vector(3), most: 10, .init(conversations: NumberSet([]))) == [])
        let odd = bits.nearest(vector(3), most: 100, .init(conversations: NumberSet([1_000_001, 5]))).map(\.number)
        #expect(odd.count == 25 && odd.allSatisfy { $0 % 2 == 0 } && odd.contains(4))
        let spoken = bits.nearest(vector(3), most: 100, .init(segments: NumberSet([40, 71, 72, 99])))
        #expect(Set(spoken.map(\.number)) == [4, 7])
        #expect(WindowBits(dimensions: 0).nearest(vector(1), most: 10) == [])
    }

    @Test func `a set of numbers has what it was made of`() {
        let numbers: [Int64] = [-70, -1, 0, 63, 64, 1_000]
        let set = NumberSet(numbers)
        #expect((-100...1_100).filter { set.contains($0) } == numbers)
        #expect(!set.contains(.max - 100) && !set.contains(.min / 2))
    }

    @Test func `follows what is written and deleted, before, while and after it is read`() throws {
        let index = WindowIndex(), key = WindowIndex.Key(archive: 1, model: "m")
        func find(_ seed: Int) throws -> Int64? {
            try index.search(key) { () throws(StoreError) in
                #expect(Bool(false), "it was read before")
                return WindowBits(dimensions: 128)
            } _: { (bits) throws(StoreError) in
                bits.nearest(vector(seed), most: 1).first?.number
            }
        }
        // Nobody has searched: there is nothing to follow.
        index.apply(set([1], conversation: 1, first: 1), to: 1)
        let found = try index.search(key) { () throws(StoreError) in
            // Conversation 2 was read already when its change comes, 3 was not; 1 is deleted meanwhile.
            index.apply(set([2], conversation: 2, first: 2), to: 1)
            index.apply(set([3, 4], conversation: 3, first: 3), to: 1)
            index.apply(.remove(conversation: 1), to: 1)
            index.apply(set([9], conversation: 9, first: 9), to: 2)
            index.apply(set([8], conversation: 8, first: 8, model: "other"), to: 1)
            return bits([1, 2], conversation: { Int64($0) })
        } _: { (bits) throws(StoreError) in
            bits.count
        }
        #expect(found == 3)
        for seed in [2, 3, 4] { #expect(try find(seed) == Int64(seed)) }
        index.apply(set([5], conversation: 3, first: 9), to: 1)
        #expect(try find(5) == 9)
        #expect(try find(3) != 3)
        index.apply(.remove(conversation: 3), to: 1)
        #expect(try find(5) == 2)
    }

    @Test func `forgets the user whose search was the longest ago when there are too many windows`() throws {
        let index = WindowIndex(most: 25)
        let reads = Mutex(0)
        func search(_ archive: Int64) throws {
            try index.search(WindowIndex.Key(archive: archive, model: "m")) { () throws(StoreError) in
                reads.withLock { $0 += 1 }
                return bits(0..<10)
            } _: { (_) throws(StoreError) in
            }
        }
        for archive in [1, 2, 1, 3, 1] as [Int64] { try search(archive) }
        #expect(reads.withLock { $0 } == 3)
        try search(2)
        #expect(reads.withLock { $0 } == 4)
    }

    @Test func `a read that fails is tried again`() throws {
        let index = WindowIndex(), key = WindowIndex.Key(archive: 1, model: "m")
        #expect(throws: StoreError.busy(path: "p")) {
            try index.search(key) { () throws(StoreError) in
                throw .busy(path: "p")
            } _: { (_) throws(StoreError) in
            }
        }
        #expect(
            try index.search(key) { () throws(StoreError) in
                bits(0..<3)
            } _: { (bits) throws(StoreError) in
                bits.count
            } == 3)
    }

    @Test func `a stored vector says what it was`() throws {
        let vector = vector(7).map { $0 / 8 } + [0, -0.0, 1, -1, 1e-7, -3e-5]
        let stored = StoredVector(vector)
        #expect(stored.halves.count == vector.count * 2 && stored.bits.count == 24)
        let square = vector.reduce(0) { $0 + $1 * $1 }
        let product = try #require(stored.halves.withUnsafeBytes { StoredVector.product($0, vector) })
        #expect(abs(product - square) < square * 0.001)
        for index in vector.indices {
            var one = [Float](repeating: 0, count: vector.count)
            one[index] = 1
            let value = try #require(stored.halves.withUnsafeBytes { StoredVector.product($0, one) })
            #expect(value == Float(Float16(vector[index])))
        }
        #expect(stored.halves.withUnsafeBytes { StoredVector.product($0, [1]) } == nil)
    }
}
