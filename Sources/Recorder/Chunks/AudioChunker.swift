package import Speech

/// Cuts a recording into chunks that overlap, at pauses where there are some. However the audio comes in pieces, the chunks are the same.
///
/// A chunk's place is the count of samples before it: nothing that happens to the chunks moves what comes later.
package struct AudioChunker: Sendable {
    private let longest: Int
    private let shortest: Int
    private let overlap: Int
    private let silence: Int
    private let quiet: UInt16
    private let spoken: UInt16

    /// What no chunk has been made of, and the overlap before it.
    private var samples: [Int16] = []
    /// Of the first of `samples`.
    private var start: SampleIndex
    /// How many of `samples` are the chunk's before, which is not a chunk by itself.
    private var repeated = 0
    /// How many of `samples` have been looked at for a pause.
    private var scanned = 0
    /// Where in `samples` the quiet at `scanned` began; nil: it is not quiet there.
    private var quietStart: Int?
    private var heardSpeech = false

    /// - Parameters:
    ///   - rate: of the samples.
    ///   - start: the place of the first sample that will come.
    ///   - repeated: how many of the first samples the chunk before has as well: for whoever goes on after it.
    package init(
        _ profile: ChunkProfile = .atPauses, rate: SampleRate = .speech, from start: SampleIndex = .zero, repeating repeated: SampleCount = .zero
    ) {
        func count(_ duration: Duration) -> Int { max(1, Int(SampleCount(duration, at: rate).samples)) }
        longest = count(profile.longest)
        shortest = min(count(profile.shortest), longest)
        // At least one sample of every chunk is new.
        overlap = min(count(profile.overlap), longest - 1)
        silence = count(profile.silence)
        quiet = profile.quiet.magnitude
        spoken = profile.spoken.magnitude
        self.start = start
        self.repeated = Int(repeated.samples)
    }

    /// Where the samples that come next belong.
    package var end: SampleIndex { start + SampleCount(samples.count) }

    /// Takes what was recorded next.
    ///
    /// - Returns: the chunks that it completes, in order.
    package mutating func append(_ more: Span<Int16>) -> [RecordedChunk] {
        var chunks: [RecordedChunk] = []
        samples.reserveCapacity(samples.count + more.count)
        for index in more.indices { samples.append(more[index]) }
        while let cut = nextCut() { chunks.append(take(cut, isFinal: false)) }
        return chunks
    }

    /// The recording ends here.
    ///
    /// - Returns: the rest, final; nil when there is nothing but what the last chunk had.
    package mutating func finish() -> RecordedChunk? {
        guard samples.count > repeated else { return nil }
        return take(samples.count, isFinal: true)
    }

    /// Where the next chunk ends, in `samples`; nil: not in what there is.
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
                // In the middle of the pause, so that both sides have some quiet.
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
