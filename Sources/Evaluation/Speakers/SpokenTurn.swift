/// One speaker's uninterrupted speech. Turns of different speakers may overlap.
public struct SpokenTurn: Sendable, Equatable {
    /// Since the recording's beginning.
    public var start: Duration
    public var end: Duration
    /// A name that means something in one recording and on one side, reference or hypothesis, only.
    public var speaker: String

    public init(start: Duration, end: Duration, speaker: String) {
        self.start = start
        self.end = end
        self.speaker = speaker
    }
}
