import Continuity
import Speech

/// The text of events in a trace.
enum Trace {
    static func text(_ words: [Word]) -> String {
        words.map { word in
            let identity = WordIdentity(confidence: word.confidence)
            let number = identity.count > 1 ? "\(identity.first)+\(identity.first + 1)" : "\(identity.first)"
            return "\(word.text)[\(number) \(Milliseconds.text(word.range))]"
        }.joined(separator: " ")
    }

    static func text(_ hypothesis: Hypothesis) -> String {
        "channel \(hypothesis.channel.number) \(Milliseconds.text(hypothesis.range)) \(text(hypothesis.words))"
    }

    static func text(_ event: EngineEvent) -> String {
        switch event {
        case .interim(let hypothesis): "interim \(text(hypothesis))"
        case .final(let hypothesis, let reason): "final (\(reason)) \(text(hypothesis))"
        case .turnEnded(let channel, let at): "turnEnded channel \(channel.number) at \(Milliseconds.text(at))"
        case .closed(let error): "closed \(error.map { String(describing: $0) } ?? "without error")"
        case .opened, .speechStarted, .flushed, .notice, .skipped: "\(event)"
        }
    }

    static func text(_ outcome: RepairOutcome) -> String {
        switch outcome {
        case .words(let words), .text(let words): text(words)
        case .failed, .declined: "\(outcome)"
        }
    }

    static func text(_ event: SessionEvent) -> String {
        switch event {
        case .interim(let hypothesis): "interim \(text(hypothesis))"
        case .commit(let commit):
            "commit (\(commit.reason), \(commit.engine)) channel \(commit.channel.number) \(Milliseconds.text(commit.range)) \(text(commit.words))"
        case .gap(let channel, let range, let cause): "gap channel \(channel.number) \(Milliseconds.text(range)): \(cause)"
        case .turnEnded(let channel, let at): "turnEnded channel \(channel.number) at \(Milliseconds.text(at))"
        case .ended(let end): "ended at \(Milliseconds.text(end.received.samples)) \(end.error.map { "with \(String(describing: $0))" } ?? "well")"
        case .ready, .speechStarted, .flushed: "\(event)"
        }
    }
}
