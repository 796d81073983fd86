import Audio
import Framing
import Glibc
import Net
import Protocols
import Speech

/// A live stream to a running gateway. Carries messages between the client machine of a protocol and its socket.
// Sendable by proof: all mutable state is touched on `loop` only; the public methods switch to the loop themselves.
final class GatewayStream: WebSocketHandler, @unchecked Sendable {
    private enum State {
        case connecting(WebSocketAttempt?)
        case open(WebSocketConnection)
        /// The machine has finished, and the stream waits for the socket's closing handshake.
        case closing(EngineError?)
        case closed
    }

    /// An item from the stream.
    enum Said: Sendable {
        case event(EngineEvent)
        case listen(ListenEvent)
    }

    private let loop: Loop
    /// The gateway's address as the user gave it, for messages.
    private let url: String
    private let deliver: @Sendable (Said) -> Void
    /// The encoder of audio messages; nil: audio is sent as PCM.
    private var encoder: OpusPacketEncoder?
    private var machine: any LiveClientMachine
    private var state = State.connecting(nil)
    private let timer: DeadlineTimer
    private var waiting: [CheckedContinuation<Bool, Never>] = []

    /// - Parameters:
    ///   - encoder: makes the messages of audio; nil: the messages are 16-bit little-endian PCM.
    ///   - deliver: takes the stream's items, on the loop. `.closed` comes last, when the socket is closed.
    init(
        _ machine: any LiveClientMachine, encoder: consuming OpusPacketEncoder? = nil, url: String, on loop: Loop,
        deliver: @escaping @Sendable (Said) -> Void
    ) {
        self.machine = machine
        self.encoder = encoder
        self.url = url
        self.loop = loop
        timer = DeadlineTimer(on: loop)
        self.deliver = deliver
    }

    // MARK: Calls from the command's task

    func connect(to target: WebSocketTarget, headers: HTTPHeaders, configuration: WebSocketConfiguration, by client: WebSocketClient) {
        loop.execute { [self] in
            let attempt = client.connect(
                to: target, headers: headers, subprotocols: machine.connection.subprotocols, configuration: configuration, on: loop, handler: self
            ) { [self] in connected($0) }
            if case .connecting(nil) = state { state = .connecting(attempt) } else { attempt.cancel() }
        }
    }

    /// Waits until the stream is open. Returns false when it will not open.
    func untilOpen() async -> Bool {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                switch state {
                case .connecting: waiting.append(continuation)
                case .open: continuation.resume(returning: true)
                case .closing, .closed: continuation.resume(returning: false)
                }
            }
        }
    }

    /// Sends 16-bit little-endian PCM, mono.
    ///
    /// - Returns: the number of bytes that the gateway has not read yet; nil when the stream accepts no more audio.
    func send(_ audio: [UInt8]) async -> Int? {
        await loop.run { [self] in
            guard case .open(let connection) = state else { return nil }
            if encoder == nil { connection.send(binary: audio) }
            encoder?.append(audio) { connection.send(binary: $0) }
            machine.sentAudio(SampleCount(audio.count / 2), now: loop.now)
            return connection.bufferedByteCount
        }
    }

    /// Returns the number of bytes that the gateway has not read yet; nil when the stream accepts no more audio.
    func waitingBytes() async -> Int? {
        await loop.run { [self] in
            if case .open(let connection) = state { connection.bufferedByteCount } else { nil }
        }
    }

    func send(_ command: EngineCommand) {
        loop.execute { [self] in
            if command == .finish, case .open(let connection) = state { encoder?.finish { connection.send(binary: $0) } }
            act { machine, now, actions in machine.command(command, now: now, actions: &actions) }
        }
    }

    // MARK: Calls on the loop

    func received(text: RawSpan, on connection: WebSocketConnection) {
        act { machine, now, actions in machine.receivedText(text, now: now, actions: &actions) }
    }

    func received(binary: RawSpan, on connection: WebSocketConnection) {
        // The protocols' answers are text, so binary messages are ignored.
    }

    func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        if case .open = state {
            let isOrderly = if case .abnormal = close.origin { false } else { true }
            act { machine, now, actions in
                machine.closed(code: isOrderly ? close.code : nil, reason: close.reason, now: now, actions: &actions)
            }
            // The message is Harken's own, because the machine would name the gateway as a vendor.
            switch state {
            case .closing(nil): break
            case .connecting, .open, .closing, .closed:
                let reason = close.reason.isEmpty ? "code \(close.code)" : TerminalText.safe(close.reason)
                state = .closing(.unavailable(isOrderly ? "the gateway ended the stream: \(reason)" : "the connection to \(url) broke"))
            }
        }
        if case .closing(let error) = state { end(error) }
    }

    private func connected(_ result: Result<WebSocketConnection, ConnectError>) {
        guard case .connecting = state else {
            if case .success(let connection) = result { connection.close() }
            return
        }
        switch result {
        case .success(let connection):
            state = .open(connection)
            act { machine, now, actions in machine.opened(now: now, actions: &actions) }
            resumeWaiting(isOpen: true)
        case .failure(.refused(let head, let body)):
            end(GatewayRefusal(status: head.status.code, body: body).error)
        case .failure(let error): end(explanation(of: error))
        }
    }

    private func explanation(of error: ConnectError) -> EngineError {
        switch error {
        case .unresolved(let host, let reason): .unavailable("there is no host \(host): \(reason)")
        case .unreachable: .unavailable("no gateway answers at \(url); start one with: harken serve")
        case .timedOut: .timedOut("\(url) does not answer")
        case .refused, .malformedAnswer, .lost: .unavailable("\(url) answered, but it is not a Harken gateway")
        case .cancelled: .cancelled
        }
    }

    /// Lets the machine act, and carries out its actions.
    private func act(_ body: (inout any LiveClientMachine, Instant, inout [ClientAction]) -> Void) {
        var actions: [ClientAction] = []
        body(&machine, loop.now, &actions)
        for action in actions {
            switch action {
            case .event(.closed(let error)): close(error)
            case .event(let event): deliver(.event(event))
            case .listen(let news): deliver(.listen(news))
            case .send(let text): if case .open(let connection) = state { connection.send(text: text) }
            // The socket is closed after the machine's last event.
            case .close: break
            }
        }
        arm()
    }

    private func arm() {
        guard case .open = state else { return timer.cancel() }
        timer.arm(for: machine.deadline) { [self] in
            act { machine, now, actions in machine.timePassed(now: now, actions: &actions) }
        }
    }

    private func close(_ error: EngineError?) {
        switch state {
        case .connecting(let attempt?):
            state = .closing(error)
            attempt.cancel()
            end(error)
        case .connecting(nil): state = .closing(error)
        case .open(let connection):
            state = .closing(error)
            connection.close()
        case .closing, .closed: break
        }
    }

    private func end(_ error: EngineError?) {
        if case .closed = state { return }
        state = .closed
        timer.cancel()
        deliver(.event(.closed(error)))
        resumeWaiting(isOpen: false)
    }

    private func resumeWaiting(isOpen: Bool) {
        for continuation in waiting { continuation.resume(returning: isOpen) }
        waiting = []
    }
}
