package import Speech

/// Where spans begin, and where they go.
package final class Tracer: Sendable {
    private let exporter: SpanExporter
    private let random: @Sendable () -> UInt64
    private let now: @Sendable () -> UnixTime

    /// - Parameter random: any number, each time another.
    package init(_ exporter: SpanExporter, random: @escaping @Sendable () -> UInt64, now: @escaping @Sendable () -> UnixTime) {
        self.exporter = exporter
        self.random = random
        self.now = now
    }

    /// - Parameters:
    ///   - parent: the caller's span.
    ///   - start: now.
    /// - Returns: nil when the caller does not keep its trace.
    package func begin(under parent: TraceParent?, at start: Instant) -> TraceRoot? {
        guard parent?.isSampled != false else { return nil }
        // Zero means none.
        let trace = parent?.trace ?? TraceID(high: random(), low: max(1, random()))
        return TraceRoot(trace, id: SpanID(max(1, random())), under: parent, clock: TraceClock(now(), at: start), start: start)
    }

    /// Takes spans that are complete; never waits.
    package func take(_ spans: [Span]) {
        if !spans.isEmpty { exporter.take(spans) }
    }

    /// Sends what waits, within this time. After the last session has ended.
    package func finish(within limit: Duration) async { await exporter.finish(within: limit) }

    /// Sends what waits now.
    package func flush() async { await exporter.flush() }
}
