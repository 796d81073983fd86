/// Limits on the transcripts that are kept. The oldest transcripts go beyond any of these limits.
package struct TranscriptLimits: Sendable, Equatable {
    package var count: Int
    /// All files together.
    package var bytes: Int
    package var age: Duration

    package init(count: Int = 100_000, bytes: Int = 4 << 30, age: Duration = .seconds(30 * 86_400)) {
        self.count = count
        self.bytes = bytes
        self.age = age
    }
}
