internal import Continuity
internal import Speech
internal import TextNormalization

/// Hides sensitive content in the words of a session, before the journal, the observer or the client has them.
struct SessionRedaction {
    private var channels: [StreamRedactor]
    /// The commit that was recorded last, until it is shown.
    private var recorded: Commit?
    private let rule: RedactionRule

    /// Returns nil where nothing is to be hidden.
    init?(_ rule: RedactionRule?, channels: Int) {
        guard let rule, !rule.kinds.isEmpty else { return nil }
        self.rule = rule
        self.channels = Array(repeating: StreamRedactor(rule), count: channels)
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
        case .ready, .speechStarted, .turnEnded, .flushed, .gap, .ended: return event
        }
    }

    /// Returns a fact as it may be kept.
    func kept(_ fact: SessionFact) -> SessionFact {
        switch fact {
        case .backfill(var backfill):
            var redactor = StreamRedactor(rule)
            backfill.words = redactor.redact(final: backfill.words)
            return .backfill(backfill)
        case .evaluated(let evaluation): return .evaluated(evaluation.withoutTexts)
        case .holdClient, .engineFault, .engineLagged: return fact
        }
    }
}
