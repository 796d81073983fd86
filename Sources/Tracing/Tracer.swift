package import Speech

/// Begins traces, and passes complete spans to the exporter.
package final class Tracer: Sendable {
    private let exporter: SpanExporter
    private let random: @Sendable () -> UInt64
    private let now: @Sendable () -> UnixTime

    /// - Parameter random: returns a new random number each time.
    package init(_ exporter: SpanExporter, random: @escaping @Sendable () -> UInt64, now: @escaping @Sendable () -> UnixTime) {
        self.exporter = exporter
        self.random = random
        self.now = now
    }

    /// - Parameters:
    ///   - parent: the caller's span; nil: the trace begins here.
    ///   - start: the present time.
    /// - Returns: nil when the caller does not keep its trace.
    package func begin(under parent: TraceParent?, at start: Instant) -> TraceRoot? {
        guard parent?.isSampled != false else { return nil }
        // Zero is not a valid identifier.
        let trace = parent?.trace ?? TraceID(high: random(), low: max(1, random()))
        return TraceRoot(trace, id: SpanID(max(1, random())), under: parent, clock: TraceClock(now(), at: start), start: start)
    }

    /// Takes spans that are complete; never waits.
    package func take(_ spans: [Span]) {
        if !spans.isEmpty { exporter.take(spans) }
    }

    /// Sends the waiting spans within this time. To be called after the last session has ended.
    package func finish(within limit: Duration) async { await exporter.finish(within: limit) }

    /// Sends the waiting spans now.
    package func flush() async { await exporter.flush() }
}
