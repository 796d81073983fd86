internal import CBits

/// The signs of one user's vectors, all in one row.
struct WindowBits: Sendable {
    /// Of a vector. 0 until the first one comes.
    private(set) var dimensions: Int
    /// Words of 64 bits that one vector takes.
    private var width: Int { (dimensions + 63) / 64 }
    private var bits: [UInt64] = []
    /// Rows of the database.
    private var numbers: [Int64] = []
    private var conversations: [Int64] = []
    /// What was read from the database at first: all rows up to this one.
    private var readThrough = Int64.min

    init(dimensions: Int) { self.dimensions = dimensions }

    var count: Int { numbers.count }

    mutating func reserve(_ count: Int) {
        numbers.reserveCapacity(count)
        conversations.reserveCapacity(count)
        bits.reserveCapacity(count * width)
    }

    /// All rows that were there have been added: changes of these come too late.
    mutating func finishReading() { readThrough = numbers.max() ?? .min }

    /// Adds a window; one whose vector has another size than the others is left out.
    ///
    /// - Parameter signs: as `StoredVector.bits` has them.
    mutating func add(_ number: Int64, of conversation: Int64, _ signs: UnsafeRawBufferPointer) {
        guard !signs.isEmpty, signs.count % 8 == 0 else { return }
        if dimensions == 0 { dimensions = signs.count * 8 }
        guard signs.count == width * 8 else { return }
        for word in 0..<width { bits.append(UInt64(littleEndian: signs.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))) }
        numbers.append(number)
        conversations.append(conversation)
    }

    mutating func apply(_ change: WindowIndex.Change, model: String) {
        switch change {
        case .remove(let conversation): remove(conversation)
        case .set(let conversation, let itsModel, let first, let signs):
            // Numbers rise with every write, so these were read with the others.
            guard first > readThrough else { return }
            remove(conversation)
            guard itsModel == model else { return }
            for (index, signs) in signs.enumerated() {
                signs.withUnsafeBytes { add(first + Int64(index), of: conversation, $0) }
            }
        }
    }

    private mutating func remove(_ conversation: Int64) {
        guard let first = conversations.firstIndex(of: conversation) else { return }
        var kept = first
        for index in first..<conversations.count where conversations[index] != conversation {
            conversations[kept] = conversations[index]
            numbers[kept] = numbers[index]
            for word in 0..<width { bits[kept * width + word] = bits[index * width + word] }
            kept += 1
        }
        let gone = conversations.count - kept
        conversations.removeLast(gone)
        numbers.removeLast(gone)
        bits.removeLast(gone * width)
    }

    /// The windows whose signs differ least from those of `vector`.
    ///
    /// - Parameters:
    ///   - most: about how many; all that differ as little as the last one are there, up to twice as many.
    ///   - allowed: only of these conversations; nil: of all.
    /// - Returns: their numbers, in no order.
    func nearest(_ vector: [Float], most: Int, allowed: NumberSet?) -> [Int64] {
        let query = StoredVector.signs(vector)
        guard count > 0, query.count == width, most > 0 else { return [] }
        let far = UInt16(width * 64 + 1)
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { distances -> [Int64] in
            guard let start = distances.baseAddress else { return [] }
            harken_bits_distances(bits, count, width, query, start)
            if let allowed {
                for index in 0..<count where !allowed.contains(conversations[index]) { distances[index] = far }
            }
            var histogram = [UInt32](repeating: 0, count: Int(far) + 1)
            harken_bits_histogram(start, count, &histogram)
            // The greatest distance that still belongs to the nearest.
            var reach = -1, within = 0
            while reach + 1 < Int(far), within < most {
                reach += 1
                within += Int(histogram[reach])
            }
            var found: [Int64] = []
            found.reserveCapacity(min(within, most * 2))
            var index = 0
            while index < count, found.count < most * 2 {
                if distances[index] <= UInt16(reach) { found.append(numbers[index]) }
                index += 1
            }
            return found
        }
    }
}

/// Numbers of rows, close together: one bit for each between the least and the greatest.
struct NumberSet: Sendable {
    private let least: Int64
    private var words: [UInt64]

    /// - Parameter numbers: the bits of all between the least and the greatest of them must have room in memory.
    init(_ numbers: [Int64]) {
        let least = numbers.min() ?? 0, greatest = numbers.max() ?? 0
        self.least = least
        words = [UInt64](repeating: 0, count: numbers.isEmpty ? 0 : Int((greatest - least) / 64) + 1)
        for number in numbers { words[Int(number - least) / 64] |= 1 << UInt64((number - least) % 64) }
    }

    func contains(_ number: Int64) -> Bool {
        let offset = number - least
        guard offset >= 0, offset / 64 < Int64(words.count) else { return false }
        return words[Int(offset / 64)] >> UInt64(offset % 64) & 1 == 1
    }
}
