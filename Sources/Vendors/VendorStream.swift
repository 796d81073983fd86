import Framing
package import Net
package import Protocols
package import Speech

/// A vendor's live stream on its owner's loop: carries messages between a client machine and its socket, and splits audio into messages of the
/// vendor's size.
package final class VendorStream: EngineStream, WebSocketHandler {
    /// The vendor's name of the requested model; nil when the vendor chooses the model.
    package let model: String?
    private let context: VendorConnector
    private let credential: Credential
    private let deliver: (EngineEvent) -> Void
    private let bytesPerFrame: Int
    private var parting: AudioFramer
    private var machine: any LiveClientMachine
    private var connecting: WebSocketAttempt?
    private var connection: WebSocketConnection?
    private let timer: DeadlineTimer
    private var isClosed = false

    /// Begins to connect.
    ///
    /// - Parameter deliver: called with the stream's events, on the loop and in order; no event comes after `.closed`.
    package init(
        _ service: LiveService, settings: VendorSettings, options: StreamOptions, context: VendorConnector, deliver: @escaping (EngineEvent) -> Void
    ) {
        self.context = context
        timer = DeadlineTimer(on: context.loop)
        self.deliver = deliver
        credential = settings.credential
        bytesPerFrame = 2 * options.channels
        parting = AudioFramer(service.audio, options)
        machine = service.connect(options, settings.credential)
        let request = machine.connection
        model = request.model
        guard let target = WebSocketTarget((settings.streamingAddress ?? service.address) + request.target) else {
            context.loop.soon { [self] in finish(.badRequest("The address of \(settings.name) is not usable.")) }
            return
        }
        connecting = context.client.connect(
            to: target, headers: request.headers, subprotocols: request.subprotocols, configuration: context.configuration, on: context.loop,
            handler: self
        ) { [self] result in connected(result) }
    }

    package func send(_ audio: RawSpan) {
        guard connection != nil, !isClosed else { return }
        parting.take(audio) { sendMessage($0) }
    }

    private func sendMessage(_ audio: RawSpan) {
        connection?.send(binary: audio)
        machine.sentAudio(SampleCount(audio.byteCount / bytesPerFrame), now: context.loop.now)
    }

    package func send(_ command: EngineCommand) {
        guard !isClosed else { return }
        switch command {
        case .finalize, .finish: parting.rest { sendMessage($0) }
        case .update: flush()
        case .keepAlive, .cancel: break
        }
        // The machine sends the vendor a last message, where the protocol has one.
        act { machine, now, actions in machine.command(command, now: now, actions: &actions) }
        if command == .cancel { finish(.cancelled) }
    }

    package func flush() {
        guard !isClosed else { return }
        parting.flush { sendMessage($0) }
    }

    package func received(text: RawSpan, on connection: WebSocketConnection) {
        act { machine, now, actions in machine.receivedText(text, now: now, actions: &actions) }
    }

    package func received(binary: RawSpan, on connection: WebSocketConnection) {
        // No vendor's live protocol has binary answers, so the message is ignored.
    }

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        guard !isClosed else { return }
        let code: UInt16? = if case .abnormal = close.origin { nil } else { close.code }
        act { machine, now, actions in machine.closed(code: code, reason: close.reason, now: now, actions: &actions) }
        finish(.unavailable("The connection to the engine broke."))
    }

    private func connected(_ result: Result<WebSocketConnection, ConnectError>) {
        connecting = nil
        guard !isClosed else { return }
        switch result {
        case .success(let connection):
            self.connection = connection
            act { machine, now, actions in machine.opened(now: now, actions: &actions) }
        case .failure(.refused(let head, let body)):
            act { machine, now, actions in
                machine.refused(status: head.status.code, headers: head.headers, body: body, now: now, actions: &actions)
            }
            finish(.unavailable("The engine refused the connection."))
        case .failure:
            act { machine, now, actions in machine.refused(status: nil, headers: HTTPHeaders(), body: [], now: now, actions: &actions) }
            finish(.unavailable("The engine cannot be reached."))
        }
    }

    /// Lets the machine act and carries out its actions. Events may call back into `send`, so each call has a list of its own.
    private func act(_ body: (inout any LiveClientMachine, ContinuousClock.Instant, inout [ClientAction]) -> Void) {
        guard !isClosed else { return }
        var actions: [ClientAction] = []
        swap(&actions, &context.actions)
        body(&machine, context.loop.now, &actions)
        for action in actions {
            switch action {
            case .event(.closed(let error)): finish(error)
            case .event(let event): deliver(event)
            case .send(let text): connection?.send(text: text.span.bytes)
            case .close(let code): connection?.close(code: code, reason: "")
            // No engine speaks this protocol.
            case .listen: break
            }
        }
        actions.removeAll(keepingCapacity: true)
        swap(&actions, &context.actions)
        armTimer()
    }

    /// Returns the deadline. The machine is `inout`, because reading the property would copy the whole machine.
    private static func deadline(of machine: inout any LiveClientMachine) -> ContinuousClock.Instant? { machine.deadline }

    private func armTimer() {
        timer.arm(for: isClosed ? nil : Self.deadline(of: &machine)) { [self] in
            act { machine, now, actions in machine.timePassed(now: now, actions: &actions) }
        }
    }

    /// The last event, once.
    private func finish(_ error: EngineError?) {
        guard !isClosed else { return }
        isClosed = true
        timer.cancel()
        connecting?.cancel()
        connecting = nil
        connection?.close(code: 1000, reason: "")
        connection = nil
        deliver(.closed(error?.without(credential)))
    }
}
