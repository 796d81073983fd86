internal import Admission
internal import Continuity
internal import Journal
package import Net
internal import Observability
package import Protocols
internal import Sessions
internal import Speech
internal import Store

/// The return of a client that has lost its connection.
extension LiveSession {
    /// Interval between two checks for audio that has become durable.
    private var durabilityInterval: Duration { .milliseconds(500) }
    /// Absence of a client after which its words are made final. A client that returns sooner finds no word cut in two.
    private var absence: Duration { .seconds(5) }

    func beResumable(_ run: SessionDriver) {
        let rule = Resumption.Rule(window: ListenServer.resumeWindow)
        resumable = ResumableRun(
            run, rate: rate, channels: channels, rule: rule, earliest: place(of: .zero), repeated: shared?.repeated ?? .zero, on: context.loop
        ) { [self] in tell($0) }
        shared?.began()
        succession?.has(.zero)
        context.waiting.add(clientID, of: grant.user, LoopBound(self, on: context.loop))
        watchDurability()
    }

    func notResumable() {
        guard let resumable else { return }
        context.waiting.remove(clientID)
        durabilityTimer?.cancel()
        durabilityTimer = nil
        absenceTimer?.cancel()
        absenceTimer = nil
        resumable.ended()
        self.resumable = nil
    }

    private func tell(_ message: ResumableRun.Message) {
        switch message {
        // The dialect gets every event, and numbers its messages itself.
        case .event: break
        case .durable(let end):
            resumableDialect?.durable(through: end, heard: durableHere, now: context.loop.now, output: &context.output)
            carryOutOutput()
        }
    }

    private func watchDurability() {
        durabilityTimer = context.loop.schedule(at: context.loop.now + durabilityInterval) { [self] in
            guard let run else { return }
            // Audio that was left to the next session is not told, although the journal has it.
            if let end = journal.becameDurable(received: run.received), end <= run.received {
                succession?.has((end - .zero).duration(at: rate))
                let stored = shared?.acknowledged(end, received: run.received, isStored: conversation?.isStored ?? true)
                let hasOthers = context.conversations.hasOthers.isSet
                durableHere = hasOthers ? end : nil
                resumable?.durable(through: hasOthers ? stored ?? end : end, repeats: hasOthers)
            }
            watchStorage()
            watchDurability()
        }
    }

    /// Tells the client when the disk is full, and when it has room again: the session itself goes on.
    private func watchStorage() {
        let isFull = journal.isRefused || context.store.isDiskFull
        guard isFull != toldFull else { return }
        toldFull = isFull
        resumableDialect?.storage(isFull: isFull, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    /// Leaves the session to another gateway, to which its client has gone. Words that are not stored are recognized there.
    func moved(reason: String = "replaced") {
        guard let shared, run != nil, !shared.isMoved else { return }
        shared.isMoved = true
        context.log.info("the session goes on at another gateway", [.session: id.rawValue])
        clientIsGone = true
        leftInOrder = false
        dialectTimer.cancel()
        client?.close(code: 1001, reason: reason)
        run?.command(.abandon)
    }

    package func lost(_ close: WebSocketClose) {
        context.log.info("the client lost its connection", [.session: id.rawValue, .code: "\(close.code)"])
        audio?.flush { pcm in self.pcm(pcm) }
        resumableDialect?.clientLost(now: context.loop.now)
        armDialectTimer()
        tellWatchers(.state(snapshot))
        absenceTimer?.cancel()
        absenceTimer = context.loop.schedule(at: context.loop.now + absence) { [self] in run?.command(.finalize) }
        resumable?.lost { [self] in
            clientIsGone = true
            leftInOrder = false
            dialectTimer.cancel()
            context.log.info("client did not come back to its session", [.session: id.rawValue])
        }
    }

    /// Continues the session with a client that came back on another connection, which may be on another loop.
    ///
    /// - Returns: the reason why the session cannot continue; nil when it continues.
    package func returned(_ socket: ClientSocket, _ resume: LiveResume) -> ResumeError? {
        guard let run, let resumable, resumableDialect?.waitsForClient == true else { return .expired() }
        var error: ResumeError?
        // The numbers count the dialect's messages, not the session's events.
        resumable.resume(
            at: place(of: resume.start), seen: 0,
            answer: { answer in
                switch answer {
                case .expired: error = .expired()
                case .rejected(let reason): error = .rejected(reason)
                case .resumed(let back): goOn(with: socket, resume, received: back.received, run)
                }
            }, deliver: { [self] in tell($0) })
        return error
    }

    /// The place here of a sample of the client's session, which may have begun at another gateway.
    private func place(of sample: SampleIndex) -> SampleIndex {
        (sample - ((shared?.start ?? .zero) - .zero)).converted(from: clientRate, to: rate)
    }

    private func goOn(with socket: ClientSocket, _ resume: LiveResume, received: SampleIndex, _ run: SessionDriver) {
        // The gateway may not have noticed the loss of the former connection.
        client?.close(code: 1001, reason: "replaced")
        client = socket
        absenceTimer?.cancel()
        absenceTimer = nil
        if !isReading { socket.pauseReading() }
        // The client sends again the audio that the former decoder still held.
        audio?.cancel()
        decoderStart = (place(of: resume.start) - .zero).duration(at: rate)
        startDecoder()
        resumableDialect?.clientReturned(resume, received: received, now: context.loop.now, output: &context.output)
        carryOutOutput()
        tellWatchers(.state(snapshot))
        context.log.info("the client returned to its session", [.session: id.rawValue, .seconds: "\(received.seconds(at: rate))"])
    }
}
