package import Speech

/// A chunk that waits on the disk to be sent.
package struct QueuedChunk: Sendable, Equatable {
    /// In samples since the recording's first one. Its audio is in the recording's file.
    package var range: SampleRange
    package var isFinal: Bool

    package init(range: SampleRange, isFinal: Bool) {
        self.range = range
        self.isFinal = isFinal
    }

    /// The same for the same audio of the same conversation, so that what is sent again is known again.
    ///
    /// - Parameters:
    ///   - conversation: its id; characters that are not letters, digits, `_` or `-` become `_`.
    ///   - digest: of the chunk's bytes.
    package func name(in conversation: String, rate: SampleRate, digest: String) -> String {
        let safe = conversation.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "-" ? $0 : "_" }
        return "\(String(safe))-\(startMilliseconds(at: rate))-\(range.count.samples * 2)-\(digest)"
    }

    /// Where it begins, rounded; never before the beginning.
    package func startMilliseconds(at rate: SampleRate) -> Int64 {
        max(0, Int64((range.start.seconds(at: rate) * 1_000).rounded()))
    }
}
