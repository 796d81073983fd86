/// The state of a recording that comes in chunks.
package enum RecordingState: String, Sendable, CaseIterable {
    /// Chunks are accepted.
    case open
    /// New chunks are rejected; chunks that are being recognised still count.
    case finishing
    case finished
}

/// A chunk that was sent before.
package struct KnownChunk: Sendable, Equatable {
    /// Hash of the chunk's bytes and of their description.
    package var hash: String
    /// True if the chunk was recognised; false: it is being recognised.
    package var isAccepted: Bool

    package init(hash: String, isAccepted: Bool) {
        self.hash = hash
        self.isAccepted = isAccepted
    }
}

/// The decision about a chunk that arrives. Pure.
package enum ChunkVerdict: Sendable, Equatable {
    /// The chunk must be recognised.
    case new
    /// The same chunk is being recognised.
    case underWay
    /// The same chunk was recognised before.
    case duplicate
    /// A different chunk came with the same id before.
    case mismatch
    /// The recording accepts no more chunks.
    case closed

    package static func of(_ hash: String, known: KnownChunk?, in state: RecordingState) -> ChunkVerdict {
        guard let known else { return state == .open ? .new : .closed }
        guard known.hash == hash else { return .mismatch }
        return known.isAccepted ? .duplicate : .underWay
    }
}

/// Time of a recording that a chunk is the first to cover. Only this time is charged, and only its audio is kept.
package enum UniqueTime {
    /// - Returns: the ranges in order.
    package static func ranges(of chunk: Range<Duration>, beside others: [Range<Duration>]) -> [Range<Duration>] {
        var free: [Range<Duration>] = []
        var reached = chunk.lowerBound
        for other in others.sorted(by: { $0.lowerBound < $1.lowerBound }) where other.overlaps(chunk) {
            if other.lowerBound > reached { free.append(reached..<other.lowerBound) }
            reached = max(reached, other.upperBound)
        }
        if reached < chunk.upperBound { free.append(reached..<chunk.upperBound) }
        return free
    }

    package static func added(by chunk: Range<Duration>, to others: [Range<Duration>]) -> Duration {
        ranges(of: chunk, beside: others).reduce(.zero) { $0 + ($1.upperBound - $1.lowerBound) }
    }
}
