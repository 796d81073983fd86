import Testing
import Tracing

@Suite struct `An export request` {
    private let span = Span(
        trace: TraceID(high: 0x0102_0304_0506_0708, low: 9), id: SpanID(0xAB), parent: SpanID(1), state: "a=1", name: "speech_to_text nova-3",
        kind: .client, start: TraceTime(nanoseconds: 1_800_000_000_123_456_789), end: TraceTime(nanoseconds: 1_800_000_001_000_000_000),
        attributes: [
            .init(.provider, "deepgram"), .init(.words, 3), .init(.timeToFinal, .double(0.25)), .init(.isStream, true),
            .init(.requestModel, .string("a\"b\n")),
        ],
        events: [Span.Event("speech_end", at: TraceTime(nanoseconds: 5))], failure: "timed_out")

    @Test func `is OTLP in JSON`() throws {
        let expected = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"ears"}}]},"scopeSpans":[{"scope":{"name":"harken"},\
            "spans":[{"traceId":"01020304050607080000000000000009","spanId":"00000000000000ab","traceState":"a=1","parentSpanId":"0000000000000001",\
            "name":"speech_to_text nova-3","kind":3,"startTimeUnixNano":"1800000000123456789","endTimeUnixNano":"1800000001000000000","attributes":[\
            {"key":"gen_ai.provider.name","value":{"stringValue":"deepgram"}},{"key":"harken.words","value":{"intValue":"3"}},\
            {"key":"harken.response.time_to_final","value":{"doubleValue":0.25}},{"key":"gen_ai.request.stream","value":{"boolValue":true}},\
            {"key":"gen_ai.request.model","value":{"stringValue":"a\\"b\\n"}},{"key":"error.type","value":{"stringValue":"timed_out"}}],\
            "events":[{"timeUnixNano":"5","name":"speech_end"}],"status":{"code":2}}]}]}]}
            """
        var resource = TraceResource()
        resource["service.name"] = "ears"
        #expect(String(decoding: ExportRequest.body(of: [span], from: resource), as: UTF8.self) == expected)
    }

    @Test func `leaves out what a span does not have`() throws {
        var plain = span
        (plain.parent, plain.state, plain.failure, plain.events) = (nil, nil, nil, [])
        let text = String(decoding: ExportRequest.body(of: [plain, plain], from: TraceResource()), as: UTF8.self)
        for name in ["parentSpanId", "traceState", "status", "events", "error.type"] { #expect(!text.contains(name)) }
    }

    @Test func `ends no span before it begins`() {
        let backwards = Span(
            trace: span.trace, id: span.id, parent: nil, name: "x", kind: .inside, start: TraceTime(nanoseconds: 5), end: TraceTime(nanoseconds: 4))
        #expect(backwards.end == backwards.start)
    }
}
