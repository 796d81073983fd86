import Framing
import Protocols
import Speech

/// A live client from its handshake on: the first line is the query, each further one a text message.
///
/// Whatever a client says, each message to it must be JSON, and nothing may come after the close.
func fuzzLiveDialects(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) } }
    let query = String(decoding: lines.first ?? [], as: UTF8.self)
    for dialect in Catalogue.dialects {
        guard let head = try? HTTPRequestHead(.get, dialect.path + "?" + query) else { continue }
        let context = HandshakeContext(requestID: "00000000-0000-4000-8000-000000000000", now: UnixTime(milliseconds: 0))
        switch dialect.accept(head, context) {
        case .failure(let refusal): precondition((try? JSONValue(parsing: refusal.body)) != nil, "a refusal that is not JSON")
        case .success(let handshake):
            if case .session(let machine) = handshake.start { converse(machine, lines.dropFirst()) }
        }
    }
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
        _ = machine.receivedBinary(byteCount: message.count, now: now)
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

private func check(_ output: inout ServerOutput, _ isClosed: inout Bool) {
    for action in output.actions {
        precondition(!isClosed, "something after the close")
        switch action {
        case .send(let range): precondition((try? JSONValue(parsing: Array(output.bytes[range]))) != nil, "a message that is not JSON")
        case .close: isClosed = true
        case .command, .audio: break
        }
    }
    output.removeAll()
}
