import Framing
import Protocols
import Speech

/// A vendor's stream: each line is a message from the vendor; an empty one is a second of audio and a finalize.
///
/// Whatever a vendor says, finals tile each channel, stay within the audio that was sent, and nothing comes after the end.
private func fuzzLiveClient(_ machine: some LiveClientMachine, _ bytes: RawSpan) {
    var machine = machine
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) } }
    var actions: [ClientAction] = []
    var now = Instant.now
    var sent = SampleIndex.zero
    var through: [ChannelIndex: SampleIndex] = [:]
    var isClosed = false
    func check() {
        for action in actions {
            if case .send(let text) = action { precondition(text.isEmpty || (try? JSONValue(parsing: text)) != nil, "a message that is not JSON") }
            guard case .event(let event) = action else { continue }
            precondition(!isClosed, "an event after the end")
            switch event {
            case .final(let final, _):
                precondition(final.range.start == through[final.channel, default: .zero], "finals do not tile")
                precondition(final.range.end <= sent, "a final of audio that was not sent")
                through[final.channel] = final.range.end
                for word in final.words { precondition(word.range.start >= final.range.start && word.range.end <= sent, "a word outside its final") }
            case .closed: isClosed = true
            case .opened, .speechStarted, .interim, .turnEnded, .flushed, .skipped, .notice: break
            }
        }
        actions.removeAll()
    }
    machine.opened(now: now, actions: &actions)
    for line in lines {
        now += .milliseconds(100)
        if line.isEmpty {
            machine.sentAudio(SampleCount(16_000), now: now)
            machine.heard(loud: SampleRange(sent, sent + SampleCount(16_000)), now: now, actions: &actions)
            sent += SampleCount(16_000)
            machine.command(.finalize, now: now, actions: &actions)
        } else {
            machine.receivedText(line.span.bytes, now: now, actions: &actions)
        }
        machine.timePassed(now: now, actions: &actions)
        check()
    }
    machine.command(.finish, now: now, actions: &actions)
    machine.closed(code: 1000, reason: "", now: now, actions: &actions)
    check()
    precondition(isClosed, "a stream without an end")
}

func fuzzAssemblyAILiveClient(_ bytes: RawSpan) {
    fuzzLiveClient(AssemblyAILiveClient(StreamOptions(rate: .speech, formatted: true), credential: Credential("k")), bytes)
}

func fuzzDeepgramLiveClient(_ bytes: RawSpan) {
    fuzzLiveClient(DeepgramLiveClient(StreamOptions(rate: .speech, channels: 2), credential: Credential("k")), bytes)
}

func fuzzSonioxLiveClient(_ bytes: RawSpan) {
    fuzzLiveClient(SonioxLiveClient(StreamOptions(rate: .speech), credential: Credential("k")), bytes)
}

func fuzzOpenAILiveClient(_ bytes: RawSpan) {
    fuzzLiveClient(OpenAILiveClient(StreamOptions(rate: .speech), credential: Credential("k")), bytes)
}

func fuzzSpeechmaticsLiveClient(_ bytes: RawSpan) {
    fuzzLiveClient(SpeechmaticsLiveClient(StreamOptions(rate: .speech), credential: Credential("k")), bytes)
}

func fuzzSpeechmaticsAgentClient(_ bytes: RawSpan) {
    fuzzLiveClient(SpeechmaticsAgentClient(StreamOptions(rate: .speech), credential: Credential("k")), bytes)
}

private let context = HandshakeContext(requestID: "00000000-0000-4000-8000-000000000000", now: UnixTime(milliseconds: 0))

/// Words whose text is the input's, at the times that its bytes give.
func saidByFuzzer(_ bytes: [UInt8]) -> Transcript {
    var at = SampleIndex.zero
    let words = bytes.split(separator: UInt8(ascii: " ")).map { word in
        let start = at + SampleCount(Int(word.first ?? 0) * 100)
        at = start + SampleCount(Int(word.last ?? 0) * 50)
        return Word(
            String(decoding: word, as: UTF8.self), SampleRange(start, at), confidence: Float(word.count) / 10,
            speaker: word.count > 6 ? SpeakerLabel(word.count) : nil)
    }
    return Transcript(
        rate: .speech, length: at - .zero, language: .english, model: "base", channels: [.init(words: words, segments: [])])
}

/// The first line is the query, the second what was said. Answers and rejections must be JSON.
func fuzzDeepgramPrerecorded(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).map { Array($0) } }
    guard let query = lines.first, let head = try? HTTPRequestHead(.post, "/v1/listen?" + String(decoding: query, as: UTF8.self)) else { return }
    _ = DeepgramPrerecordedRequest.remoteAddress(in: query, context)
    switch DeepgramPrerecordedRequest.parse(head, context) {
    case .failure(let rejection): precondition((try? JSONValue(parsing: rejection.body)) != nil, "a refusal that is not JSON")
    case .success(let request):
        let said = saidByFuzzer(lines.count > 1 ? lines[1] : [])
        let body = DeepgramPrerecordedAnswer.body(
            said, for: request, requestID: context.requestID, sha256: "", created: context.now)
        precondition((try? JSONValue(parsing: body)) != nil, "an answer that is not JSON")
    }
}

/// Each line is `name=value`; what is left behind the last is what was said. Answers and rejections must be JSON, subtitles well-formed.
func fuzzOpenAIFields(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) } }
    guard let head = try? HTTPRequestHead(.post, "/v1/audio/transcriptions") else { return }
    var fields: [OpenAITranscriptionRequest.Field] = []
    for line in lines.dropLast() {
        let name = line.prefix { $0 != UInt8(ascii: "=") }
        fields.append(.init(name: String(decoding: name, as: UTF8.self), value: String(decoding: line.dropFirst(name.count + 1), as: UTF8.self)))
    }
    switch OpenAITranscriptionRequest.parse(fields, hasFile: true, head, context) {
    case .failure(let rejection): precondition((try? JSONValue(parsing: rejection.body)) != nil, "a refusal that is not JSON")
    case .success(let request):
        let said = saidByFuzzer(lines.last ?? [])
        let answer = OpenAITranscriptionAnswer(said, for: request, requestID: context.requestID)
        if answer.headers["Content-Type"] == "application/json" {
            precondition((try? JSONValue(parsing: answer.body)) != nil, "an answer that is not JSON")
        }
        let cues = Captions.cues(of: said)
        for (cue, next) in zip(cues, cues.dropFirst()) { precondition(cue.end > cue.start && cue.end <= next.start, "cues overlap") }
        var stream = OpenAITranscriptStream(for: request)
        _ = stream.said(said.channels[0].words, rate: said.rate)
        _ = stream.finished(said)
    }
}

/// The reader takes what the document takes, but for what only a document can know: UTF-8 and the range of whole numbers.
func fuzzJSONReader(_ bytes: RawSpan) {
    let isRead = bytes.withUnsafeBytes { bytes in
        var reader = JSONReader(bytes, depthLimit: 64)
        return (try? reader.skip()) != nil && (try? reader.end()) != nil
    }
    let isDocument = (try? JSONValue(parsing: bytes.withUnsafeBytes { Array($0) })) != nil
    precondition(isRead || !isDocument, "the reader refuses a document")
}

/// What is read is written as what is read again.
func fuzzAssemblyAIServerMessage(_ bytes: RawSpan) {
    let message = AssemblyAIServerMessage(parsing: bytes)
    switch message {
    case .malformed, .unrecognized: return
    case .turn:
        // Confidences are written with a few decimals only.
        guard case .turn = AssemblyAIServerMessage(parsing: message.text.span.bytes) else { preconditionFailure("a turn that cannot be read again") }
    case .heartbeat, .silence:
        if case .malformed = AssemblyAIServerMessage(parsing: message.text.span.bytes) { preconditionFailure("a message that cannot be read again") }
    case .begin, .speechStarted, .termination, .error: precondition(AssemblyAIServerMessage(parsing: message.text.span.bytes) == message)
    }
}

func fuzzAssemblyAIClientMessage(_ bytes: RawSpan) {
    let message = AssemblyAIClientMessage(parsing: bytes)
    switch message {
    case .invalid: return
    case .updateConfiguration, .forceEndpoint, .keepAlive, .terminate:
        guard case .invalid(let problem) = AssemblyAIClientMessage(parsing: message.text.span.bytes) else { return }
        preconditionFailure(problem)
    }
}
