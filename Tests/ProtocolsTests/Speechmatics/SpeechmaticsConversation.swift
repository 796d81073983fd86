import Framing
import Protocols
import Speech
import Testing

/// A client of the server without sockets, its `StartRecognition` first: what is told to the machine, and what it says to that, in short words.
struct SpeechmaticsConversation {
    var machine: any LiveServerMachine
    var now = ContinuousClock.now
    private(set) var raw: [String] = []

    /// - Parameters:
    ///   - config: members behind the language.
    ///   - ready: an engine is there.
    init(_ config: String = #""enable_partials":true"#, ready: Bool = true) throws {
        var entrance = try SpeechmaticsEntrance()
        machine = try entrance.begin(Self.start(config)).machine
        _ = run { machine, now, output in machine.opened(LiveStart(rate: .speech, model: "moonshine-base-en"), now: now, output: &output) }
        if ready { #expect(event(.ready) == ["started", "info recognition_quality"]) }
    }

    static func start(_ config: String) -> String {
        """
        {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},
        "transcription_config":{"language":"en"\(config.isEmpty ? "" : ",")\(config)}}
        """
    }

    mutating func text(_ text: String) -> [String] {
        run { machine, now, output in machine.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    /// As the gateway does it.
    mutating func audio(samples: Int) -> [String] {
        switch machine.receivedBinary(byteCount: samples * 2, now: now) {
        case .answered(let isAudio):
            (isAudio ? ["→ audio"] : []) + run { machine, now, output in machine.answerBinary(now: now, output: &output) }
        case .audio: ["→ audio without an answer"]
        case .ignored: ["ignored"]
        case let meaning: ["\(meaning)"]
        }
    }

    mutating func event(_ event: SessionEvent) -> [String] {
        run { machine, now, output in machine.session(event, now: now, output: &output) }
    }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
        return run { machine, now, output in machine.timePassed(now: now, output: &output) }
    }

    mutating func account(_ notice: AccountNotice) {
        _ = run { machine, now, output in machine.account(notice, now: now, output: &output) }
    }

    mutating func drain() -> [String] { run { machine, now, output in machine.drain(now: now, output: &output) } }

    private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        var output = ServerOutput()
        body(&machine, now, &output)
        raw += output.texts
        return output.actions.map { $0.short(output) { Self.short(SpeechmaticsServerMessage(parsing: $0.span.bytes)) } }
    }

    static func short(_ message: SpeechmaticsServerMessage) -> String {
        switch message {
        case .recognitionStarted: "started"
        case .audioAdded(let number, let channel): "added \(number)" + named(channel)
        case .partial(let transcript): "partial \(transcript.start)–\(transcript.end) \(transcript.shortItems)" + named(transcript.channel)
        case .transcript(let transcript): "final \(transcript.start)–\(transcript.end) \(transcript.shortItems)" + named(transcript.channel)
        case .endOfUtterance(let at, let channel): "end of utterance \(at)" + named(channel)
        case .endOfTranscript: "end of transcript"
        case .speakers: "speakers"
        case .info(let type, _, _): "info \(type)"
        case .warning(let type, _): "warning \(type)"
        case .error(let type, _): "error \(type)"
        case .unrecognized(let name): "unrecognized \(name)"
        case .malformed(let problem): "malformed \(problem)"
        }
    }
}

private func named(_ channel: String?) -> String { channel.map { " in \($0)" } ?? "" }

extension SpeechmaticsTranscript {
    /// Its text, and where sentences end.
    var shortItems: String {
        results.isEmpty ? "-" : "“\(text)”" + (results.contains(where: \.endsSentence) ? " eos" : "")
    }
}

/// A client whose `StartRecognition` is still to come.
struct SpeechmaticsEntrance {
    var opening: any LiveOpening
    var now = ContinuousClock.now
    private(set) var said: [String] = []

    init(_ path: String = "/v2") throws {
        let handshake = try SpeechmaticsLiveServer.accept(HTTPRequestHead(.get, path), LiveConversation.context).get()
        guard case .opening(let opening) = handshake.start else { preconditionFailure("a session without a configuration") }
        self.opening = opening
        var output = ServerOutput()
        self.opening.opened(now: now, output: &output)
    }

    mutating func text(_ text: String) -> LiveBeginning? {
        run { opening, now, output in opening.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    /// With a configuration that must be good.
    mutating func begin(_ configuration: String) throws -> LiveBeginning {
        let beginning = text(configuration)
        return try #require(beginning)
    }

    mutating func binary(_ count: Int) -> LiveBeginning? {
        run { opening, now, output in opening.receivedBinary(byteCount: count, now: now, output: &output) }
    }

    mutating func refused(_ cause: RefusalCause) { run { opening, now, output in opening.refused(cause, now: now, output: &output) } }

    mutating func wait(_ duration: Duration) {
        now += duration
        run { opening, now, output in opening.timePassed(now: now, output: &output) }
    }

    mutating func drain() { run { opening, now, output in opening.drain(now: now, output: &output) } }

    private mutating func run<Value>(_ body: (inout any LiveOpening, Instant, inout ServerOutput) -> Value) -> Value {
        var output = ServerOutput()
        let value = body(&opening, now, &output)
        said += output.actions.map { $0.short(output) { SpeechmaticsConversation.short(SpeechmaticsServerMessage(parsing: $0.span.bytes)) } }
        return value
    }
}
