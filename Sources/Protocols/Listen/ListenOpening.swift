import Framing
package import Speech

/// A browser's first message, which brings its token: `{"type":"auth","token":"…"}`.
package struct ListenOpening: LiveHandshakeMachine {
    /// Maximum time until the first message.
    package static let patience: Duration = .seconds(5)
    private static let sizeLimit = 65_536

    private let machine: ListenServer
    private var openedAt: Instant?
    private var isDone = false

    init(_ machine: ListenServer) { self.machine = machine }

    package var deadline: Instant? { isDone ? nil : openedAt.map { $0 + Self.patience } }

    package mutating func opened(now: Instant, output: inout ServerOutput) { openedAt = now }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> LiveBeginning? {
        guard !isDone else { return nil }
        // The parser's error text could quote the message, and with it a token.
        guard let document = try? JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 8), document.root.isObject else {
            refuse(.policy("The first message must be a JSON object of at most \(Self.sizeLimit) bytes."), &output)
            return nil
        }
        guard document.root["type"].equals("auth") else {
            refuse(.policy("Auth error"), &output)
            return nil
        }
        guard let token = document.root["token"].string, !token.isEmpty else {
            refuse(.badToken, &output)
            return nil
        }
        return LiveBeginning(machine: machine, credential: Credential(token))
    }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> LiveBeginning? {
        if !isDone { refuse(.policy("Auth error"), &output) }
        return nil
    }

    package mutating func refused(_ cause: RefusalCause, now: Instant, output: inout ServerOutput) {
        switch cause {
        case .unauthenticated: return refuse(.badToken, &output)
        case .forbidden(let reason): return refuse(.policy(reason), &output)
        case _: break
        }
        isDone = true
        let refusal = ListenServer.refusal(cause)
        output.send { ListenServerMessage.authResponse(true).write(to: &$0) }
        for message in refusal.messages { output.send { $0.value(raw: message) } }
        output.close(refusal.code, refusal.reason)
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) {
        guard !isDone else { return }
        isDone = true
        output.close(1001, "going_away")
    }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard let deadline, deadline <= now else { return }
        isDone = true
        output.close(1008, "Auth timeout")
    }

    private mutating func refuse(_ refusal: ListenRefusal, _ output: inout ServerOutput) {
        isDone = true
        output.send { ListenServerMessage.authResponse(false).write(to: &$0) }
        output.close(refusal.code, refusal.reason)
    }
}
