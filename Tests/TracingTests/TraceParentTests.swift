import Framing
import Testing
import Tracing

@Suite struct `A caller's trace` {
    private let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private let span = "00f067aa0ba902b7"

    @Test func `is read from its headers`() throws {
        let headers: HTTPHeaders = ["Traceparent": "00-\(trace)-\(span)-01", "tracestate": "a=1", "TraceState": "b=2"]
        let parent = try #require(TraceParent(headers))
        #expect(parent.trace.hexadecimal == trace)
        #expect(parent.span.hexadecimal == span)
        #expect(parent.isSampled)
        #expect(parent.state == "a=1,b=2")
    }

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("ff", true)])
    func `says in its flags whether it is kept`(flags: String, isSampled: Bool) {
        #expect(TraceParent(["traceparent": "00-\(trace)-\(span)-\(flags)"])?.isSampled == isSampled)
    }

    @Test func `may be of a later version that says more`() {
        #expect(TraceParent(["traceparent": "01-\(trace)-\(span)-01-more-and-more"])?.trace.hexadecimal == trace)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "0+-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e47é6-00f067aa0ba902b7-01",
    ])
    func `that cannot be read is none`(header: String) {
        #expect(TraceParent(["traceparent": header]) == nil)
    }

    @Test func `that comes twice is none`() {
        var headers: HTTPHeaders = ["traceparent": "00-\(trace)-\(span)-01"]
        headers.add("traceparent", "00-\(trace)-\(span)-01")
        #expect(TraceParent(headers) == nil)
    }

    @Test func `passes no state on that is too long or no text`() {
        for state in [String(repeating: "a", count: 513), "a=\u{1}"] {
            #expect(TraceParent(["traceparent": "00-\(trace)-\(span)-01", "tracestate": state])?.state == nil)
        }
    }
}
