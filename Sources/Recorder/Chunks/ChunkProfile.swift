/// How a recording is cut into chunks.
package struct ChunkProfile: Sendable, Equatable {
    /// No chunk is longer.
    package var longest: Duration
    /// A pause earlier than this does not end a chunk. Equal to `longest`: chunks of one length.
    package var shortest: Duration
    /// What a chunk repeats of the one before, so that no word is cut at a seam.
    package var overlap: Duration
    /// How long it must be quiet for a cut.
    package var silence: Duration
    /// The loudest sample that is quiet; of 16 bits.
    package var quiet: Int16
    /// A chunk ends at a pause only if something louder than this came before it; of 16 bits.
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

    /// At a pause when one is near, else at fifteen seconds.
    package static let atPauses = ChunkProfile()
    /// What `harken record` does: as `atPauses`, with fewer chunks, so that what waited for hours stays below the server's rate limits.
    package static let recording = ChunkProfile(shortest: .seconds(10))
    /// Fifteen seconds each.
    package static let even = ChunkProfile(shortest: .seconds(15))
}
