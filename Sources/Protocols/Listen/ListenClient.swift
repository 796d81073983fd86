package import Framing
package import Speech

/// The client side of `/listen`: one channel of Opus packets at 16 kHz, from which the server makes a conversation.
///
/// The client's own events tell of the stream's state. Text comes as `ListenEvent`, because it belongs to a conversation and may still change. The
/// driver sends the audio: each packet of 20 ms as one binary message.
///
/// Source: the behaviour of Omi's `/v4/listen`, and docs/clients.md for `finish`.
package struct ListenClient: LiveClientMachine {
    private enum State: Equatable {
        case connecting  // → open, closed
        case open  // → finishing, closed
        case finishing(until: Instant)
        case closed
    }

    /// Maximum silence of the server after the client announced the end of the audio.
    package static let finishLimit: Duration = .seconds(60)
    /// Maximum size of a message in bytes; the largest messages carry changed segments of a conversation.
    private static let sizeLimit = 4 << 20

    package let connection: ConnectionRequest
    private var state: State = .connecting
    private var broken = BrokenMessages(of: "The gateway")

    /// - Parameters:
    ///   - language: the language of the audio; nil: English.
    ///   - engine: the engine to use; nil leaves the choice to the server.
    ///   - started: the time at which the first sample was recorded; nil: audio is sent as it is recorded.
    ///   - title: the title of the conversation; nil: it is made of the words.
    package init(language: LanguageTag?, engine: EngineName? = nil, started: UnixTime? = nil, title: String? = nil, credential: Credential) {
        var query: URLQuery = [
            "codec": "opus_fs320", "sample_rate": "\(SampleRate.speech.hertz)", "source": "desktop", "speaker_auto_assign": "enabled",
        ]
        if let language { query.add("language", language.rawValue) }
        if let engine { query.add("engine", engine.rawValue) }
        if let started { query.add("started_at", started.rfc3339) }
        if let title { query.add("title", title) }
        connection = ConnectionRequest(target: "/v4/listen?" + query.encoded, headers: ["Authorization": "Bearer " + credential.secret])
    }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        state = .open
        actions.append(.event(.opened))
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        switch status {
        case 401: end(.unauthorized("The gateway refused the key, or needs one."), &actions)
        case let status?: end(.unavailable("The gateway refused the stream with status \(status)."), &actions)
        case nil: end(.unavailable("The gateway cannot be reached."), &actions)
        }
    }

    // MARK: To the server

    package mutating func sentAudio(_ count: SampleCount, now: Instant) {}

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (_, .closed): break
        case (.cancel, _): end(.cancelled, &actions)
        case (.finish, .connecting): end(nil, &actions)
        case (.finish, .open):
            state = .finishing(until: now + Self.finishLimit)
            actions.append(.send(text: Array(#"{"type":"finish"}"#.utf8)))
        // Segments grow while words are spoken; no command makes them final earlier.
        case (.finalize, _): actions.append(.event(.flushed(.first)))
        // Any message keeps the session alive.
        case (.keepAlive, .open): actions.append(.send(text: Array("{}".utf8)))
        case (.finish, .finishing), (.keepAlive, _), (.update, _): break
        }
    }

    // MARK: From the server

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        guard state == .open || isFinishing else { return }
        // A heartbeat, which is not JSON.
        if text.byteCount == 4, text.withUnsafeBytes({ $0.elementsEqual("ping".utf8) }) { return }
        guard let document = try? JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 16) else {
            if let error = broken.add("it is not JSON", &actions) { end(error, &actions) }
            return
        }
        broken.forgiveOne()
        guard let news = ListenEvent(document.root) else { return }
        if isFinishing { state = .finishing(until: now + Self.finishLimit) }
        actions.append(.listen(news))
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .closed else { return }
        switch code {
        case 1000? where isFinishing: end(nil, &actions)
        case 1008? where reason == "Invalid token": end(.unauthorized("The gateway refused the key, or needs one."), &actions)
        case 1008? where reason == "trial_expired": end(.quotaExhausted("The key has no credit left."), &actions)
        case 1003?, 1008?, 1009?, 4003?: end(.badRequest("The gateway refused the stream: \(reason)"), &actions)
        case let code?: end(.unavailable("The gateway ended the stream with code \(code)."), &actions)
        case nil: end(.unavailable("The connection to the gateway broke."), &actions)
        }
    }

    // MARK: Time

    package var deadline: Instant? { if case .finishing(let until) = state { until } else { nil } }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        guard let deadline, deadline <= now else { return }
        end(.timedOut("The gateway did not end the stream after the finish message."), &actions)
    }

    private var isFinishing: Bool { if case .finishing = state { true } else { false } }

    private mutating func end(_ error: EngineError?, _ actions: inout [ClientAction]) {
        state = .closed
        actions.append(.event(.closed(error)))
        actions.append(.close(code: 1000))
    }
}
