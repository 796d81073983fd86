internal import Continuity
internal import Speech
internal import TextNormalization

/// Hides sensitive content in the words of a session, before the journal, the observer or the client has them.
struct SessionRedaction {
    private var channels: [StreamRedactor]
    /// The commit that was recorded last, until it is shown.
    private var recorded: Commit?
    /// Redaction as it was where a gap begins, for the words that fill the gap later; the latest gaps, in order.
    private var gaps: [(channel: ChannelIndex, range: SampleRange, redactor: StreamRedactor)] = []
    private let rule: RedactionRule

    /// Maximum number of gaps that are remembered: as many as a session repairs late.
    private static let maxGaps = 64

    /// Returns nil where nothing is to be hidden.
    ///
    /// - Parameter said: the last words of the session that this one goes on behind; nil: there is none.
    init?(_ rule: RedactionRule?, channels: Int, behind said: SaidBefore? = nil) {
        guard let rule, !rule.kinds.isEmpty else { return nil }
        self.rule = rule
        self.channels = (0..<channels).map { StreamRedactor(rule, behind: said?.part(of: $0)) }
    }

    /// Returns a commit as it may be recorded. The session shows the commit next.
    mutating func recorded(_ commit: Commit) -> Commit {
        guard channels.indices.contains(commit.channel.number) else { return commit }
        var redacted = commit
        redacted.words = channels[commit.channel.number].redact(final: commit.words, endsTurn: commit.endsTurn)
        recorded = redacted
        return redacted
    }

    /// The times whose words were hidden in the commit that was recorded last.
    var hidden: [SampleRange] { recorded.flatMap { channels[$0.channel.number].hidden } ?? [] }

    /// Returns an event as it may be shown.
    mutating func shown(_ event: SessionEvent) -> SessionEvent {
        switch event {
        case .commit(let commit):
            if let recorded, recorded.channel == commit.channel, recorded.range == commit.range { return .commit(recorded) }
            return .commit(self.recorded(commit))
        case .interim(var hypothesis):
            guard channels.indices.contains(hypothesis.channel.number) else { return event }
            hypothesis.words = channels[hypothesis.channel.number].redact(interim: hypothesis.words)
            hypothesis.stableWords = min(hypothesis.stableWords, hypothesis.words.count)
            return .interim(hypothesis)
        case .gap(let channel, let range, _):
            guard channels.indices.contains(channel.number) else { return event }
            if gaps.count == Self.maxGaps { gaps.removeFirst() }
            gaps.append((channel, range, channels[channel.number]))
            channels[channel.number].missed()
            return event
        case .ready, .speechStarted, .turnEnded, .flushed, .ended: return event
        }
    }

    /// Returns a fact as it may be kept, and the times of the words that are hidden in it.
    func kept(_ fact: SessionFact) -> (fact: SessionFact, hidden: [SampleRange]) {
        switch fact {
        case .backfill(var backfill):
            let gap = gaps.last { $0.channel == backfill.channel && $0.range.intersection(backfill.range) != nil }
            // Nothing is known of what was said before a gap that is forgotten.
            var redactor = gap?.redactor ?? StreamRedactor(rule, behind: SaidBefore.Part([], isWhole: false))
            backfill.words = redactor.redact(final: backfill.words)
            return (.backfill(backfill), redactor.hidden)
        case .evaluated(let evaluation): return (.evaluated(evaluation.withoutTexts), [])
        case .holdClient, .engineFault, .engineLagged: return (fact, [])
        }
    }
}
