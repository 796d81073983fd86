/// Rules for cutting a recording into chunks.
package struct ChunkProfile: Sendable, Equatable {
    /// Maximum duration of a chunk.
    package var longest: Duration
    /// Minimum duration of a chunk before a pause may end it. Equal to `longest`: all chunks have the same length.
    package var shortest: Duration
    /// Audio at the end of a chunk that the next chunk repeats, so that no word is cut at a seam.
    package var overlap: Duration
    /// Minimum duration of quiet for a cut.
    package var silence: Duration
    /// Maximum amplitude that counts as quiet, for 16-bit samples.
    package var quiet: Int16
    /// Amplitude that must have been exceeded before a pause can end a chunk, for 16-bit samples.
    package var spoken: Int16

    package init(
        longest: Duration = .seconds(15), shortest: Duration = .seconds(6), overlap: Duration = .milliseconds(500),
        silence: Duration = .milliseconds(350),
        quiet: Int16 = 256, spoken: Int16 = 512
    ) {
        self.longest = longest
        self.shortest = shortest
        self.overlap = overlap
        self.silence = silence
        self.quiet = quiet
        self.spoken = spoken
    }

    /// Cuts at a pause when one is near, otherwise after fifteen seconds.
    package static let atPauses = ChunkProfile()
    /// The profile of `harken record`: like `atPauses`, but with fewer chunks, so that a backlog of hours stays below the server's rate limits.
    package static let recording = ChunkProfile(shortest: .seconds(10))
    /// Chunks of fifteen seconds each.
    package static let even = ChunkProfile(shortest: .seconds(15))
}
