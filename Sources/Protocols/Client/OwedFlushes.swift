import Speech

/// `finalize` commands that a stream has not answered.
struct OwedFlushes: Sendable {
    private(set) var count = 0
    /// When they are answered in the vendor's place; nil: none waits for that.
    var deadline: Instant?

    var isEmpty: Bool { count == 0 }

    mutating func add(until deadline: Instant?) {
        count += 1
        self.deadline = deadline
    }

    /// A final that answers `most` of them at most.
    ///
    /// - Returns: how many it answers.
    @discardableResult
    mutating func settle(_ most: Int = 1) -> Int {
        let settled = min(most, count)
        count -= settled
        if count == 0 { deadline = nil }
        return settled
    }

    /// Answers all without words: for nothing was left to say, or the vendor has not said it in time.
    mutating func answer(_ actions: inout [ClientAction], on channel: ChannelIndex = .first) {
        for _ in 0..<settle(count) { actions.append(.event(.flushed(channel))) }
    }
}
