import Framing
package import Speech

/// The managed proxy before its session; waits for `auth`, which must be the first message.
package struct ManagedOpening: LiveHandshakeMachine {
    /// Maximum wait for `auth`.
    package static let patience: Duration = .seconds(10)

    private let context: HandshakeContext
    private var openedAt: Instant?
    private var isDone = false

    init(_ context: HandshakeContext) { self.context = context }

    package var deadline: Instant? { isDone ? nil : openedAt.map { $0 + Self.patience } }

    package mutating func opened(now: Instant, output: inout ServerOutput) { openedAt = now }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        guard !isDone else { return nil }
        guard case .auth(let token, let configuration) = ManagedClientMessage(parsing: text) else {
            fail(
                ManagedError(.badMessage, "The first message must be {\"type\":\"auth\",…} of at most \(ManagedClientMessage.sizeLimit) bytes."),
                &output
            )
            return nil
        }
        switch configuration {
        case .success(let configuration):
            return RequestedSession(machine: ManagedLiveServer(configuration, context), credential: token)
        case .failure(let error):
            fail(ManagedError(.badConfig, error.message), &output)
            return nil
        }
    }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        if !isDone { fail(ManagedError(.badMessage, "Audio came before auth. Send auth first."), &output) }
        return nil
    }

    package mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput) {
        fail(ManagedError(error), &output)
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard !isDone else { return }
        isDone = true
        let goingAway = ManagedError(.notReady, "The server is going down. Connect again.")
        output.send { goingAway.wire.write(to: &$0) }
        output.close(1001, goingAway.reason)
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard let deadline, deadline <= now else { return }
        fail(ManagedError(.authTimeout, "No auth message came within \(Self.patience.components.seconds) seconds."), &output)
    }

    private mutating func fail(_ error: ManagedError, _ output: inout ServerOutput) {
        isDone = true
        output.send { error.wire.write(to: &$0) }
        output.close(error.code.closeCode, error.reason)
    }
}
