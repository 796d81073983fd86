package import Framing
package import Net
package import Protocols
package import Speech

/// The driver of a client machine: carries messages between the machine and its socket, carries out the machine's actions, and keeps the machine's
/// time.
///
/// Lives on its connector's loop and is called there only, from `connect` on.
package final class ClientStream: WebSocketHandler {
    /// A fact that the stream tells its owner.
    package enum Notice {
        /// The socket is open.
        case opened
        /// An event of the machine.
        case event(EngineEvent)
        /// An event of a conversation; only from the machine of a client of `/listen`.
        case listen(ListenEvent)
        /// An event of a session that waits for a lost client; only from the machine of such a session's client.
        case resumable(ResumableEvent)
        /// The socket did not open. The last notice.
        case failed(WebSocketConnectError)
        /// The socket is closed. The last notice. True if `close` came before.
        case closed(WebSocketClose, asked: Bool)
    }

    private enum State {
        case idle  // → connecting, closed
        case connecting(WebSocketAttempt)  // → open, closing, closed
        case open(WebSocketConnection)  // → closing, closed
        case closing  // → closed: the socket's end is awaited
        case closed
    }

    private let connector: VendorConnector
    private let reportsMessages: Bool
    private var machine: any LiveClientMachine
    private var state = State.idle
    private let timer: DeadlineTimer
    /// nil before `connect` and after the last notice.
    private var tell: ((Notice) -> Void)?

    /// - Parameter reportsMessages: true if each text of the peer is told as it came, before what it says.
    package init(_ machine: any LiveClientMachine, connector: VendorConnector, reportsMessages: Bool = false) {
        self.machine = machine
        self.reportsMessages = reportsMessages
        self.connector = connector
        timer = DeadlineTimer(on: connector.loop)
    }

    /// Begins to connect. Comes before everything else, once.
    ///
    /// - Parameter tell: takes the notices, on the loop, in order.
    package func connect(to target: WebSocketTarget, headers: HTTPHeaders, tell: @escaping (Notice) -> Void) {
        self.tell = tell
        let attempt = connector.client.connect(
            to: target, headers: headers, subprotocols: machine.connection.subprotocols, configuration: connector.configuration,
            on: connector.loop, handler: self
        ) { [self] result in connected(result) }
        if case .idle = state { state = .connecting(attempt) }
    }

    package var isOpen: Bool { if case .open = state { true } else { false } }

    /// Bytes that wait for the peer to read; nil when the socket is not open.
    package var bufferedByteCount: Int? { if case .open(let connection) = state { connection.bufferedByteCount } else { nil } }

    /// Sends a message of audio, when the socket is open.
    package func send(binary message: RawSpan) {
        if case .open(let connection) = state { connection.send(binary: message) }
    }

    /// Sends a message of text, when the socket is open.
    package func send(text message: RawSpan) {
        if case .open(let connection) = state { connection.send(text: message) }
    }

    /// Tells the machine that this much audio was sent.
    package func sent(_ count: SampleCount) { machine.sentAudio(count, now: connector.loop.now) }

    /// Tells the machine that this much audio was sent as text.
    ///
    /// - Parameter loud: from the first to the last loud sample; nil: all of the audio is quiet.
    func sent(_ count: SampleCount, loud: SampleRange?) {
        sent(count)
        act { machine, now, actions in machine.heard(loud: loud, now: now, actions: &actions) }
    }

    package func command(_ command: EngineCommand) {
        act { machine, now, actions in machine.command(command, now: now, actions: &actions) }
    }

    /// Tells the machine why its socket did not open.
    package func rejected(_ error: WebSocketConnectError) {
        act { machine, now, actions in
            guard case .rejected(let head, let body) = error else {
                return machine.rejected(status: nil, headers: HTTPHeaders(), body: [], now: now, actions: &actions)
            }
            machine.rejected(status: head.status.code, headers: head.headers, body: body, now: now, actions: &actions)
        }
    }

    /// Closes the socket, or gives up to connect. The last notice follows later, unless there was no `connect`.
    package func close() {
        timer.cancel()
        switch state {
        case .idle: state = .closed
        case .connecting(let attempt):
            state = .closing
            attempt.cancel()
        case .open(let connection):
            state = .closing
            connection.close()
        case .closing, .closed: break
        }
    }

    // MARK: - From the socket

    private func connected(_ result: Result<WebSocketConnection, WebSocketConnectError>) {
        switch (result, state) {
        case (.success(let connection), .idle), (.success(let connection), .connecting):
            state = .open(connection)
            act { machine, now, actions in machine.opened(now: now, actions: &actions) }
            tell?(.opened)
        // The stream was closed meanwhile.
        case (.success(let connection), .open), (.success(let connection), .closing), (.success(let connection), .closed): connection.close()
        case (.failure(let error), _): end(.failed(error))
        }
    }

    package func received(text: RawSpan, on connection: WebSocketConnection) {
        guard isOpen else { return }
        if reportsMessages { tell?(.event(.notice(.message(text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })))) }
        act { machine, now, actions in machine.receivedText(text, now: now, actions: &actions) }
    }

    package func received(binary: RawSpan, on connection: WebSocketConnection) {
        // No live protocol has binary answers, so the message is ignored.
    }

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) {
        let asked = !isOpen
        if !asked {
            let code: UInt16? = if case .abnormal = close.origin { nil } else { close.code }
            act { machine, now, actions in machine.closed(code: code, reason: close.reason, now: now, actions: &actions) }
        }
        end(.closed(close, asked: asked))
    }

    private func end(_ last: Notice) {
        state = .closed
        timer.cancel()
        tell?(last)
        tell = nil
    }

    // MARK: - The machine

    /// Lets the machine act and carries out its actions. Events may call back, so each call has a list of its own.
    private func act(_ body: (inout any LiveClientMachine, Instant, inout [ClientAction]) -> Void) {
        var actions: [ClientAction] = []
        swap(&actions, &connector.actions)
        body(&machine, connector.loop.now, &actions)
        for action in actions {
            switch (action, state) {
            case (.event(let event), _): tell?(.event(event))
            case (.listen(let event), _): tell?(.listen(event))
            case (.resumable(let event), _): tell?(.resumable(event))
            case (.send(let text), .open(let connection)): connection.send(text: text.span.bytes)
            case (.close(let code), .open(let connection)): connection.close(code: code)
            case (.send, _), (.close, _): break
            }
        }
        actions.removeAll(keepingCapacity: true)
        swap(&actions, &connector.actions)
        arm()
    }

    private func arm() {
        switch state {
        case .idle, .closing, .closed: timer.cancel()
        case .connecting, .open:
            timer.arm(for: Self.deadline(of: &machine)) { [self] in
                act { machine, now, actions in machine.timePassed(now: now, actions: &actions) }
            }
        }
    }

    /// Returns the deadline. The machine is `inout`, because reading the property would copy the whole machine.
    private static func deadline(of machine: inout any LiveClientMachine) -> Instant? { machine.deadline }
}
