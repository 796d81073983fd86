internal import Framing
package import Net
package import Protocols
internal import Speech

/// The handler of a client that has come back after a lost connection: passes its messages to its session, which may live on another loop.
///
/// Lives on the socket's loop and is called there only.
package final class SessionResumer: LiveHandler {
    private let machine: any ResumableDialect
    private let resume: LiveResume
    /// The session to continue; nil when there is none.
    private let session: LoopBound<LiveSession>?
    /// Interrupted session of an earlier run, behind which the client goes on in a new session; nil: no earlier run of the gateway had its session.
    private let interrupted: InterruptedSession?

    /// - Parameter machine: the machine that the session's handshake made. It words the answer when the session cannot continue.
    package init(
        _ machine: any ResumableDialect, _ resume: LiveResume, _ session: LoopBound<LiveSession>?,
        interrupted: InterruptedSession? = nil
    ) {
        self.machine = machine
        self.resume = resume
        self.session = session
        self.interrupted = interrupted
    }

    package func start(_ connection: WebSocketConnection) {
        let socket = ClientSocket(connection), resume = resume, machine = machine
        guard let session else {
            guard let interrupted else { return Self.reject(socket, .expired(), machine) }
            // A closure of its own: the region checker of Swift 6.3.1 rejects the same body as the task's operation.
            let answer: @Sendable () async -> Void = {
                let seam = await interrupted.seam()
                Self.reject(socket, .expired(received: seam), machine)
            }
            Task { await answer() }
            return
        }
        session.enter { session in
            if let error = session.returned(socket, resume) { Self.reject(socket, error, machine) }
        }
    }

    private static func reject(_ socket: ClientSocket, _ error: ResumeError, _ machine: any ResumableDialect) {
        var machine = machine
        var output = ServerOutput()
        machine.resumeFailed(error, output: &output)
        for action in output.actions {
            switch action {
            case .send(let range): socket.send(text: output.text(in: range).span.bytes)
            case .close(let code, let reason): socket.close(code: code, reason: reason)
            case .command, .converse, .audio: break
            }
        }
    }

    package func received(text: RawSpan, on connection: WebSocketConnection) {
        guard let session else { return }
        guard !session.loop.isCurrent else { return session.withValue { $0.received(text: text, on: connection) } ?? () }
        let bytes = text.withUnsafeBytes { [UInt8]($0) }
        session.enter { $0.received(text: bytes.span.bytes, on: connection) }
    }

    package func received(binary: RawSpan, on connection: WebSocketConnection) {
        guard let session else { return }
        guard !session.loop.isCurrent else { return session.withValue { $0.received(binary: binary, on: connection) } ?? () }
        let bytes = binary.withUnsafeBytes { [UInt8]($0) }
        session.enter { $0.received(binary: bytes.span.bytes, on: connection) }
    }

    package func closed(_ connection: WebSocketConnection, _ close: WebSocketClose) { session?.enter { $0.closed(connection, close) } }
}
