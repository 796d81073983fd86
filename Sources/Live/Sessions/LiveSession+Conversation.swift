internal import Admission
internal import Audio
internal import Continuity
internal import Conversations
internal import Journal
internal import Net
internal import Observability
internal import Protocols
internal import Sessions
internal import Settings
internal import Speech
internal import Store
internal import TextNormalization
internal import VoiceTracking

/// The conversation that the session's words become part of, and the gate that keeps silence from engines.
extension LiveSession {
    func startConversation(_ request: ConversationRequest) {
        var request = request
        request.started = record.recorded
        conversation = LiveConversation(
            session: id, user: grant.user, request: request, language: record.language, started: started,
            rate: rate, channels: channels, choices: choices, shared: shared, service: context.conversations, loop: context.loop,
            audio: { [self] range in channels == 1 ? heard(range) : nil }, moved: { [self] in moved() },
            refused: { [self] in keyIsOver() }, wait: { [self] areLate in wordsWait(areLate, for: .conversation) },
            journal: { [journal] in journal.note($0) }
        ) { [self] event in
            tellWatchers(of: event)
            guard !clientIsGone else { return }
            conversationDialect?.conversation(event, now: context.loop.now, output: &context.output)
            carryOutOutput()
            // Segments end the interims before them.
            if case .changed = event, let conversation { for guess in conversation.open.all { tell(interim: guess) } }
        }
    }

    /// Returns the event as clients and watchers get it: an interim of a conversation has the final words too that no segment shows yet.
    func told(_ event: SessionEvent) -> SessionEvent {
        guard let conversation else { return event }
        switch event {
        case .interim(let guess): return .interim(conversation.open.guessed(guess))
        case .commit(let commit):
            conversation.open.covered(through: commit.range.end, in: commit.channel)
            // A guess has other times than the final of its turn.
            if commit.endsTurn { conversation.open.turnEnded(through: commit.range.end, in: commit.channel) }
            return event
        case .gap(let channel, let range, _):
            conversation.open.covered(through: range.end, in: channel)
            return event
        case .ready, .speechStarted, .turnEnded, .flushed, .ended: return event
        }
    }

    /// Tells final words that wait, as what they are: words that may still change.
    func tellWaiting(in channel: ChannelIndex) {
        guard let guess = conversation?.open.interim(of: channel), !guess.words.isEmpty else { return }
        tell(interim: guess)
    }

    private func tell(interim guess: Hypothesis) {
        tellWatchers(.interim(guess))
        guard dialect.request.interims, !clientIsGone else { return }
        dialect.session(.interim(guess), now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    /// Returns a command with sensitive content hidden in words that the client brings.
    func redacted(_ command: ConversationCommand) -> ConversationCommand {
        guard broughtRedaction != nil, case .transcript(var segments, let engine) = command else { return command }
        for index in segments.indices {
            let words = WrittenWord.timed(segments[index].text, in: SampleRange(.zero, .zero))
            segments[index].text = (broughtRedaction?.redact(final: words) ?? []).text
        }
        return .transcript(segments, engine: engine)
    }

    /// Returns kept audio of a channel; nil when the audio is gone.
    func heard(_ range: SampleRange, of channel: ChannelIndex = .first) -> [Int16]? {
        var samples: [Int16] = []
        samples.reserveCapacity(Int(range.count.samples) * channels)
        do throws(AudioLost) {
            try journal.replay(range) { pcm in
                pcm.withUnsafeBytes { PCM.appendSamples(linear16: $0, to: &samples) }
            }
        } catch {
            return nil
        }
        guard channels > 1 else { return samples }
        return stride(from: channel.number, to: samples.count, by: channels).map { samples[$0] }
    }

    /// Makes the gate. Sessions with separate channels have no gate, because engines hear their channels together.
    func makeGate(_ request: ConversationRequest) -> SilenceGate? {
        let mode: GateSettings.Mode =
            switch request.gate {
            case .operatorsChoice: context.gate.mode
            case .on: .on
            case .off: .off
            }
        guard mode != .off, channels == 1, let voices = context.voices else { return nil }
        do throws(EngineError) {
            guard let windows = try VoiceActivityWindows(voices, rate: rate, channels: channels) else { return nil }
            var rule = context.gate.rule
            if context.turns == nil { rule.unfinished = nil }
            return SilenceGate(windows, rule: rule, isShadow: mode == .shadow, rate: rate)
        } catch {
            // The session continues without a gate: a higher cost is better than lost speech.
            gateFailed()
            return nil
        }
    }

    /// Asks whether the speaker's turn is over, if the gate waits for that.
    func paused(at position: SampleIndex) {
        guard context.gate.rule.unfinished != nil, let turns = context.turns else { return }
        let start = max(.zero, position - SampleCount(turns.longestTurn, at: rate))
        guard let samples = heard(SampleRange(start, position)) else { return }
        let session = LoopBound(self, on: context.loop)
        Self.judge(samples, rate, turns) { probability in
            session.enter {
                $0.gate?.judged(isOver: probability > turns.completeness, at: position)
                $0.journal.transcript?.note(TurnJudgment(channel: .first, position: position, probability: probability, engine: nil))
            }
        }
    }

    /// - Parameter tell: called on any thread; not called when the model cannot tell.
    private static func judge(_ samples: [Int16], _ rate: SampleRate, _ turns: any TurnJudging, tell: @escaping @Sendable (Float) -> Void) {
        Task { if let probability = await turns.judge(turn: SpeechSamples.floats(samples, rate)) { tell(probability) } }
    }

    func gateFailed() {
        context.metrics.gateFailed()
        context.log.warning("a session's silence gate sends everything to the engine", [.session: id.rawValue])
    }
}
