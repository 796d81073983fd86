package import Speech

/// A part of a conversation's audio that is kept as a file.
package struct StoredAudio: Sendable, Equatable {
    /// Name of the file in the store of audio; a valid `BlobName`.
    package var file: String
    /// Format of the file: `opus` for Opus in Ogg.
    package var format: String
    /// Start of the file, as time since the conversation's start. Negative when the conversation begins within the file.
    package var start: Duration
    package var duration: Duration
    package var byteCount: Int
    package var created: UnixTime

    package init(file: String, format: String = "opus", start: Duration, duration: Duration, byteCount: Int, created: UnixTime) {
        self.file = file
        self.format = format
        self.start = start
        self.duration = duration
        self.byteCount = byteCount
        self.created = created
    }
}
