import Speech
internal import Framing

/// An open WebSocket connection of a server or client, confined to its loop.
///
/// All output of one batch of the loop is written together at the batch's end.
// Sendable by proof: the `let`s are constant; everything else checks that it is called on the loop. Other threads may therefore hold a reference, for
// the way back to the loop by `execute`.
package final class WebSocketConnection: ConnectionHandler, ServedConnection, @unchecked Sendable {
    private enum State {
        case open  // → closing, ended
        case closing  // our close frame is sent → ended
        case ended  // the handler knows; the transport may still be there
    }

    package let loop: Loop
    package let peer: SocketAddress
    /// The subprotocol of the handshake; nil: none.
    package let subprotocol: String?
    /// The connection's limits.
    package let configuration: WebSocketConfiguration

    private let isServer: Bool
    private let connection: Connection
    private var machine: WebSocketMachine
    private var handler: (any WebSocketHandler)?
    private var state = State.open
    private(set) var isAuthenticated: Bool
    /// Number of pings and pongs that an unauthenticated client may still send.
    private var controlFramesLeft: Int
    private var isPaused = false
    /// True if nothing is read because too much output is queued.
    private var isHeldBack = false
    /// Bytes from an unauthenticated client that are not parsed yet, because its handler paused.
    private var unparsed: [UInt8] = []
    private var timer: Loop.Timer?
    private var lastInput: Instant
    private var pingSent: Instant?

    /// Takes over the connection after the handshake. Input that came with the handshake must be passed to `received`.
    ///
    /// - Parameter limits: the limits for a client that is not authenticated yet; nil: the client is authenticated.
    init(
        _ connection: Connection, isServer: Bool, subprotocol: String?, compression: PermessageDeflate?, configuration: WebSocketConfiguration,
        limits: UnauthenticatedLimits? = nil, handler: any WebSocketHandler
    ) {
        self.connection = connection
        self.isServer = isServer
        self.subprotocol = subprotocol
        self.configuration = configuration
        self.handler = handler
        isAuthenticated = limits == nil
        controlFramesLeft = limits?.maxControlFrameCount ?? 0
        loop = connection.loop
        peer = connection.peer
        lastInput = loop.now
        let masks = loop.masks
        let limit = min(configuration.maxMessageByteCount, limits?.maxMessageByteCount ?? .max)
        machine = WebSocketMachine(
            role: isServer ? .server : .client(nextMask: { masks.next() }), messageLimit: limit, compression: compression)
        connection.outputLowMark = configuration.outputLowMark
        connection.writeTimeout = configuration.writeTimeout
        connection.readsAfterReset = true
        connection.attach(self)
        if let interval = configuration.pingInterval { wake(at: loop.now + interval) }
    }

    /// True while messages can be sent: `close` was not called, and the peer did not close.
    package var isOpen: Bool {
        loop.preconditionCurrent()
        return state == .open
    }

    /// Number of bytes that wait for the peer to read them.
    package var bufferedByteCount: Int {
        loop.preconditionCurrent()
        return connection.bufferedByteCount
    }

    // MARK: Output

    /// Sends a text message, which must be valid UTF-8.
    package func send(text: RawSpan) {
        guard canSend() else { return }
        connection.send { machine.append(text: text, to: &$0) }
    }

    package func send(text: [UInt8]) {
        send(text: text.span.bytes)
    }

    package func send(text: String) {
        send(text: Array(text.utf8))
    }

    package func send(binary: RawSpan) {
        guard canSend() else { return }
        connection.send { machine.append(binary: binary, to: &$0) }
    }

    package func send(binary: [UInt8]) {
        send(binary: binary.span.bytes)
    }

    private func canSend() -> Bool {
        loop.preconditionCurrent()
        guard state == .open else { return false }
        guard connection.bufferedByteCount > configuration.outputLimit else { return true }
        // The handler must not be called from inside `send`: sending stops now, and the handler is told later.
        state = .closing
        loop.soon { [self] in give(up: .slowReader) }
        return false
    }

    /// Begins the closing handshake after all sent messages. No more messages come; the handler's `closed` is called when the peer has answered, or
    /// has not answered in time.
    ///
    /// - Parameter reason: the reason for the peer; at most 123 bytes are sent.
    package func close(code: UInt16 = 1000, reason: String = "") {
        loop.preconditionCurrent()
        guard state == .open else { return }
        state = .closing
        connection.send { machine.appendClose(WebSocketCloseCode(code), reason: reason, to: &$0) }
        updateInput()
        // The unparsed bytes may contain the peer's own close frame.
        if !unparsed.isEmpty { loop.soon { [self] in parseUnparsed() } }
        wake(at: loop.now + configuration.closeTimeout)
    }

    /// Makes `handler` the receiver of all messages from the next one on. The client counts as authenticated from now on: see `markAuthenticated`.
    package func hand(to handler: any WebSocketHandler) {
        loop.preconditionCurrent()
        guard self.handler != nil else { return }
        self.handler = handler
        markAuthenticated()
    }

    /// Records that the client has shown a valid credential. From now on its messages may have the configured size, and the server's limits for
    /// unauthenticated clients no longer apply.
    package func markAuthenticated() {
        loop.preconditionCurrent()
        guard !isAuthenticated else { return }
        isAuthenticated = true
        connection.endCounting()
        machine.messageLimit = configuration.maxMessageByteCount
    }

    var share: UnauthenticatedShare? { connection.share }

    // MARK: Input

    /// Stops reading, so that the kernel slows the peer down. Messages that were read already still come, except those of an unauthenticated client.
    /// Meanwhile pings are not answered, and the peer's silence does not count.
    package func pauseReading() {
        loop.preconditionCurrent()
        guard state == .open else { return }
        isPaused = true
        updateInput()
    }

    package func resumeReading() {
        loop.preconditionCurrent()
        guard isPaused else { return }
        isPaused = false
        lastInput = loop.now
        updateInput()
        if !unparsed.isEmpty { loop.soon { [self] in parseUnparsed() } }
    }

    private func updateInput() {
        if state == .open, isPaused || isHeldBack { connection.pauseInput() } else { connection.resumeInput() }
    }

    /// Begins to read, unless the handler has paused since the handshake.
    ///
    /// - Parameter rest: the bytes that came together with the handshake.
    func begin(with rest: [UInt8]) {
        updateInput()
        guard !rest.isEmpty else { return }
        var rest = rest
        rest.withUnsafeMutableBytes { received($0) }
    }

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        guard state != .ended else { return }
        lastInput = loop.now
        guard isAuthenticated, unparsed.isEmpty else { return receivedUnauthenticated(bytes) }
        _ = parse(bytes)
    }

    private func receivedUnauthenticated(_ bytes: UnsafeMutableRawBufferPointer) {
        if unparsed.isEmpty {
            let count = parse(bytes)
            unparsed = Array(bytes[count...])
            countInput()
        } else {
            unparsed.append(contentsOf: bytes)
            parseUnparsed()
        }
        // Output is written now and not at the end of the batch: unwritten output counts, and a batch may answer hundreds of such clients.
        if !isAuthenticated, connection.bufferedByteCount > 0 { connection.flush() }
    }

    private func parseUnparsed() {
        guard state != .ended else { return }
        var bytes = unparsed
        unparsed = []
        let count = bytes.withUnsafeMutableBytes { parse($0) }
        unparsed = Array(bytes[count...])
        countInput()
    }

    /// Reports how much of an unauthenticated client's input is kept.
    private func countInput() {
        connection.share?.hold(input: unparsed.capacity + machine.keptByteCount)
    }

    /// True if no message is delivered, because an unauthenticated client's handler has paused.
    private var holdsMessages: Bool { isPaused && !isAuthenticated && state == .open }

    /// Delivers the messages, until an unauthenticated client's handler pauses.
    ///
    /// - Returns: the number of bytes that were used.
    private func parse(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        guard !holdsMessages else { return 0 }
        var input = bytes.mutableBytes
        var offset = 0
        var replies: [UInt8] = []
        while let event = machine.next(&input, from: &offset, replies: &replies) {
            if !replies.isEmpty {
                reply(replies)
                replies.removeAll()
            }
            switch event {
            case .text(let message):
                guard state == .open else { continue }
                message.withSpan(in: input.bytes) { handler?.received(text: $0, on: self) }
            case .binary(let message):
                guard state == .open else { continue }
                message.withSpan(in: input.bytes) { handler?.received(binary: $0, on: self) }
            case .ping, .pong:
                guard !isAuthenticated else { continue }
                controlFramesLeft -= 1
                if controlFramesLeft < 0 {
                    give(up: .floods)
                    return bytes.count
                }
            case .closed(let ending):
                ended(ending)
                return bytes.count
            }
            guard state != .ended else { return bytes.count }
            if holdsMessages { return offset }
        }
        return bytes.count
    }

    /// Sends the protocol's own answers. Reading stops for a peer that sends pings and does not read the answers.
    private func reply(_ replies: [UInt8]) {
        connection.send(replies)
        // `outputDrained` comes only after the low mark was exceeded.
        let mark = max(configuration.outputHighMark, configuration.outputLowMark)
        guard state == .open, !isHeldBack, connection.bufferedByteCount > mark else { return }
        isHeldBack = true
        updateInput()
    }

    /// Called when the closing handshake is over; the end of the transport follows.
    private func ended(_ ending: WebSocketEnding) {
        let close = WebSocketClose(code: ending.code.rawValue, reason: ending.reason, origin: ending.origin == .peer ? .peer : .us)
        switch ending.origin {
        case .peer, .local:
            // RFC 6455 section 7.1.1: the server ends the TCP connection first.
            if isServer { connection.closeAfterOutput() } else { wake(at: loop.now + configuration.closeTimeout) }
        case .violation:
            // The peer may still be sending: an immediate close would reset the connection before the peer reads the reason.
            connection.endOutput()
            connection.resumeInput()
            wake(at: loop.now + configuration.closeTimeout)
        }
        tell(close)
    }

    func inputEnded() {
        let wasEnded = state == .ended
        if wasEnded { connection.closeAfterOutput() } else { give(up: .endOfStream) }
    }

    func outputDrained() {
        if isHeldBack {
            isHeldBack = false
            lastInput = loop.now
            updateInput()
        }
    }

    func failed(_ failure: ConnectionError) {
        give(up: .lost(failure))
    }

    // MARK: Time

    private func wake(at instant: Instant) {
        timer?.cancel()
        // The closure holds a strong reference, which the timer releases: a weak reference would slow down every retain of the object.
        timer = loop.schedule(at: instant) { [self] in woken() }
    }

    private func woken() {
        timer = nil
        switch state {
        case .closing: give(up: .closeTimedOut)
        case .ended: connection.close()
        case .open:
            guard let interval = configuration.pingInterval else { return }
            if isPaused || isHeldBack {
                pingSent = nil
                return wake(at: loop.now + interval)
            }
            if let sent = pingSent, lastInput <= sent { return give(up: .silent) }
            pingSent = nil
            guard lastInput + interval <= loop.now else { return wake(at: lastInput + interval) }
            pingSent = loop.now
            connection.send { _ = machine.append(ping: RawSpan(), to: &$0) }
            wake(at: loop.now + configuration.pongLimit)
        }
    }

    // MARK: The end

    func drain(sparesNew: Bool) {}

    /// Stops the connection because the server stops; a close frame is sent if possible.
    func stop() {
        guard state != .ended else { return connection.close() }
        connection.send { machine.appendClose(.goingAway, reason: "", to: &$0) }
        connection.flush()
        give(up: .stopped)
    }

    private func give(up cause: WebSocketClose.Cause) {
        connection.close()
        tell(.abnormal(cause))
    }

    private func tell(_ close: WebSocketClose) {
        guard state != .ended else { return }
        state = .ended
        let handler = self.handler
        self.handler = nil
        if !connection.isOpen {
            timer?.cancel()
            timer = nil
        }
        handler?.closed(self, close)
    }
}
