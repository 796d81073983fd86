import Framing
import Protocols
import Speech

/// A live client from its handshake on: the first line is the query, each further one a text message, in the dialects that need it an opening first.
///
/// Whatever a client says, each message to it must be JSON, and nothing may come after the close.
func fuzzLiveDialects(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) } }
    let query = String(decoding: lines.first ?? [], as: UTF8.self)
    for dialect in Catalogue.dialects {
        guard let path = dialect.paths.first, let head = try? HTTPRequestHead(.get, path + "?" + query) else { continue }
        let context = HandshakeContext(requestID: "00000000-0000-4000-8000-000000000000", now: UnixTime(milliseconds: 0))
        switch dialect.accept(head, context) {
        case .failure(let rejection): precondition((try? JSONValue(parsing: rejection.body)) != nil, "a refusal that is not JSON")
        case .success(let handshake):
            switch handshake.start {
            case .session(let machine): converse(machine, lines.dropFirst())
            case .opening(let opening): open(opening, lines.dropFirst())
            }
        }
    }
}

/// Until a session begins; the messages that are left are that session's.
private func open(_ opening: any LiveHandshakeMachine, _ messages: ArraySlice<[UInt8]>) {
    var opening = opening
    var output = ServerOutput()
    var isClosed = false
    var now = Instant.now
    opening.opened(now: now, output: &output)
    check(&output, &isClosed)
    for (index, message) in zip(messages.indices, messages) where !isClosed {
        now += .milliseconds(message.count)
        let beginning = opening.receivedText(message.span.bytes, now: now, output: &output)
        check(&output, &isClosed)
        if let beginning {
            precondition(!isClosed, "a session whose client was told to go")
            return converse(beginning.machine, messages[(beginning.includesMessage ? index : index + 1)...])
        }
        if let deadline = opening.deadline, deadline <= now, !isClosed {
            opening.timePassed(now: now, output: &output)
            check(&output, &isClosed)
        }
    }
    guard !isClosed else { return }
    opening.drain(now: now, output: &output)
    check(&output, &isClosed)
}

private func converse(_ machine: any LiveServerMachine, _ messages: ArraySlice<[UInt8]>) {
    var machine = machine
    var output = ServerOutput()
    var isClosed = false
    var now = Instant.now
    machine.opened(LiveStart(rate: .speech, model: "base"), now: now, output: &output)
    check(&output, &isClosed)
    for message in messages where !isClosed {
        now += .milliseconds(message.count * 20)
        if case .audio(_, let skip) = machine.receivedBinary(message.span.bytes, now: now, output: &output) {
            precondition(skip < message.count, "no audio behind what is skipped")
        }
        machine.receivedText(message.span.bytes, now: now, output: &output)
        check(&output, &isClosed)
        if let deadline = machine.deadline, deadline <= now, !isClosed {
            machine.timePassed(now: now, output: &output)
            check(&output, &isClosed)
        }
    }
    guard !isClosed else { return }
    machine.drain(now: now, output: &output)
    check(&output, &isClosed)
}

/// Each message is JSON or `ping`, and nothing comes after the close.
func check(_ output: inout ServerOutput, _ isClosed: inout Bool) {
    for action in output.actions {
        precondition(!isClosed, "something after the close")
        switch action {
        case .send(let range):
            let text = Array(output.bytes[range])
            precondition(text.elementsEqual("ping".utf8) || (try? JSONValue(parsing: text)) != nil, "a message that is not JSON")
        case .close: isClosed = true
        case .command, .audio, .converse: break
        }
    }
    output.removeAll()
}
