package import Admission
package import Net
internal import Observability
package import Protocols
internal import Speech

/// The handler of a client whose session does not exist yet: passes the first messages to the dialect's handshake, and hands the socket to the
/// session that the handshake makes. Lives on one loop and is called there only.
package final class PreSessionHandler: WebSocketHandler {
    private let context: LiveContext
    private let client: ClientAddress
    private let wrongCredentials: WrongCredentials
    /// Admits the client and makes the handler of its later messages.
    private let make: (RequestedSession) throws(RequestError) -> any LiveHandler
    /// Returns the work that must be awaited before `make` can judge the client's credential; nil when there is none.
    private let prepare: (RequestedSession) -> (@Sendable () async -> Void)?
    /// Messages that came while `prepare` is awaited; the first one began the wait. The client is not read meanwhile, so there are few.
    private var waiting: [Message]?
    private var opening: any LiveHandshakeMachine
    private var output = ServerOutput()
    private var connection: WebSocketConnection?
    private let timer: DeadlineTimer
    /// True if the client was rejected and its messages are ignored.
    private var isRejected = false

    private enum Message {
        case text([UInt8])
        case binary([UInt8])
    }

    package init(
        _ opening: any LiveHandshakeMachine, context: LiveContext, client: ClientAddress, wrongCredentials: WrongCredentials,
        prepare: @escaping (RequestedSession) -> (@Sendable () async -> Void)?,
        make: @escaping (RequestedSession) throws(RequestError) -> any LiveHandler
    ) {
        self.opening = opening
        self.context = context
        timer = DeadlineTimer(on: context.loop)
        self.client = client
        self.wrongCredentials = wrongCredentials
        self.prepare = prepare
        self.make = make
    }

    package func start(_ connection: WebSocketConnection) {
        self.connection = connection
        context.add(self)
        opening.opened(now: context.loop.now, output: &output)
        carryOut()
        if context.endsEntrances, !resumes { drain() }
    }

    /// True if the client wants to return to a session.
    var resumes: Bool { opening.resumes }

    package func drain() {
        opening.drain(now: context.loop.now, output: &output)
        carryOut()
    }

    package func received(text: RawSpan, on connection: WebSocketConnection) {
        guard !isRejected else { return }
        guard waiting == nil else { return keep(.text(text.withUnsafeBytes(Array.init))) }
        let requested = opening.receivedText(text, now: context.loop.now, output: &output)
        carryOut()
        guard let requested else { return }
        if let prepare = prepare(requested) { return wait(prepare, .text(text.withUnsafeBytes(Array.init)), requested) }
        guard let session = begin(requested) else { return }
        if requested.includesMessage { session.received(text: text, on: connection) }
    }

    package func received(binary: RawSpan, on connection: WebSocketConnection) {
        guard !isRejected else { return }
        guard waiting == nil else { return keep(.binary(binary.withUnsafeBytes(Array.init))) }
        let requested = opening.receivedBinary(byteCount: binary.byteCount, now: context.loop.now, output: &output)
        carryOut()
        guard let requested else { return }
        if let prepare = prepare(requested) { return wait(prepare, .binary(binary.withUnsafeBytes(Array.init)), requested) }
        guard let session = begin(requested) else { return }
        if requested.includesMessage { session.received(binary: binary, on: connection) }
    }

    private func keep(_ message: Message) { waiting?.append(message) }

    /// Continues with `requested`, and with later messages, once the credential can be judged.
    private func wait(_ prepare: @escaping @Sendable () async -> Void, _ first: Message, _ requested: RequestedSession) {
        waiting = []
        connection?.pauseReading()
        let resume = LoopBound({ [self] in goOn(requested, first) }, on: context.loop)
        Task {
            await prepare()
            resume.enter { $0() }
        }
    }

    private func goOn(_ requested: RequestedSession, _ first: Message) {
        let messages = (requested.includesMessage ? [first] : []) + (waiting ?? [])
        waiting = nil
        // The client may have left meanwhile.
        guard let connection, connection.isOpen else { return }
        connection.resumeReading()
        guard let session = begin(requested) else { return }
        for message in messages {
            switch message {
            case .text(let bytes): session.received(text: bytes.span.bytes, on: connection)
            case .binary(let bytes): session.received(binary: bytes.span.bytes, on: connection)
            }
        }
    }

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) { leave() }

    private func begin(_ requested: RequestedSession) -> (any LiveHandler)? {
        guard let connection else { return nil }
        do throws(RequestError) {
            let session = try make(requested)
            leave()
            connection.hand(to: session)
            session.start(connection)
            return session
        } catch {
            context.log.rejection(
                "live session refused", of: client.ip, [.error: error.plain.code, .reason: error.plain.message, .peer: "\(client)"])
            guard error == .unauthenticated, requested.credential != nil else {
                reject(error)
                return nil
            }
            isRejected = true
            connection.pauseReading()
            wrongCredentials.rejected(client.ip, on: context.loop) { [self] in
                reject(error)
            } turnAway: { [self] wait in
                reject(.tooManyRequests(retryAfter: wait))
            }
            return nil
        }
    }

    private func reject(_ error: RequestError) {
        guard let connection, connection.isOpen else { return }
        opening.rejected(error, now: context.loop.now, output: &output)
        carryOut()
        connection.resumeReading()
    }

    private func leave() {
        timer.cancel()
        connection = nil
        context.remove(self)
    }

    private func carryOut() {
        for action in output.actions {
            switch action {
            case .send(let range):
                let text = output.text(in: range)
                connection?.send(text: text.span.bytes)
            case .close(let code, let reason): connection?.close(code: code, reason: reason)
            // There is no session yet that could take these.
            case .command, .converse, .audio: break
            }
        }
        output.removeAll()
        arm()
    }

    private func arm() {
        timer.arm(for: connection?.isOpen == true ? opening.deadline : nil) { [self] in
            opening.timePassed(now: context.loop.now, output: &output)
            carryOut()
        }
    }
}
