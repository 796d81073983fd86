import Speech

/// The `finalize` commands that the vendor has not answered yet.
struct OwedFlushes: Sendable {
    private(set) var count = 0
    /// Deadline at which the commands are answered in the vendor's place; nil when no deadline is set.
    var deadline: Instant?

    var isEmpty: Bool { count == 0 }

    mutating func add(until deadline: Instant?) {
        count += 1
        self.deadline = deadline
    }

    /// Counts a final that answers at most `most` commands.
    ///
    /// - Returns: the number of commands that the final answers.
    @discardableResult
    mutating func settle(_ most: Int = 1) -> Int {
        let settled = min(most, count)
        count -= settled
        if count == 0 { deadline = nil }
        return settled
    }

    /// Answers all commands without words, because nothing is left to say or the vendor did not answer in time.
    mutating func answer(_ actions: inout [ClientAction], on channel: ChannelIndex = .first) {
        for _ in 0..<settle(count) { actions.append(.event(.flushed(channel))) }
    }
}
