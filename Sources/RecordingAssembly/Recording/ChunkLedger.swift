/// State of a recording in chunks.
package enum RecordingState: String, Sendable, CaseIterable {
    /// Chunks come.
    case open
    /// No new ones; those that are being recognised still count.
    case finishing
    case finished
}

/// A chunk that was sent before.
package struct KnownChunk: Sendable, Equatable {
    /// Hash of the chunk's bytes and of their description.
    package var hash: String
    /// It is recognised; otherwise it is being.
    package var isAccepted: Bool

    package init(hash: String, isAccepted: Bool) {
        self.hash = hash
        self.isAccepted = isAccepted
    }
}

/// Decision on a chunk that comes. Pure.
package enum ChunkVerdict: Sendable, Equatable {
    /// It is to be recognised.
    case new
    /// The same one is being recognised.
    case underWay
    /// The same one was recognised.
    case duplicate
    /// Another one came under its name.
    case mismatch
    /// The recording takes no more.
    case closed

    package static func of(_ hash: String, known: KnownChunk?, in state: RecordingState) -> ChunkVerdict {
        guard let known else { return state == .open ? .new : .closed }
        guard known.hash == hash else { return .mismatch }
        return known.isAccepted ? .duplicate : .underWay
    }
}

/// Time of a recording that a chunk is the first to cover. Only that time is charged, and kept.
package enum UniqueTime {
    /// - Returns: in order.
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
