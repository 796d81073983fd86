/// One speaker's uninterrupted speech. Turns of different speakers may overlap.
public struct SpokenTurn: Sendable, Equatable {
    /// Start of the turn, counted from the recording's start.
    public var start: Duration
    public var end: Duration
    /// The speaker's name, which is valid in one recording and on one side (reference or hypothesis) only.
    public var speaker: String

    public init(start: Duration, end: Duration, speaker: String) {
        self.start = start
        self.end = end
        self.speaker = speaker
    }
}
