internal import CBits

/// The signs of one user's vectors, all in one row.
struct WindowBits: Sendable {
    /// A window, identified by row numbers of the database.
    struct Window: Sendable, Equatable {
        var number: Int64
        var conversation: Int64
        /// Lowest row number of the window's segments.
        var firstSegment: Int64
        /// Highest row number of the window's segments.
        var lastSegment: Int64
    }

    /// The windows that count; a property that is nil does not restrict.
    struct Filter: Sendable {
        var conversations: NumberSet?
        var segments: NumberSet?

        func passes(_ window: Window) -> Bool {
            if let conversations, !conversations.contains(window.conversation) { return false }
            guard let segments else { return true }
            // If the segment numbers are far apart, as after a merge, the range may hold segments of any speaker.
            guard window.lastSegment - window.firstSegment < 256 else { return true }
            return (window.firstSegment...window.lastSegment).contains { segments.contains($0) }
        }
    }

    /// Number of values of a vector; 0 until the first vector comes.
    private(set) var dimensions: Int
    /// Number of 64-bit words for one vector.
    private var width: Int { (dimensions + 63) / 64 }
    private var bits: [UInt64] = []
    private var windows: [Window] = []
    /// Highest row number that was read from the database at first.
    private var readThrough = Int64.min

    init(dimensions: Int) { self.dimensions = dimensions }

    var count: Int { windows.count }

    mutating func reserve(_ count: Int) {
        windows.reserveCapacity(count)
        bits.reserveCapacity(count * width)
    }

    /// Ends the first reading: all stored rows were added, and later changes of these rows are ignored.
    mutating func finishReading() { readThrough = windows.map(\.number).max() ?? .min }

    /// Adds a window. A window whose vector has another size than the others is ignored.
    ///
    /// - Parameter signs: signs of the vector, in the format of `StoredVector.bits`.
    mutating func add(_ window: Window, _ signs: UnsafeRawBufferPointer) {
        guard !signs.isEmpty, signs.count % 8 == 0 else { return }
        if dimensions == 0 { dimensions = signs.count * 8 }
        guard signs.count == width * 8 else { return }
        for word in 0..<width { bits.append(UInt64(littleEndian: signs.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))) }
        windows.append(window)
    }

    mutating func apply(_ change: WindowIndex.Change, model: String) {
        switch change {
        case .remove(let conversation): remove(conversation)
        case .set(let conversation, let itsModel, let windows, let signs):
            // Row numbers rise with every write, so the windows of this change were in the first reading.
            if let first = windows.first, first.number <= readThrough { return }
            remove(conversation)
            guard itsModel == model else { return }
            for (window, signs) in zip(windows, signs) {
                signs.withUnsafeBytes { add(window, $0) }
            }
        }
    }

    private mutating func remove(_ conversation: Int64) {
        guard let first = windows.firstIndex(where: { $0.conversation == conversation }) else { return }
        var kept = first
        for index in first..<windows.count where windows[index].conversation != conversation {
            windows[kept] = windows[index]
            for word in 0..<width { bits[kept * width + word] = bits[index * width + word] }
            kept += 1
        }
        let gone = windows.count - kept
        windows.removeLast(gone)
        bits.removeLast(gone * width)
    }

    /// Returns the windows whose signs differ least from those of `vector`.
    ///
    /// - Parameters:
    ///   - most: approximate number of windows. Windows that differ as little as the last one are included, up to twice this number.
    ///   - filter: the windows that count.
    /// - Returns: the windows, in no order.
    func nearest(_ vector: [Float], most: Int, _ filter: Filter = Filter()) -> [Window] {
        let query = StoredVector.signs(vector)
        guard count > 0, query.count == width, most > 0 else { return [] }
        let far = UInt16(width * 64 + 1)
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { distances -> [Window] in
            guard let start = distances.baseAddress else { return [] }
            harken_bits_distances(bits, count, width, query, start)
            if filter.conversations != nil || filter.segments != nil {
                for index in 0..<count where !filter.passes(windows[index]) { distances[index] = far }
            }
            var histogram = [UInt32](repeating: 0, count: Int(far) + 1)
            harken_bits_histogram(start, count, &histogram)
            // The greatest distance that still counts as near.
            var reach = -1, within = 0
            while reach + 1 < Int(far), within < most {
                reach += 1
                within += Int(histogram[reach])
            }
            var found: [Window] = []
            found.reserveCapacity(min(within, most * 2))
            var index = 0
            while index < count, found.count < most * 2 {
                if distances[index] <= UInt16(reach) { found.append(windows[index]) }
                index += 1
            }
            return found
        }
    }
}

/// A set of row numbers that are close together: one bit for each number between the lowest and the highest.
struct NumberSet: Sendable {
    private let least: Int64
    private var words: [UInt64]

    /// - Parameter numbers: row numbers. The bits for the range from the lowest to the highest number must fit into memory.
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
