import Speech

/// What is known of one channel's turn while it goes on. One engine's: a turn that two engines share is two utterances.
struct UtteranceTrace: Sendable {
    let start: SampleIndex
    /// When its first words came, changing or not.
    var firstWords: Instant?
    /// Who made its words final, what model that was, and when the last of them came; nil as long as none have.
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
