internal import Conversations
internal import Engines
internal import Protocols
internal import Sessions
internal import Speech
internal import VoiceTracking

/// The speakers of words, where the client asks for them.
extension LiveSession {
    /// Engines that label speakers themselves.
    private var labelers: Set<EngineName> { Set(engines.filter(\.labelsLiveSpeakers).map(\.name)) }

    /// False if the client asks for speakers and nothing can tell them.
    var tellsSpeakers: Bool { !dialect.request.diarize || conversation != nil || labeling != nil || !labelers.isEmpty }

    /// Begins to tell speakers apart by their voices, if the client asks for speakers, and neither every engine nor the conversation tells them.
    func startLabeling() {
        let labelers = labelers
        guard dialect.request.diarize, conversation?.speakers == nil, let voices = context.conversations.voices,
            !engines.allSatisfy({ labelers.contains($0.name) })
        else { return }
        labeling = SpeakerLabeling(
            voices, rule: context.conversations.speakerRule, patience: context.conversations.labelPatience, labelers: labelers, channels: channels,
            rate: rate, loop: context.loop,
            audio: { [self] range, channel in heard(range, of: channel) }, wait: { [self] areLate in wordsWait(areLate, for: .labels) },
            deliver: { [self] event in hear(event) })
    }

    /// Takes an event of the driver that is shown once its words have speakers.
    func label(_ event: SessionEvent) {
        if case .commit(let commit) = event, let model = run?.model(of: commit.engine) { labeledModels[commit.engine] = model }
        labeling?.take(event)
    }
}
