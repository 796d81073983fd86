package import Framing

/// The caller's span, which is the parent of Harken's span.
///
/// Source: W3C "Trace Context", sections 3.2 and 3.3.
package struct TraceParent: Sendable, Equatable {
    package var trace: TraceID
    package var span: SpanID
    /// True if the caller keeps its trace.
    package var isSampled: Bool
    /// The data of tracing vendors, `tracestate`, unchanged; nil when there is none.
    package var state: String?

    package init(trace: TraceID, span: SpanID, isSampled: Bool = true, state: String? = nil) {
        self.trace = trace
        self.span = span
        self.isSampled = isSampled
        self.state = state
    }

    /// Reads the headers `traceparent` and `tracestate`; nil when `traceparent` is missing or invalid.
    package init?(_ headers: HTTPHeaders) {
        guard headers.values("traceparent").count == 1, let parent = headers["traceparent"] else { return nil }
        let parts = parent.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count >= 4, Self.isByte(parts[0]), parts[0] != "ff", Self.isByte(parts[3]),
            // Later versions may add fields after the flags; version 00 must not.
            parts.count == 4 || parts[0] != "00",
            let trace = TraceID(hexadecimal: parts[1]), let span = SpanID(hexadecimal: parts[2]), let flags = UInt8(parts[3], radix: 16)
        else { return nil }
        self.init(trace: trace, span: span, isSampled: flags & 1 == 1, state: Self.state(headers))
    }

    private static func isByte(_ text: Substring) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Maximum size of `tracestate`, in bytes; a longer one need not be passed on.
    private static let maxStateBytes = 512

    private static func state(_ headers: HTTPHeaders) -> String? {
        let state = headers.values("tracestate").joined(separator: ",")
        guard !state.isEmpty, state.utf8.count <= maxStateBytes, state.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return state
    }
}
