import Conversations
import Framing
import Protocols
import Speech

/// A session of `/listen`: the first line is the query; of each further one the first byte says what happens, and the rest is what it happens with.
///
/// Whatever happens, each message is JSON (or `ping`), audio of a channel is of one that there is, and nothing comes after the close until another
/// connection is there.
func fuzzListenServer(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) } }
    let query = String(decoding: lines.first ?? [], as: UTF8.self)
    guard let head = try? HTTPRequestHead(.get, "/v4/listen?" + query) else { return }
    let context = HandshakeContext(requestID: "00000000-0000-4000-8000-000000000000", now: UnixTime(milliseconds: 0), engines: [.local])
    guard case .success(let handshake) = ListenServer.dialect.accept(head, context), case .session(let session) = handshake.start,
        var machine = session as? ListenServer
    else { return }
    var output = ServerOutput()
    var now = Instant.now
    var isClosed = false
    machine.adopt(UserChoices(vocabulary: ["word"], language: LanguageTag("de")))
    guard machine.resume == nil else {
        machine.resumeFailed(.expired, output: &output)
        return check(&output, &isClosed)
    }
    machine.opened(LiveStart(rate: .speech, model: "base", engine: .local), now: now, output: &output)
    check(&output, &isClosed)
    for line in lines.dropFirst() {
        guard !isClosed || machine.waitsForClient else { return }
        let rest = Array(line.dropFirst())
        let text = String(decoding: rest, as: UTF8.self)
        now += .milliseconds(line.count * 10)
        switch line.first {
        case UInt8(ascii: "r"):
            isClosed = false
            let resume = LiveResume(session: ID("s"), start: .zero, seen: rest.count)
            machine.clientReturned(resume, received: SampleIndex(rest.count), now: now, output: &output)
        case UInt8(ascii: "x"): machine.clientLost(now: now)
        case _ where isClosed: continue
        case UInt8(ascii: "b"):
            switch machine.receivedBinary(rest.span.bytes, now: now, output: &output) {
            case .audio(let channel, let skip):
                precondition((0..<8).contains(channel.number), "a channel that there is not")
                precondition(skip < rest.count, "no audio behind what is skipped")
            case .rejected, .rejectedInBand: return
            case .command, .ignored: break
            }
        case UInt8(ascii: "c"): machine.conversation(.began(ID(text), isResumed: false), now: now, output: &output)
        case UInt8(ascii: "s"):
            let segment = Segment(id: ID(text), text: text, start: .zero, end: .seconds(1))
            machine.conversation(.changed([segment]), now: now, output: &output)
        case UInt8(ascii: "d"): machine.conversation(.removed([ID(text)]), now: now, output: &output)
        case UInt8(ascii: "e"): machine.session(.ready, now: now, output: &output)
        case UInt8(ascii: "g"): machine.session(.gap(.first, SampleRange(.zero, SampleIndex(1)), .timedOut(text)), now: now, output: &output)
        case UInt8(ascii: "a"): machine.durable(through: SampleIndex(rest.count), now: now, output: &output)
        case UInt8(ascii: "q"): machine.session(.ended(SessionEnd(received: .zero, error: nil)), now: now, output: &output)
        case UInt8(ascii: "f"): machine.drain(now: now, output: &output)
        case UInt8(ascii: "+"):
            now += .seconds(rest.count)
            if let deadline = machine.deadline, deadline <= now { machine.timePassed(now: now, output: &output) }
        case _: machine.receivedText(line.span.bytes, now: now, output: &output)
        }
        check(&output, &isClosed)
    }
}

/// What a client of `/listen` says: whatever is understood keeps to its bounds.
func fuzzListenClientMessage(_ bytes: RawSpan) {
    var ignored: [ListenIgnored] = []
    switch ListenClientMessage(parsing: bytes, ignored: &ignored) {
    case .transcript(let segments, _):
        precondition(segments.count <= 1_000, "more segments than are taken")
        for segment in segments { precondition(segment.start >= .zero && segment.start <= segment.end, "a segment that ends before it begins") }
    case .speakerAssigned(let speaker, _, _, let segments):
        precondition(speaker.number >= 0 && segments.count <= 1_000, "an assignment of nobody")
    case .ignored: precondition(ignored.count == 1, "a message that is dropped without a word")
    case .imageChunk, .malformedImage, .startOnboarding, .skipQuestion, .finalization, .finalize, .finish, .seen, .heartbeat: break
    }
}

/// What a server of `/listen` says, a message in each line; an empty one finishes. Nothing comes after the end, and there is one.
func fuzzListenClient(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) } }
    var machine = ListenClient(language: nil, credential: Credential("k"))
    var actions: [ClientAction] = []
    var now = Instant.now
    var isClosed = false
    func check() {
        for action in actions {
            switch action {
            case .send(let text): precondition((try? JSONValue(parsing: text)) != nil, "a message that is not JSON")
            case .listen(.changed(let segments)):
                precondition(!isClosed, "news after the end")
                for segment in segments {
                    precondition(segment.start >= .zero && segment.start <= segment.end, "a segment that ends before it begins")
                }
            case .event(.closed):
                precondition(!isClosed, "two ends")
                isClosed = true
            case .event, .listen: precondition(!isClosed, "something after the end")
            case _: break
            }
        }
        actions.removeAll()
    }
    machine.opened(now: now, actions: &actions)
    for line in lines {
        now += .milliseconds(100)
        if line.isEmpty {
            machine.command(.finish, now: now, actions: &actions)
        } else {
            machine.receivedText(line.span.bytes, now: now, actions: &actions)
        }
        machine.timePassed(now: now, actions: &actions)
        check()
    }
    machine.closed(code: 1000, reason: "", now: now, actions: &actions)
    check()
    precondition(isClosed, "a stream without an end")
}
