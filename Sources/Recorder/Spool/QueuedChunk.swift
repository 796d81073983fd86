package import Speech

/// A chunk on the disk that waits to be sent.
package struct QueuedChunk: Sendable, Equatable {
    /// The chunk's range, in samples since the recording's first one. The audio is in the recording's files.
    package var range: SampleRange
    package var isFinal: Bool

    package init(range: SampleRange, isFinal: Bool) {
        self.range = range
        self.isFinal = isFinal
    }

    /// Returns the chunk's name. The same audio in the same conversation always has the same name, so that the server recognizes a repeated chunk.
    ///
    /// - Parameters:
    ///   - conversation: the conversation's id; characters other than letters, digits, `_` and `-` become `_`.
    ///   - digest: digest of the chunk's bytes.
    package func name(in conversation: String, rate: SampleRate, digest: String) -> String {
        let safe = conversation.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "-" ? $0 : "_" }
        return "\(String(safe))-\(startMilliseconds(at: rate))-\(range.count.samples * 2)-\(digest)"
    }

    /// Returns the chunk's start in milliseconds, rounded; never negative.
    package func startMilliseconds(at rate: SampleRate) -> Int64 {
        max(0, Int64((range.start.seconds(at: rate) * 1_000).rounded()))
    }
}
