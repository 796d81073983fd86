internal import Conversations
internal import Net
internal import Speakers
internal import Speech

/// One channel of a session whose client wants the speakers of words: holds the channel's events back, in order, until the final words before them
/// have speakers.
///
/// The labels are those of the session's first engine, if it gives any, until words of another engine come: from then on the voices tell, and a voice
/// that had an engine's label keeps it. A failover so keeps the labels of people. Lives on the session's loop.
final class LabeledChannel {
    private struct Held {
        var event: SessionEvent
        /// True while the event's words wait for their speakers.
        var waits = false
    }

    private var speakers: LiveSpeakers?
    private var numbers = SpeakerNumbers()
    /// Engines that give labels themselves.
    private let labelers: Set<EngineName>
    private let deliver: (SessionEvent) -> Void
    /// The engine whose labels are shown; nil: no final words have come.
    private var engine: EngineName?
    /// True once voices tell who speaks, and engines' labels do not count.
    private var tellsByVoice = false
    private var held: [Held] = []
    /// The last event, if it was an interim, as the engine gave it.
    private var interim: Hypothesis?

    /// - Parameters:
    ///   - patience: maximum time without a voice that was heard after which final words go on without their speakers.
    ///   - audio: returns audio of the channel; nil when the audio is gone.
    ///   - wait: called when final words have waited long for their voices, with true, and when they wait no more, with false.
    ///   - deliver: takes the events, in order.
    init(
        _ voices: any Voiceprinting, rule: SpeakerRule, patience: Duration, labelers: Set<EngineName>, rate: SampleRate, loop: Loop,
        audio: @escaping (SampleRange) -> [Int16]?, wait: @escaping (Bool) -> Void, deliver: @escaping (SessionEvent) -> Void
    ) {
        self.labelers = labelers
        self.deliver = deliver
        speakers = LiveSpeakers(
            voices, rule: rule, patience: patience, for: .labels, rate: rate, loop: loop, audio: audio, wait: wait,
            handOn: { [weak self] in self?.labeled($0.words) }, heard: { _ in }, told: { [weak self] in self?.showAgain() })
        speakers?.prepare()
    }

    /// Takes an event of the channel.
    func take(_ event: SessionEvent) {
        interim = nil
        switch event {
        case .commit(var commit) where !commit.words.isEmpty:
            tellsByVoice = tellsByVoice || !labelers.contains(commit.engine) || engine.map { $0 != commit.engine } ?? false
            engine = commit.engine
            if tellsByVoice { strip(&commit.words) }
            held.append(Held(event: .commit(commit), waits: true))
            speakers?.committed(.init(words: commit.words, channel: commit.channel, engine: commit.engine))
        case .interim(let hypothesis):
            interim = hypothesis
            show(hypothesis)
        default: pass(event)
        }
    }

    /// Shows an interim with the speakers that are known.
    private func show(_ interim: Hypothesis) {
        var shown = interim
        if tellsByVoice { strip(&shown.words) }
        // Before the first final words, nobody knows if the engine gives labels.
        if let speakers, engine.map({ !labelers.contains($0) }) ?? labelers.isEmpty || tellsByVoice {
            shown.words = speakers.labeled(shown.words)
        }
        // Who appears first is told by final words: interims come at the pace of the machine.
        var numbers = numbers
        numbers.number(&shown.words, ownLabels: SpeakerTracker.ownLabels)
        pass(.interim(shown))
    }

    /// Shows the last interim again, now that one of its speakers is known: the next interim may come much later.
    private func showAgain() { if let interim { show(interim) } }

    private func strip(_ words: inout [Word]) { for index in words.indices where words[index].speaker != nil { words[index].speaker = nil } }

    private func pass(_ event: SessionEvent) {
        guard !held.isEmpty else { return deliver(event) }
        // An interim replaces the one before.
        if case .interim = event, case .interim? = held.last?.event { held.removeLast() }
        held.append(Held(event: event))
    }

    private func labeled(_ words: [Word]) {
        guard let index = held.firstIndex(where: \.waits), case .commit(var commit) = held[index].event else { return }
        commit.words = words
        numbers.number(&commit.words, ownLabels: SpeakerTracker.ownLabels)
        held[index] = Held(event: .commit(commit))
        release()
    }

    private func release() {
        while let first = held.first, !first.waits {
            held.removeFirst()
            deliver(first.event)
        }
    }

    /// Calls `body` when all events are delivered. No more events come.
    func end(_ body: @escaping () -> Void) {
        guard let speakers else { return body() }
        speakers.idle { [self] in
            release()
            self.speakers?.cancel()
            self.speakers = nil
            body()
        }
    }
}
