/// Limits on the transcripts that are kept. Beyond any of these limits the oldest transcripts are deleted.
package struct TranscriptLimits: Sendable, Equatable {
    package var count: Int
    /// Maximum size of all files together.
    package var bytes: Int
    package var age: Duration

    package init(count: Int = 100_000, bytes: Int = 4 << 30, age: Duration = .seconds(30 * 86_400)) {
        self.count = count
        self.bytes = bytes
        self.age = age
    }
}
