package import Speech

/// The stream's own history of pauses: tells whether pauses like the present one have been ends of turns. Neither the sound nor the text can tell a
/// pause in slowly read speech from an end.
package struct PauseHistory: Sendable, Equatable {
    /// Share of ends from which words may leave early.
    package struct Rule: Sendable, Equatable {
        /// Ends and other pauses that are counted before there were any.
        package var ends = 2, others = 5
        package var minimumShare = 0.33
        /// Minimum number of ends that the stream must have had.
        package var minimumEnds = 2

        package init() {}
    }

    /// Number of pauses that are remembered.
    private static let memory = 8
    /// Minimum silence that counts as a pause (LIVE.md). Words may leave after less silence.
    private static let counted = SampleCount(.milliseconds(420), at: .speech)
    /// Silence that is an end: the recording's limit between two sentences.
    private static let end = SampleCount(.seconds(1), at: .speech)

    /// The latest pauses, in order; true: the pause was an end.
    private var pauses: [Bool] = []
    private var ends = 0
    /// Start of the present silence; nil when it is counted, or when somebody speaks.
    private var silentSince: SampleIndex?

    package init() {}

    /// Notes that speech paused. The sound ended at `silent`.
    package mutating func paused(at silent: SampleIndex) { silentSince = silent }

    /// Notes that speech went on at `start`.
    package mutating func resumed(at start: SampleIndex) {
        if let silentSince, start - silentSince >= Self.counted { add(false) }
        silentSince = nil
    }

    /// Notes that the silence, if there is one, has lasted until `position`.
    package mutating func passed(_ position: SampleIndex) {
        guard let silentSince, position - silentSince >= Self.end else { return }
        add(true)
        ends += 1
        self.silentSince = nil
    }

    /// True if words may leave early by this rule; nil: always.
    package func allowsEarly(_ rule: Rule?) -> Bool {
        guard let rule else { return true }
        let share = Double(pauses.count(where: \.self) + rule.ends) / Double(pauses.count + rule.ends + rule.others)
        return share >= rule.minimumShare && ends >= rule.minimumEnds
    }

    private mutating func add(_ isEnd: Bool) {
        pauses = (pauses + [isEnd]).suffix(Self.memory)
    }
}
