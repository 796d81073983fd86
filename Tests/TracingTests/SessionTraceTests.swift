import Speech
import Testing
import Tracing

@Suite struct `A session's trace` {
    private static let start = Instant.now
    private static let began = UnixTime(milliseconds: 1_800_000_000_000)
    private let rate = SampleRate.speech
    private let deepgram = EngineName("deepgram")

    private func trace(channels: Int = 1, parent: TraceParent? = nil) -> SessionTrace {
        let root = TraceRoot(
            TraceID(high: 1, low: 2), id: SpanID(7), under: parent, clock: TraceClock(Self.began, at: Self.start), start: Self.start)
        return SessionTrace(
            .init(session: "s1", dialect: "assemblyai", workload: .realtime, model: "universal", channels: channels, rate: rate), root: root)
    }

    private func at(_ seconds: Double) -> Instant { Self.start + .milliseconds(Int64((seconds * 1_000).rounded())) }

    private func nanoseconds(_ seconds: Double) -> Int64 { Self.began.milliseconds * 1_000_000 + Int64((seconds * 1_000).rounded()) * 1_000_000 }

    private func index(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: rate) }

    private func word(_ from: Double, _ to: Double) -> Word {
        Word("hush", SampleRange(index(from), index(to)), confidence: 1)
    }

    private func commit(_ words: [Word], through end: Double, _ reason: FinalReason, engine: EngineName? = nil, channel: Int = 0) -> SessionEvent {
        .commit(
            Commit(
                channel: ChannelIndex(channel), range: SampleRange(.zero, index(end)), words: words, reason: reason, engine: engine ?? deepgram))
    }

    /// Audio that comes as it is spoken, 0.2 s late, in pieces of 0.1 s.
    private func hear(_ trace: inout SessionTrace, through seconds: Int) {
        for piece in 1...(seconds * 10) { trace.received(through: index(Double(piece) / 10), now: at(Double(piece) / 10 + 0.2)) }
    }

    private func double(_ span: Span, _ key: SpanKey) -> Double? {
        if case .double(let value)? = span[key] { value } else { nil }
    }

    @Test func `has a span for each utterance, from when its speech came to its last final`() throws {
        var trace = trace()
        hear(&trace, through: 3)
        #expect(trace.heard(.speechStarted(.first, at: index(1)), model: nil, now: at(1.3)).isEmpty)
        let guess = Hypothesis(range: SampleRange(index(1), index(1.5)), words: [word(1, 1.5)])
        #expect(trace.heard(.interim(guess), model: nil, now: at(1.9)).isEmpty)
        let spans = trace.heard(commit([word(1, 1.5), word(1.5, 2)], through: 2.5, .endOfTurn), model: "nova-3", now: at(2.8))
        let span = try #require(spans.first)
        #expect(spans.count == 1)
        #expect(span.name == "speech_to_text nova-3")
        #expect(span.kind == .client)
        #expect(span.trace == TraceID(high: 1, low: 2))
        #expect(span.parent == SpanID(7))
        // The piece that holds the first sample of speech came 0.2 s behind its own end.
        #expect(span.start.nanoseconds == nanoseconds(1.3))
        #expect(span.end.nanoseconds == nanoseconds(2.8))
        #expect(span.events == [Span.Event("speech_end", at: TraceTime(nanoseconds: nanoseconds(2.2)))])
        #expect(span[.operation] == "speech_to_text")
        #expect(span[.provider] == "deepgram")
        #expect(span[.requestModel] == "universal")
        #expect(span[.responseModel] == "nova-3")
        #expect(span[.conversation] == "s1")
        #expect(span[.words] == 2)
        #expect(span[.interims] == 1)
        #expect(double(span, .speechStart) == 1)
        #expect(double(span, .speechEnd) == 2)
        #expect(abs(try #require(double(span, .timeToFirstChunk)) - 0.6) < 1e-6)
        #expect(abs(try #require(double(span, .timeToFinal)) - 0.6) < 1e-6)
        #expect(span.failure == nil)
    }

    @Test func `has none for speech that had no words`() {
        var trace = trace()
        hear(&trace, through: 2)
        _ = trace.heard(.speechStarted(.first, at: index(1)), model: nil, now: at(1.2))
        #expect(trace.heard(commit([], through: 2, .endOfTurn), model: nil, now: at(2.2)).isEmpty)
        #expect(trace.heard(.turnEnded(.first, at: index(2)), model: nil, now: at(2.3)).isEmpty)
    }

    @Test func `gathers the finals of a turn`() throws {
        var trace = trace()
        hear(&trace, through: 4)
        #expect(trace.heard(commit([word(0.5, 1)], through: 1, .pause), model: "m", now: at(1.5)).isEmpty)
        #expect(trace.heard(commit([word(2, 2.5)], through: 3, .pause), model: "m", now: at(3)).isEmpty)
        let span = try #require(trace.heard(.turnEnded(.first, at: index(3)), model: nil, now: at(4)).first)
        #expect(span[.words] == 2)
        #expect(double(span, .speechEnd) == 2.5)
        #expect(span.end.nanoseconds == nanoseconds(3))
    }

    @Test func `names the engine that really answered, each its own part of a turn`() throws {
        var trace = trace()
        hear(&trace, through: 4)
        _ = trace.heard(commit([word(0.5, 1)], through: 1, .pause), model: "nova-3", now: at(1.5))
        let first = try #require(trace.heard(commit([word(2, 2.5)], through: 3, .pause, engine: .local), model: "base", now: at(3)).first)
        #expect(first[.provider] == "deepgram")
        let second = try #require(trace.heard(.turnEnded(.first, at: index(3)), model: nil, now: at(4)).first)
        #expect(second[.provider] == "local")
        #expect(second[.responseModel] == "base")
        #expect(second.kind == .inside)
        #expect(first.id != second.id)
    }

    @Test func `keeps channels apart`() throws {
        var trace = trace(channels: 2)
        hear(&trace, through: 3)
        _ = trace.heard(commit([word(0.5, 1)], through: 1, .pause, channel: 0), model: "m", now: at(1.5))
        let second = try #require(trace.heard(commit([word(1, 2)], through: 2, .endOfTurn, channel: 1), model: "m", now: at(2.5)).first)
        #expect(second[.channel] == 1)
        #expect(trace.heard(.turnEnded(ChannelIndex(0), at: index(2)), model: nil, now: at(3)).first?[.channel] == 0)
    }

    @Test func `ends with the session's own span, behind what was still open`() throws {
        let parent = TraceParent(trace: TraceID(high: 1, low: 2), span: SpanID(99), state: "a=1")
        var trace = trace(parent: parent)
        hear(&trace, through: 2)
        _ = trace.heard(commit([word(0.5, 1)], through: 1, .pause), model: "m", now: at(1.5))
        _ = trace.heard(.gap(.first, SampleRange(index(1), index(2)), .timedOut("x")), model: nil, now: at(2))
        let end = SessionEnd(received: SampleCount(.seconds(2), at: rate), error: .timedOut("the engine said something"))
        let spans = trace.heard(.ended(end), model: nil, now: at(2.5))
        #expect(spans.count == 2)
        let session = try #require(spans.last)
        #expect(session.name == "session assemblyai")
        #expect(session.kind == .server)
        #expect(session.id == SpanID(7))
        #expect(session.parent == SpanID(99))
        #expect(session.state == "a=1")
        #expect(session.start.nanoseconds == nanoseconds(0))
        #expect(session.end.nanoseconds == nanoseconds(2.5))
        #expect(session.failure == "timed_out")
        #expect(session[.utterances] == 1)
        #expect(double(session, .gaps) == 1)
        #expect(double(session, .audio) == 2)
        #expect(session[.workload] == "realtime")
        #expect(session[.operation] == nil)
    }

    @Test func `has a span for each stream to an engine`() throws {
        var trace = trace()
        var attempt = RecognitionAttempt(
            .stream, engine: deepgram, model: "nova-3", audio: .seconds(2), start: at(0), accepted: at(0.25), end: at(3),
            outcome: .failed(.unavailable("whatever it wrote")))
        attempt.session = "dg-5"
        let span = trace.ran(attempt)
        #expect(span[.responseID] == "dg-5")
        #expect(span.name == "stream deepgram")
        #expect(span.parent == SpanID(7))
        #expect(span[.provider] == "deepgram")
        #expect(span[.requestModel] == "nova-3")
        #expect(span[.operation] == nil)
        #expect(double(span, .audio) == 2)
        #expect(double(span, .timeToAccept) == 0.25)
        #expect(span.failure == "unavailable")
    }

    @Test func `never tells what was said, or what an engine wrote`() {
        var trace = trace()
        hear(&trace, through: 2)
        var spans = trace.heard(commit([word(0.5, 1)], through: 1, .endOfTurn), model: "m", now: at(1.5))
        spans.append(
            trace.ran(
                RecognitionAttempt(
                    .stream, engine: deepgram, model: nil, audio: .zero, start: at(0), end: at(1), outcome: .failed(.badRequest("hush")))))
        spans += trace.heard(.ended(SessionEnd(received: .zero, error: .badRequest("hush"))), model: nil, now: at(2))
        let text = String(decoding: ExportRequest.body(of: spans, from: TraceResource()), as: UTF8.self)
        #expect(spans.count == 3)
        #expect(!text.contains("hush"))
    }

    @Test func `gives every span another identifier`() {
        var root = TraceRoot(TraceID(high: 1, low: 2), id: SpanID(7), clock: TraceClock(Self.began, at: Self.start), start: Self.start)
        let run = RecognitionAttempt(.recording, engine: deepgram, model: nil, audio: .zero, start: at(0), end: at(1), outcome: .completed)
        let ids = (0..<1_000).map { _ in root.span(of: run, requested: nil).id }
        #expect(Set(ids).count == 1_000)
        #expect(!ids.contains(SpanID(7)))
    }
}

@Suite struct `A recording's trace` {
    @Test func `has a span for each engine that tried`() {
        let start = Instant.now
        let root = TraceRoot(TraceID(high: 1, low: 2), id: SpanID(7), clock: TraceClock(UnixTime(milliseconds: 0), at: start), start: start)
        var trace = RecordingTrace(route: "/v1/listen", workload: .sync, model: "nova-3", root: root)
        let first = trace.ran(
            RecognitionAttempt(
                .recording, engine: EngineName("deepgram"), model: nil, audio: .zero, start: start, end: start + .seconds(1),
                outcome: .failed(.rateLimited(retryAfter: nil))))
        let second = trace.ran(
            RecognitionAttempt(
                .recording, engine: .local, model: "base", channels: 2, audio: .seconds(9), start: start + .seconds(1), end: start + .seconds(3),
                outcome: .completed))
        let whole = trace.ended(nil, now: start + .seconds(3))
        #expect(first.failure == "rate_limited")
        #expect(first[.responseModel] == nil)
        #expect(first[.operation] == "speech_to_text")
        #expect(second[.provider] == "local")
        #expect(second[.responseModel] == "base")
        #expect(second[.requestModel] == "nova-3")
        #expect(second[.channels] == 2)
        #expect([first.parent, second.parent] == [SpanID(7), SpanID(7)])
        #expect(whole.name == "recording" && whole.kind == .server && whole.parent == nil && whole.failure == nil)
        #expect(whole[.audio] == .double(9))
        #expect(whole[.route] == "/v1/listen")
    }
}
