package import Framing
package import Speech

/// The client side of `/listen` with `words=true`: a transcription without a conversation, whose session waits for a client that lost its connection.
///
/// The machine serves one connection. Its events are `ResumableEvent`s. The driver sends the audio as 16-bit little-endian PCM.
package struct ListenWordsClient: LiveClientMachine {
    private enum State: Equatable {
        case connecting  // → open, over
        case open  // → finishing, over
        case finishing(until: Instant)  // → over
        case over
    }

    /// Maximum silence of the server after the client announced the end of the audio.
    private static let finishLimit: Duration = .seconds(60)
    /// Maximum size of a message in bytes.
    private static let sizeLimit = 4 << 20

    package let connection: ConnectionRequest
    private var state = State.connecting
    private var broken = BrokenMessages(of: "The gateway")
    /// Number of messages of lasting value that were seen, on all connections of the session.
    private var seen: Int
    /// The text of the server's last report of a failure; nil: there was none.
    private var failure: String?

    package static let capabilities = Capabilities(streaming: true, prerecorded: true, languages: .any, models: [], speakers: true)

    /// - Parameters:
    ///   - engines: the only engines that may serve, in order; empty leaves the choice to the server.
    ///   - resume: the session to resume, and the place where its audio goes on; nil: a new session.
    ///   - earlier: the session that a new one goes on behind; nil: there is none.
    package init(
        _ options: StreamOptions, engines: [EngineName] = [], resuming resume: LiveResume?, continuing earlier: ID<Session>? = nil,
        credential: Credential
    ) {
        var query: URLQuery = [
            "words": "true", "ack": "true", "codec": "linear16", "sample_rate": "\(options.rate.hertz)", "source": "harken",
        ]
        if let language = options.language { query.add("language", language.rawValue) }
        if options.diarize { query.add("diarize", "true") }
        for term in options.keyterms { query.add("keyterm", term) }
        if !engines.isEmpty { query.add("engine", engines.map(\.rawValue).joined(separator: ",")) }
        if let resume {
            query.add("session_id", resume.session.rawValue)
            query.add("resume_from", "\(resume.start.samples)")
            query.add("seen", "\(resume.seen)")
        } else if let earlier {
            query.add("continues", earlier.rawValue)
        }
        seen = resume?.seen ?? 0
        connection = ConnectionRequest(
            target: "/v4/listen?" + query.encoded, headers: credential.secret.isEmpty ? [:] : ["Authorization": "Bearer " + credential.secret])
    }

    /// The message that tells the server how many messages were seen.
    package static func seen(_ number: Int) -> [UInt8] { Array(#"{"type":"seen","messages":\#(number)}"#.utf8) }

    // MARK: Connecting

    package mutating func opened(now: Instant, actions: inout [ClientAction]) {
        if state == .connecting { state = .open }
    }

    package mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        guard state == .connecting else { return }
        switch status {
        case 401?, 403?: end(.closed(.unauthorized("The gateway refused the key, or needs one.")), &actions)
        case 402?: end(.closed(.quotaExhausted("The key has no credit left.")), &actions)
        case 429?, nil: end(.broken, &actions)
        case let status?:
            end(status >= 500 ? .broken : .closed(.badRequest("The gateway refused the stream with status \(status).")), &actions)
        }
    }

    // MARK: To the server

    package mutating func sentAudio(_ count: SampleCount, now: Instant) {}

    package mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        switch (command, state) {
        case (.cancel, .open), (.cancel, .finishing), (.cancel, .connecting):
            state = .over
            // A client that closes in order does not come back.
            actions.append(.close(code: 1000))
        case (.finish, .open):
            state = .finishing(until: now + Self.finishLimit)
            actions.append(.send(text: Array(#"{"type":"finish"}"#.utf8)))
        case (.finalize, .open): actions.append(.send(text: Array(#"{"type":"finalize"}"#.utf8)))
        case (.keepAlive, .open): actions.append(.send(text: Array("{}".utf8)))
        case (.finish, _), (.finalize, _), (.keepAlive, _), (.update, _), (.cancel, .over): break
        }
    }

    // MARK: From the server

    package mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {
        guard state == .open || isFinishing else { return }
        if isFinishing { state = .finishing(until: now + Self.finishLimit) }
        // A heartbeat, which is not JSON.
        if text.byteCount == 4, text.withUnsafeBytes({ $0.elementsEqual("ping".utf8) }) { return }
        guard let document = try? JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 16) else {
            if let error = broken.add("it is not JSON", &actions) { end(.closed(error), &actions) }
            return
        }
        broken.forgiveOne()
        let message = document.root
        switch message["type"].string {
        case "session_started":
            guard let id = message["session_id"].string, let window = message["resume_window"].int else { return }
            actions.append(.resumable(.began(session: id, window: .seconds(min(max(window, 0), 86_400)))))
        case "session_resumed": actions.append(.resumable(.resumed))
        case "session_expired": end(.expired, &actions)
        case "audio_ack":
            if let samples = message["samples"].int, samples >= 0 { actions.append(.resumable(.durable(through: SampleIndex(Int64(samples))))) }
        case "interim":
            if let guess = ListenWords(message) { actions.append(.resumable(.said(seen, guess.events))) }
        case "auth_response", "reconnect": break
        case let type:
            seen += 1
            var events = ListenWords(message)?.events ?? []
            if type == "service_status" {
                let text = message["status_text"].string
                if message["status"].equals("stt_failed") { failure = text }
                if message["status"].equals("stt_late") {
                    events.append(.notice(.complaint(EngineComplaint(code: EngineComplaint.lateCode, message: text ?? LateFinals.text))))
                }
            }
            actions.append(.resumable(.said(seen, events)))
        }
    }

    package mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {
        guard state != .over else { return }
        switch code {
        case 1000?: end(.closed(isFinishing ? nil : .unavailable("The gateway ended the stream.")), &actions)
        case 4404?: end(.expired, &actions)
        case 1008? where reason == "Invalid token": end(.closed(.unauthorized("The gateway refused the key, or needs one.")), &actions)
        case 1008? where reason == "trial_expired": end(.closed(.quotaExhausted("The key has no credit left.")), &actions)
        case 1003?, 1008?, 1009?, 4003?: end(.closed(.badRequest("The gateway refused the stream: \(reason)")), &actions)
        case 1011?: end(.closed(.unavailable(failure ?? "No engine of the gateway can serve the stream.")), &actions)
        // A session that is over is reported as expired when the client comes back.
        case _: end(.broken, &actions)
        }
    }

    // MARK: Time

    package var deadline: Instant? { if case .finishing(let until) = state { until } else { nil } }

    package mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        guard let deadline, deadline <= now else { return }
        end(.closed(.timedOut("The gateway did not end the stream after the finish message.")), &actions)
    }

    private var isFinishing: Bool { if case .finishing = state { true } else { false } }

    private mutating func end(_ event: ResumableEvent, _ actions: inout [ClientAction]) {
        state = .over
        actions.append(.resumable(event))
        actions.append(.close(code: 1000))
    }
}

extension ListenWords {
    /// The message as events of an engine. A gap is told, and settles its audio.
    fileprivate var events: [EngineEvent] {
        switch self {
        case .final(let said, let reason, _): [.final(said, reason: reason)]
        case .interim(let guess): [.interim(guess)]
        case .speechStarted(let at): [.speechStarted(.first, at: at)]
        case .turnEnded(let at): [.turnEnded(.first, at: at)]
        case .flushed: [.flushed(.first)]
        case .gap(let range, let text):
            [.notice(.complaint(EngineComplaint(code: "gap", message: text))), .final(Hypothesis(range: range, words: []), reason: .length)]
        }
    }
}
