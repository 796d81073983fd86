internal import Admission
internal import Audio
internal import Continuity
internal import Framing
package import Net
internal import Observability
internal import Protocols
internal import Sessions
package import Speech
internal import Tracing

/// Handles the messages of the session's client.
extension LiveSession {
    /// Number of undecoded bytes beyond which the client's socket is not read.
    private static let maxUndecoded = 1 << 20

    package func received(binary: RawSpan, on connection: WebSocketConnection) {
        // After the client's return, messages may still come from the connection that it left.
        guard connection === client?.connection else { return }
        switch dialect.receivedBinary(binary, now: context.loop.now, output: &context.output) {
        case .audio(let channel, let skip, let before):
            if let before {
                let first = [before]
                audio(first.span.bytes, of: channel)
            }
            audio(binary.extracting(droppingFirst: skip), of: channel)
        case .command(let command): take(command)
        case .rejected(let code, let reason): reject(code: code, reason: reason)
        case .rejectedInBand(let error):
            for message in error.messages { client?.send(text: message.span.bytes) }
            reject(code: error.code, reason: error.reason)
        case .ignored: break
        }
        if !context.output.isEmpty { carryOutOutput() }
    }

    package func received(text: RawSpan, on connection: WebSocketConnection) {
        guard connection === client?.connection else { return }
        dialect.receivedText(text, now: context.loop.now, output: &context.output)
        carryOutOutput()
    }

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        guard connection === client?.connection else { return }
        client = nil
        guard !clientIsGone else { return }
        // A client that closes in order does not come back.
        if resumable != nil, resumableDialect?.waitsForClient == true, close.code != 1_000 { return lost(close) }
        if run != nil { context.log.info("the client left its session", [.session: id.rawValue, .code: "\(close.code)"]) }
        goOnAlone(inOrder: close.code == 1_000)
    }

    /// Brings the session to its end without its client: what was received is recognized, stored and booked as if the client were there to the end.
    ///
    /// - Parameter inOrder: true if the client has closed in order.
    private func goOnAlone(inOrder: Bool) {
        clientIsGone = true
        leftInOrder = inOrder
        dialectTimer.cancel()
        guard run != nil else { return }
        notResumable()
        take(.finish)
    }

    /// Takes audio in the request's format.
    ///
    /// - Parameter channel: the channel of the audio, where channels have messages of their own.
    func audio(_ bytes: RawSpan, of channel: ChannelIndex = .first) {
        guard let audio else { return }
        audio.push(bytes, of: channel) { pcm in self.pcm(pcm) }
        if audio.damagedMessages > countedDamage { count(damage: audio.damagedMessages) }
        if audio.bufferedBytes > Self.maxUndecoded { read(false) }
    }

    private func count(damage messages: Int) {
        context.metrics.damaged(messages: messages - countedDamage, dialect: dialectName)
        countedDamage = messages
    }

    /// Takes audio that was decoded on another thread, or that has waited for another channel.
    private func takeDecoded() {
        guard let audio else { return }
        let end = audio.take { pcm in self.pcm(pcm) }
        for notice in audio.takeNotices() { noticed(notice) }
        switch end {
        case .finished: run?.command(.finish)
        case .failed(let error): undecodable(error)
        case nil: break
        }
        if audio.bufferedBytes <= Self.maxUndecoded / 2, run?.isHoldingClient != true { read(true) }
    }

    /// Resumes or pauses reading from the client.
    package func read(_ reads: Bool) {
        guard reads != isReading else { return }
        isReading = reads
        dialect.clientIsHeld(now: context.loop.now)
        if reads { client?.resumeReading() } else { client?.pauseReading() }
    }

    func startDecoder() {
        let session = LoopBound(self, on: context.loop)
        let request = dialect.request
        do {
            audio = try ClientAudio(
                request.format, channels: channels, isTagged: tagsChannels, loop: context.loop,
                ready: { session.loop.execute { session.enter { $0.takeDecoded() } } }, late: { [self] in takeDecoded() })
        } catch {
            context.loop.soon { [self] in undecodable(error) }
        }
    }

    /// Takes whole frames of 16-bit PCM, at the session's rate and with its channels.
    package func pcm(_ pcm: RawSpan) {
        var pcm = pcm
        // This audio came before the connection was lost, and is repeated.
        if let known = resumable?.repeated(of: SampleCount(pcm.byteCount / (2 * channels))), known > .zero {
            pcm = pcm.extracting(Int(known.samples) * 2 * channels..<pcm.byteCount)
            if pcm.isEmpty { return }
        }
        if let paid = pay(for: SampleCount(pcm.byteCount / (2 * channels))) { pcm = pcm.extracting(first: Int(paid.samples) * 2 * channels) }
        conversation?.audioBegan()
        guard let run, run.takesAudio, !pcm.isEmpty else { return }
        let range = SampleRange(run.received, count: SampleCount(pcm.byteCount / (2 * channels)))
        if let conversation { pcm.withUnsafeBytes { conversation.keep($0, range) } }
        lateness.heard(at: context.loop.now)
        trace?.received(through: range.end, now: context.loop.now)
        if let count = run.push(pcm) { context.received(count, at: rate) }
        countSavings()
    }

    package func take(_ command: SessionCommand) {
        // Audio that is still being decoded comes before the end.
        if command == .finish, let audio {
            audio.finish()
            takeDecoded()
            return
        }
        guard case .update(var change) = command else {
            run?.command(command)
            return
        }
        do throws(RequestError) {
            try grant.limitLanguages(of: &change, language: named.language, shared: sharedOptions)
        } catch {
            return refuse(error)
        }
        if let shared = change.shared { sharedOptions = shared }
        if let terms = change.keyterms { keyterms = terms }
        named.apply(change)
        // A client that leaves the language to the engine again is told again.
        if change.language != nil { toldIgnored.remove(IgnoredOptions.foundLanguage) }
        if let vendor = change.vendor { note(vendor) }
        run?.command(.update(change))
        // A stream that goes on hears nothing of options that its engine ignores, but the client does. Another model may take others.
        if let run { tellIgnored(by: run.servingEngine ?? firstEngine) }
    }

    /// Ends the session of a client that has changed to a language that is not allowed.
    private func refuse(_ error: RequestError) {
        context.log.info("a change of a session was refused", [.session: id.rawValue, .reason: error.plain.message])
        run?.fail(.badRequest(error.plain.message))
    }

    /// Notes options that the client has changed: what an engine ignores of them is told, also when it was told of their former values.
    private func note(_ change: VendorChange) {
        vendorOptions?.apply(change)
        toldIgnored.subtract(change.names)
    }

    private func undecodable(_ error: MediaError) {
        context.log.info("audio of a session cannot be decoded", [.session: id.rawValue, .error: "\(error)"])
        run?.fail(EngineError(error))
    }

    private func reject(code: UInt16, reason: String) {
        context.log.info("a message of the client was refused", [.session: id.rawValue, .code: "\(code)"])
        client?.close(code: code, reason: reason)
        goOnAlone(inOrder: false)
    }
}
