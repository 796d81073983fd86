import Audio
import Framing
import Net
import Protocols
import Speech
import Vendors

/// A live stream to a running gateway, for a command's tasks.
// Sendable by proof: all mutable state is touched on `loop` only; the public methods switch to the loop themselves.
final class GatewayStream: AudioSink, @unchecked Sendable {
    private enum State {
        case streaming  // → ending, ended
        /// The machine has finished, and the stream waits for the socket's closing handshake.
        case ending(EngineError?)  // → ended
        case ended
    }

    /// An item from the stream.
    enum Item: Sendable {
        case event(EngineEvent)
        case listen(ListenEvent)
    }

    private let loop: Loop
    private let gateway: GatewayAddress
    private let deliver: @Sendable (Item) -> Void
    /// The encoder of audio messages; nil: audio is sent as PCM.
    private var encoder: OpusPacketEncoder?
    private let stream: ClientStream
    private var state = State.streaming
    /// True once the gateway was told that no more audio comes.
    private var isFinished = false
    private var waiting: [CheckedContinuation<Bool, Never>] = []

    /// - Parameters:
    ///   - encoder: makes the messages of audio; nil: the messages are 16-bit little-endian PCM.
    ///   - deliver: takes the stream's items, on the loop. `.closed` comes last, when the socket is closed.
    init(
        _ machine: any LiveClientMachine, encoder: consuming OpusPacketEncoder? = nil, gateway: GatewayAddress, connector: VendorConnector,
        deliver: @escaping @Sendable (Item) -> Void
    ) {
        self.encoder = encoder
        self.gateway = gateway
        self.deliver = deliver
        loop = connector.loop
        stream = ClientStream(machine, connector: connector)
    }

    // MARK: Calls from the command's task

    /// Begins to connect. Comes before everything else.
    func connect(to target: WebSocketTarget, headers: HTTPHeaders) {
        loop.execute { [self] in stream.connect(to: target, headers: headers) { [self] notice in hear(notice) } }
    }

    /// Waits until the stream is open. Returns false when it will not open.
    func untilOpen() async -> Bool {
        await withCheckedContinuation { continuation in
            let isTaken = loop.execute { [self] in
                switch state {
                case .streaming: if stream.isOpen { continuation.resume(returning: true) } else { waiting.append(continuation) }
                case .ending, .ended: continuation.resume(returning: false)
                }
            }
            if !isTaken { continuation.resume(returning: false) }
        }
    }

    /// Sends 16-bit little-endian PCM, mono.
    ///
    /// - Returns: the number of bytes that the gateway has not read yet; nil when the stream accepts no more audio.
    func send(_ audio: [UInt8]) async -> Int? {
        await loop.run { [self] () -> Int? in
            guard stream.isOpen, !isFinished else { return nil }
            if encoder == nil { stream.send(binary: audio.span.bytes) }
            encoder?.append(audio) { stream.send(binary: $0) }
            stream.sent(SampleCount(audio.count / 2))
            return stream.bufferedByteCount
        } ?? nil
    }

    /// Returns the number of bytes that the gateway has not read yet; nil when the stream accepts no more audio.
    func waitingBytes() async -> Int? {
        await loop.run { [self] () -> Int? in stream.bufferedByteCount } ?? nil
    }

    func send(_ command: EngineCommand) {
        loop.execute { [self] in
            if command == .finish {
                guard !isFinished else { return }
                isFinished = true
                if stream.isOpen { encoder?.finish { stream.send(binary: $0) } }
            }
            stream.command(command)
        }
    }

    // MARK: Calls on the loop

    private func hear(_ notice: ClientStream.Notice) {
        switch notice {
        case .opened: resumeWaiting(isOpen: true)
        case .event(.closed(let error)):
            guard case .streaming = state else { return }
            state = .ending(error)
            // The socket is closed after the machine's last event.
            stream.close()
        case .event(let event): deliver(.event(event))
        case .listen(let event): deliver(.listen(event))
        case .resumable: break
        case .failed(let error): end(failure(error))
        case .closed(let close, let asked): end(reason(of: close, asked: asked))
        }
    }

    private func failure(_ error: WebSocketConnectError) -> EngineError? {
        if case .ending(let error) = state { return error }
        return explanation(of: error)
    }

    /// Returns the error that ended the stream. Where the gateway closed the socket, the message is Harken's own, because the machine would name the
    /// gateway as a vendor.
    private func reason(of close: WebSocketClose, asked: Bool) -> EngineError? {
        if case .ending(let error) = state, asked || error == nil { return error }
        if case .abnormal = close.origin { return .unavailable("the connection to \(gateway.url) broke") }
        let reason = close.reason.isEmpty ? "code \(close.code)" : TerminalText.safe(close.reason)
        return .unavailable("the gateway ended the stream: \(reason)")
    }

    private func explanation(of error: WebSocketConnectError) -> EngineError {
        switch error {
        case .unsendable(let field): .badRequest("the request to \(gateway.url) cannot be sent: \(field)")
        case .unresolved(let host, let reason): .unavailable("the host \(host) is not found: \(reason)")
        case .unreachable: .unavailable("no gateway answers at \(gateway.url); start one with: harken serve")
        case .timedOut: .timedOut("\(gateway.url) does not answer")
        case .rejected(let head, let body): GatewayRejection(status: head.status.code, body: body).error
        case .lost(.tls(let error)) where error.isUntrusted: .unavailable(gateway.untrusted(error.reason))
        case .lost(.tls(let error)): .unavailable("TLS with \(gateway.url) failed: \(error.reason)")
        case .malformedAnswer, .lost: .unavailable("\(gateway.url) answered, but it is not a Harken gateway")
        case .cancelled: .cancelled
        }
    }

    private func end(_ error: EngineError?) {
        if case .ended = state { return }
        state = .ended
        deliver(.event(.closed(error)))
        resumeWaiting(isOpen: false)
    }

    private func resumeWaiting(isOpen: Bool) {
        for continuation in waiting { continuation.resume(returning: isOpen) }
        waiting = []
    }
}
