import Speech

/// The state of one channel's turn while it goes on, for one engine: a turn that two engines share has two utterances.
struct UtteranceTrace: Sendable {
    let start: SampleIndex
    /// Time of the turn's first words, interim or final; nil before they come.
    var firstWords: Instant?
    /// The engine and model that made words final, and the time of the last final; nil before the first final.
    var answer: Answer?
    var interims = 0

    struct Answer: Sendable {
        let engine: EngineName
        let model: String?
        var words = 0
        var speechEnd: SampleIndex
        var at: Instant
        var reason: FinalReason
    }

    init(start: SampleIndex) { self.start = start }

    mutating func interim(now: Instant) {
        firstWords = firstWords ?? now
        interims += 1
    }

    mutating func commit(_ words: [Word], of commit: Commit, model: String?, now: Instant) {
        guard let last = words.last else { return }
        firstWords = firstWords ?? now
        let before = answer?.words ?? 0
        answer = Answer(
            engine: commit.engine, model: model, words: before + words.count, speechEnd: last.range.end, at: now, reason: commit.reason)
    }
}
