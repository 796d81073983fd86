/// The form in which a transcript is written.
struct TranscriptForm: Sendable {
    var format: TranscriptFormat
    /// True if each line of text begins with its time.
    var hasTimes = false
    /// The word for what was heard as a channel of its own, before its number: a channel of the recording, or a sound track.
    var channelName = Self.trackName

    static let trackName = "Track"
}
