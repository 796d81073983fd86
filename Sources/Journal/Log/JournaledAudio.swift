package import Continuity
package import Speech

/// The places of a session's audio in the segments of earlier runs.
package struct JournaledAudio: Sendable {
    private struct Piece: Sendable {
        var range: SampleRange
        var file: JournalFile
        /// Offset in bytes of the piece's first sample in the file.
        var offset: Int
    }

    package let rate: SampleRate
    package let channels: Int
    /// The pieces, in order. Audio for which the journal had no room is missing.
    private var pieces: [Piece] = []

    package init(rate: SampleRate, channels: Int) {
        self.rate = rate
        self.channels = channels
    }

    private var frame: Int { 2 * channels }

    /// End of the last piece.
    package var end: SampleIndex { pieces.last?.range.end ?? .zero }

    package mutating func add(_ block: JournalBlock, in file: JournalFile, at offset: Int) {
        let range = SampleRange(block.position, count: SampleCount(block.payloadLength / frame))
        guard !range.isEmpty, range.start >= end else { return }
        pieces.append(Piece(range: range, file: file, offset: offset))
    }

    /// Returns the parts of `range` that are in the journal, in order. Adjacent parts are joined.
    package func held(of range: SampleRange) -> [SampleRange] {
        var held: [SampleRange] = []
        for index in firstPiece(endingAfter: range.start)..<pieces.count {
            guard let part = pieces[index].range.intersection(range) else { break }
            if let last = held.last, last.end == part.start { held[held.count - 1].end = part.end } else { held.append(part) }
        }
        return held
    }

    /// Reads 16-bit PCM of one channel. Blocks the thread.
    ///
    /// - Parameter range: a range that is in the journal as a whole; otherwise the call fails.
    package func read(_ range: SampleRange, channel: ChannelIndex) throws(JournalError) -> [UInt8] {
        var samples: [UInt8] = []
        samples.reserveCapacity(2 * Int(range.count.samples))
        for index in firstPiece(endingAfter: range.start)..<pieces.count {
            let piece = pieces[index]
            guard let part = piece.range.intersection(range) else { break }
            var interleaved = [UInt8](repeating: 0, count: Int(part.count.samples) * frame)
            let offset = piece.offset + Int((part.start - piece.range.start).samples) * frame
            var span = interleaved.mutableSpan
            try span.withUnsafeMutableBytes { (bytes) throws(JournalError) in try piece.file.read(bytes, at: offset) }
            samples.append(channel.number..<channel.number + 1, ofInterleaved: interleaved.span.bytes, channels: channels)
        }
        guard samples.count == 2 * Int(range.count.samples) else { throw .notJournaled }
        return samples
    }

    private func firstPiece(endingAfter position: SampleIndex) -> Int {
        var low = 0, high = pieces.count
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].range.end > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
