package import Speech

/// Cuts a recording into overlapping chunks, at pauses where there are any. The chunks do not depend on the size of the pieces in which audio comes.
///
/// A chunk's position is the number of samples before it, so no loss of a chunk moves later chunks.
package struct AudioChunker: Sendable {
    private let longest: Int
    private let shortest: Int
    private let overlap: Int
    private let silence: Int
    private let quiet: UInt16
    private let spoken: UInt16

    /// Samples that are not in a chunk yet, with the overlap before them.
    private var samples: [Int16] = []
    /// Position of the first of `samples`.
    private var start: SampleIndex
    /// Number of the first `samples` that the previous chunk has too. They do not make a chunk by themselves.
    private var repeated = 0
    /// Number of `samples` that were searched for a pause.
    private var scanned = 0
    /// Index in `samples` at which the quiet began that lasts until `scanned`; nil when there is sound at `scanned`.
    private var quietStart: Int?
    private var heardSpeech = false

    /// - Parameters:
    ///   - rate: sample rate of the recording.
    ///   - start: position of the first sample that will come.
    ///   - repeated: number of the first samples that the previous chunk has too, when a recording is continued.
    package init(
        _ profile: ChunkProfile = .atPauses, rate: SampleRate = .speech, from start: SampleIndex = .zero, repeating repeated: SampleCount = .zero
    ) {
        func count(_ duration: Duration) -> Int { max(1, Int(SampleCount(duration, at: rate).samples)) }
        longest = count(profile.longest)
        shortest = min(count(profile.shortest), longest)
        // Every chunk has at least one new sample.
        overlap = min(count(profile.overlap), longest - 1)
        silence = count(profile.silence)
        quiet = profile.quiet.magnitude
        spoken = profile.spoken.magnitude
        self.start = start
        self.repeated = Int(repeated.samples)
    }

    /// Position of the next sample.
    package var end: SampleIndex { start + SampleCount(samples.count) }

    /// Takes the next samples of the recording.
    ///
    /// - Returns: the chunks that these samples complete, in order.
    package mutating func append(_ more: Span<Int16>) -> [RecordedChunk] {
        var chunks: [RecordedChunk] = []
        samples.reserveCapacity(samples.count + more.count)
        for index in more.indices { samples.append(more[index]) }
        while let cut = nextCut() { chunks.append(take(cut, isFinal: false)) }
        return chunks
    }

    /// Ends the recording.
    ///
    /// - Returns: the rest as the final chunk; nil when the last chunk already has all samples.
    package mutating func finish() -> RecordedChunk? {
        guard samples.count > repeated else { return nil }
        return take(samples.count, isFinal: true)
    }

    /// Returns the end of the next chunk, as an index in `samples`; nil when more samples are needed.
    private mutating func nextCut() -> Int? {
        while scanned < min(samples.count, longest) {
            let loudness = samples[scanned].magnitude
            if loudness > quiet {
                quietStart = nil
                heardSpeech = heardSpeech || loudness > spoken
            } else if quietStart == nil {
                quietStart = scanned
            }
            scanned += 1
            if let quietStart, heardSpeech {
                let first = max(quietStart, shortest)
                // The cut is in the middle of the pause, so that both sides have some quiet.
                if shortest < longest, scanned - first >= silence { return first + silence / 2 }
            }
        }
        return samples.count >= longest ? longest : nil
    }

    private mutating func take(_ cut: Int, isFinal: Bool) -> RecordedChunk {
        let chunk = RecordedChunk(
            range: SampleRange(start, count: SampleCount(cut)), samples: Array(samples[..<cut]), isFinal: isFinal)
        let kept = isFinal ? 0 : min(overlap, cut - 1)
        samples.removeFirst(cut - kept)
        start += SampleCount(cut - kept)
        repeated = kept
        scanned = 0
        quietStart = nil
        heardSpeech = false
        return chunk
    }
}
