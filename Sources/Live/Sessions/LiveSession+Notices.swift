internal import Admission
internal import Audio
internal import Continuity
internal import Conversations
internal import Journal
internal import Net
internal import Observability
internal import Protocols
package import Sessions
internal import Speech
internal import Store
internal import Tracing
internal import Usage
internal import VoiceTracking

/// Handles the notices of the session's driver: counts them, records them and tells the client.
extension LiveSession {
    package func observe(_ notice: SessionNotice) {
        switch notice {
        case .event(let event): if labeling == nil { hear(event) } else { label(event) }
        case .fact(let fact): observe(fact)
        case .messageSkipped(let engine, _): context.metrics.skippedMessage(engine: engine)
        case .engine(let engine, let notice): observe(notice, of: engine)
        case .attemptBegan(let attempt, let number): began(attempt, number)
        case .attemptEnded(let attempt, let number): ran(attempt, number)
        case .counted(let tally, let before):
            context.metrics.counted(lateFinals: tally.lateFinals - before.lateFinals, changedWords: tally.changedWords - before.changedWords)
        case .gateFailed: gateFailed()
        case .paused(let position): paused(at: position)
        case .heard(let speech): journal.transcript?.note(speech)
        case .judged(let judgment): journal.transcript?.note(judgment)
        case .decided(_, let position, let engine):
            // A position holds for the session's words only where one stream hears one channel.
            if channels == 1, streams.count == 1, servesAlone(engine) { conversation?.decided(through: position) }
        case .hidden(let range, let channel):
            journal.transcript?.hide(range, in: channel)
            conversation?.hide(range)
        case .userSpeaks(let speaker): conversation?.userSpeaks(as: speaker.number)
        }
    }

    private func observe(_ fact: SessionFact) {
        switch fact {
        case .holdClient(let isHeld): read(!isHeld)
        case .backfill(let backfill): filled(backfill)
        case .evaluated(let evaluation):
            context.metrics.evaluated(evaluation)
            context.evaluations.add(evaluation, of: id, at: .now, rate: rate)
        case .engineFault(let engine, let error): if let account = account(engine) { context.continuity.health.failed(account, error) }
        case .engineLagged(let engine, let lag): if let account = account(engine) { context.continuity.health.lagged(account, by: lag) }
        }
    }

    /// Duration of gated audio that is counted together.
    private static let savingsPiece: Duration = .seconds(5)

    /// Counts savings while the session runs, because a session may last all day.
    func countSavings() {
        if let gate { count(gate.savings, atLeast: SampleCount(Self.savingsPiece, at: rate)) }
    }

    private func count(_ savings: VADGate.Savings, atLeast count: SampleCount) {
        guard savings.heard - countedSavings.heard >= count else { return }
        context.metrics.gated(savings, since: countedSavings, rate: rate)
        countedSavings = savings
    }

    /// Shares an engine's health with all sessions that use the same key.
    package func availability(_ account: EngineHealth.Account, isAvailable: Bool) {
        if accounts.contains(account) { run?.availability(account.engine, isAvailable: isAvailable) }
    }

    private func account(_ engine: EngineName) -> EngineHealth.Account? { accounts.first { $0.engine == engine } }

    private func began(_ attempt: AttemptStart, _ number: Int) {
        if attempt.kind == .stream {
            streams[number] = OpenStream(engine: attempt.engine, model: EngineModel(model(of: attempt)))
            conversation?.decided(through: nil)
            tellWatchers(.engine(attempt.engine))
            countFailovers(to: attempt.engine)
            tellModel()
            tellServed()
            if asksOfEngines { tellIgnored(by: attempt.engine) }
        }
        attempts[number] = context.usage.begin(attempt, of: record, rate: rate, payer: isByOwnKeys ? .user : .operator)
    }

    /// True if the client asks for something that an engine may ignore.
    private var asksOfEngines: Bool { vendorOptions != nil || !keyterms.isEmpty || named.language?.isMulti ?? true }

    /// Tells the dialect which engine serves, and all options that the engines of the open streams ignore: settings may be in force again that an engine
    /// ignored which hears the session no more. Of several engines, each may serve the session, and the one that hears it for the longest is named.
    private func tellServed() {
        guard !clientIsGone, asksOfEngines, let first = streams.keys.min(), let engine = streams[first]?.engine else { return }
        var names = ignoredOptions(by: engine)
        for other in Set(streams.values.map(\.engine)) where other != engine { names += ignoredOptions(by: other) }
        dialect.served(by: server(engine), ignoring: names, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    /// Tells the dialect which model hears the session, if all streams have the same one. Of two engines that hear the session, either may serve it.
    private func tellModel() {
        guard !clientIsGone, let model = streams.values.first?.model, streams.values.allSatisfy({ $0.model == model }) else { return }
        dialect.named(model, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    /// Tells the client which of its options an engine ignores, each once.
    func tellIgnored(by engine: EngineName) {
        let names = ignoredOptions(by: engine).filter { toldIgnored.insert($0).inserted }
        guard !names.isEmpty else { return }
        context.log.info(
            "the engine ignores options of the client", [.session: id.rawValue, .engine: engine.rawValue, .reason: IgnoredOptions.value(names) ?? ""])
        guard !clientIsGone else { return }
        dialect.ignores(names, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    /// Counts the failed streams as failed over, because another stream has taken over.
    private func countFailovers(to engine: EngineName?) {
        for run in orphaned {
            context.metrics.failedOver(.init(at: .now, session: id, from: run.engine, to: engine, reason: run.outcome.label))
        }
        orphaned = []
    }

    private func ran(_ run: RecognitionAttempt, _ number: Int?) {
        context.metrics.ran(run)
        if run.kind == .stream {
            if let number {
                streams[number] = nil
                tellModel()
                tellServed()
            }
            // Nobody tells positions until another stream begins.
            if streams.isEmpty { conversation?.decided(through: nil) }
            if run.error != nil { orphaned.append(run) }
            if !streams.isEmpty { countFailovers(to: self.run?.servingEngine) }
        }
        context.usage.note(run, of: record, begun: number.flatMap { attempts.removeValue(forKey: $0) })
        if let account = account(run.engine) { context.continuity.health.ran(run, by: account) }
        if let span = trace?.ran(run) { context.tracer?.take([span]) }
        let engine = run.engine.rawValue, reason = run.outcome.label
        switch (run.kind, run.outcome) {
        case (.stream, .completed), (.stream, .cancelled), (.stream, .declined), (.shadow, _): break
        case (.stream, .failed(let error)):
            context.log.warning("engine stream failed", [.session: id.rawValue, .engine: engine, .error: "\(error)"])
        case (.stream, .givenUp), (.stream, .connectTimedOut):
            context.log.warning("engine stream given up", [.session: id.rawValue, .engine: engine, .reason: reason])
        case (.repair, let outcome), (.recovery, let outcome), (.recording, let outcome):
            let length = "\(run.audio / .seconds(1))"
            switch outcome {
            case .completed: context.log.info("audio repaired", [.session: id.rawValue, .engine: engine, .seconds: length])
            case .failed(let error):
                context.log.warning("audio not repaired", [.session: id.rawValue, .engine: engine, .error: "\(error)", .seconds: length])
            case .givenUp, .connectTimedOut:
                context.log.warning("audio not repaired", [.session: id.rawValue, .engine: engine, .reason: reason, .seconds: length])
            case .cancelled, .declined:
                context.log.info("repair given up", [.session: id.rawValue, .engine: engine, .reason: reason, .seconds: length])
            }
        }
    }

    /// Tells the client, the watchers and the stored transcript what is missing in the client's stream, or which of its tracks is heard.
    ///
    /// - Parameter notice: the notice, with its place in the audio of the present decoder.
    func noticed(_ notice: RecordingNotice) {
        switch notice {
        case .otherTracks, .mixedChannels, .silentTrack, .untoldSpeakers: guard toldNotices.insert(notice.withoutNames).inserted else { return }
        case .holes, .cut, .damaged, .unknownLanguage: break
        }
        tell(notice.moved(by: decoderStart), "a session's audio stream is not whole")
    }

    /// Tells the client, the watchers, the stored transcript and the log.
    private func tell(_ notice: RecordingNotice, _ logged: StaticString) {
        context.log.info(logged, [.session: id.rawValue, .dialect: dialectName, .reason: notice.name])
        // The names of tracks are text from the client's file, which the transcript must not keep.
        journal.transcript?.note(notice.withoutNames)
        tellWatchers(.notice(notice))
        guard !clientIsGone else { return }
        dialect.noticed(notice, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    private func filled(_ backfill: Backfill) {
        context.metrics.mended(engine: backfill.engine, backfill.range.count, at: rate)
        journal.record(backfill)
        conversation?.mended(
            RepairSeam.words(backfill.words, in: backfill.range), in: backfill.channel, by: backfill.engine, model: run?.model(of: backfill.engine))
    }

    func hear(_ event: SessionEvent) {
        if let shared {
            if shared.isMoved {
                // The other gateway has the words from here on.
                if case .ended(let end) = event { ended(end) }
                return
            }
            shared.heard(event)
        }
        // The conversation's last words are shown before the session's end.
        if case .ended = event, let conversation, !isSettled {
            conversation.settled { [self] in
                isSettled = true
                // All words are shown. A client that is still connected is also told the outcome of the conversation.
                guard !clientIsGone, client != nil, leftInOrder, case .ended(let end) = event, end.error == nil else { return hear(event) }
                conversation.concluded { [self] in hear(event) }
            }
            return
        }
        if trace != nil { traced(event) }
        let shown = told(event)
        tellWatchers(of: shown)
        if case .interim(let hypothesis) = event {
            context.metrics.interim()
            if let run { journal.transcript?.show(hypothesis, by: run.servingEngine ?? firstEngine, received: run.received) }
        }
        if case .gap(let channel, let range, let error) = event {
            context.metrics.gap(engine: firstEngine, range.count, at: rate)
            journal.transcript?.note(.init(channel: channel, range: range, cause: GapCause(error)))
            conversation?.missed()
            conversation?.covered(through: range.end)
            covered(channel, through: range.end)
        }
        if case .commit(let commit) = event {
            context.metrics.committed(words: commit.words.count)
            if let run { journal.transcript?.show(commit, received: run.received) }
            if let run, !commit.words.isEmpty {
                context.metrics.finalCame(from: commit.engine, behind: (run.received - commit.range.end).seconds(at: rate))
                let end = (commit.range.end - .zero).duration(at: rate), received = (run.received - .zero).duration(at: rate)
                lateness.finalCame(through: end, of: received, at: context.loop.now)
            }
            if commit.words.isEmpty { tellUnknownSpeech(in: commit.range) }
            covered(commit.channel, through: commit.range.end)
            conversation?.committed(commit.words, in: commit.channel, by: commit.engine, model: run?.model(of: commit.engine))
            conversation?.covered(through: commit.range.end)
            if !commit.words.isEmpty { tellWaiting(in: commit.channel) }
        }
        if !clientIsGone {
            var event = shown
            if case .ended(var end) = event, end.error == nil, meter?.isExhausted == true || reachedLimit != nil {
                end.error = .quotaExhausted(reachedLimit ?? "The key has no credit left.")
                event = .ended(end)
            } else if case .ended(var end) = event, let error = end.error {
                end.error = told(error)
                event = .ended(end)
            }
            if case .ready = event, let engine = run?.servingEngine { conversationDialect?.served(by: engine) }
            dialect.session(event, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
        if case .ended(let end) = event { ended(end) }
    }

    /// Tells that audio has no words because the engine cannot tell the language of its speech, if that is so.
    private func tellUnknownSpeech(in range: SampleRange) {
        let start = (range.start - .zero).duration(at: rate), end = (range.end - .zero).duration(at: rate)
        guard let notice = unknownSpeech.covered(from: start, through: end) else { return }
        tell(notice, "the language of some speech is unknown")
    }

    private func observe(_ notice: EngineNotice, of engine: EngineName) {
        switch notice {
        case .creditsLow(let remaining):
            context.log.warning("engine is nearly out of credit", [.engine: engine.rawValue, .seconds: "\(remaining.components.seconds)"])
        case .complaint(let complaint) where complaint.isAboutLateness && servesAlone(engine): finalsAreLate(by: engine)
        case .complaint(let complaint) where complaint.isAboutUnknownLanguage && servesAlone(engine): unknownSpeech.complained()
        case .complaint(let complaint):
            context.log.warning(
                "an engine reported an error", [.session: id.rawValue, .engine: engine.rawValue, .error: "\(complaint)"])
        case .changeRefused(let reason, _):
            context.log.info(
                "an engine refused a change of its open stream: a new stream has the change, if there is one",
                [.session: id.rawValue, .engine: engine.rawValue, .reason: reason])
        case .session(let session):
            context.log.info(
                "the engine's session has begun", [.session: id.rawValue, .engine: engine.rawValue, .engineSession: session.id])
            guard let model = session.model else { break }
            for (number, stream) in streams where stream.engine == engine { streams[number]?.model = model }
            tellModel()
        // Only programs ask for messages.
        case .message: break
        case .sessionEnded(let end): context.log.info("an engine ended its session", [.engine: engine.rawValue, .reason: end.reason])
        }
    }

    /// True if the session has no other words than those of this engine. Where several engines hear a session, its words do not wait for the slowest.
    /// A shadow's words are not shown.
    private func servesAlone(_ engine: EngineName) -> Bool { !streams.isEmpty && streams.values.allSatisfy { $0.engine == engine } }

    /// Notes that final words come late, because their engine is behind the audio. The log and the metrics are told once a session.
    private func finalsAreLate(by engine: EngineName) {
        let isFirst = !lateness.wasLate.contains(.recognition), isNews = lateness.complained(channels: channels)
        if isFirst {
            context.metrics.starved(by: engine)
            context.log.warning("the final words of a session come late", [.session: id.rawValue, .engine: engine.rawValue])
        }
        if isNews { tellLateness() }
    }

    /// Notes that final words wait for their voices, or wait no more. The log is told once a session for each purpose.
    func wordsWait(_ areLate: Bool, for purpose: LiveSpeakers.Purpose) {
        let isFirst = areLate && !lateness.wasLate.contains(.voices(purpose)), isNews = lateness.wordsWait(areLate, for: purpose)
        if isFirst { context.log.warning("the final words of a session wait for their voices", [.session: id.rawValue]) }
        if isNews { tellLateness() }
    }

    /// Notes that finals, or a gap, cover the audio of a channel.
    private func covered(_ channel: ChannelIndex, through end: SampleIndex) {
        guard let run else { return }
        let received = (run.received - .zero).duration(at: rate)
        if lateness.covered(channel, through: (end - .zero).duration(at: rate), of: received, at: context.loop.now) { tellLateness() }
    }

    /// Tells the client and the watchers that final words come late, or in time again.
    private func tellLateness() {
        let isLate = lateness.isLate
        tellWatchers(.late(isLate))
        guard !clientIsGone else { return }
        if isLateTold {
            dialect.finalsBecame(late: isLate, now: context.loop.now, output: &context.output)
        } else {
            isLateTold = true
            dialect.finalsAreLate(now: context.loop.now, output: &context.output)
        }
        carryOutOutput()
    }

    private func traced(_ event: SessionEvent) {
        var model: String?
        if case .commit(let commit) = event { model = run?.model(of: commit.engine) ?? labeledModels[commit.engine] }
        if let spans = trace?.heard(event, model: model, now: context.loop.now) { context.tracer?.take(spans) }
    }

    private func ended(_ end: SessionEnd) {
        // A session that no other gateway may take over is completed from the journal, at the next start.
        if let transcript = journal.transcript, shared?.isLeft != true {
            let received = shared?.isMoved == true ? shared?.storedThrough.map { $0 - .zero } ?? .zero : end.received
            context.finish(transcript, journal.cursor, received: received, behind: conversation?.stored, succession: succession)
        }
        shared?.ended(behind: conversation?.stored)
        audio?.cancel()
        audio = nil
        run = nil
        notResumable()
        // A client that closed in order does not come back, however its session ends.
        conversation?.ended(inOrder: leftInOrder && (end.error == nil || clientIsGone))
        conversation = nil
        labeling = nil
        if let gate { count(gate.savings, atLeast: .zero) }
        gate = nil
        if countedDamage >= StreamDecoder.maxDamagedInRow {
            context.log.warning("many of a session's messages could not be decoded", [.session: id.rawValue, .count: "\(countedDamage)"])
        }
        if lateness.wasLate.contains(.recognition) {
            context.log.info("the final words of a session came late", [.session: id.rawValue, .delay: lateness.longest?.logged ?? "-"])
        }
        if dialect.request.workload == .pushToTalk {
            context.voiceBudget.spend(SampleCount(end.received.samples).duration(at: rate), by: grant.user, now: .now)
        }
        let outcome = clientIsGone && end.error == nil ? .abandoned : Metrics.Outcome(end.error)
        context.metrics.sessionEnded(dialect: dialectName, engine: firstEngine, outcome)
        context.log.info(
            "session ended",
            [
                .session: id.rawValue, .dialect: dialectName, .engine: firstEngine.rawValue, .key: keyInLogs,
                .reason: outcome.rawValue, .seconds: "\(end.received.seconds(at: rate))", .duration: (UnixTime.now - started).logged,
                .bytes: "\(end.received.samples * Int64(2 * channels))",
            ])
        context.remove(self)
    }
}
