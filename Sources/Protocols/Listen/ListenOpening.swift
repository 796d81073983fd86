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

    package var resumes: Bool { machine.resume != nil }

    package var deadline: Instant? { isDone ? nil : openedAt.map { $0 + Self.patience } }

    package mutating func opened(now: Instant, output: inout ServerOutput) { openedAt = now }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        guard !isDone else { return nil }
        // The parser's error text could quote the message, and with it a token.
        guard let document = try? JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 8), document.root.isObject else {
            reject(.policy("The first message must be a JSON object of at most \(Self.sizeLimit) bytes."), &output)
            return nil
        }
        guard document.root["type"].equals("auth") else {
            reject(.policy("Auth error"), &output)
            return nil
        }
        guard let token = document.root["token"].string, !token.isEmpty else {
            reject(.badToken, &output)
            return nil
        }
        return RequestedSession(machine: machine, credential: Credential(token))
    }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        if !isDone { reject(.policy("Auth error"), &output) }
        return nil
    }

    package mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput) {
        switch error {
        case .unauthenticated: return reject(.badToken, &output)
        case .forbidden(let reason): return reject(.policy(reason), &output)
        case _: break
        }
        isDone = true
        let inBand = ListenServer.inBandError(error)
        output.send { ListenServerMessage.authResponse(true).write(to: &$0) }
        for message in inBand.messages { output.send { $0.value(raw: message) } }
        output.close(inBand.code, inBand.reason)
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

    private mutating func reject(_ error: ListenError, _ output: inout ServerOutput) {
        isDone = true
        output.send { ListenServerMessage.authResponse(false).write(to: &$0) }
        output.close(error.code, error.reason)
    }
}
