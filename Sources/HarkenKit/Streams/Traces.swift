import Tracing

/// OpenTelemetry spans of the engines' work: one span for each stream or file, and in it one for each utterance, with `gen_ai.*` attributes that name
/// the engine that answered. Spans never contain recognized words.
///
/// Spans are sent in the background, in batches, over OTLP/HTTP in JSON, to the address in `OTEL_EXPORTER_OTLP_ENDPOINT`. Without that variable no
/// spans are made.
public enum Traces {
    /// Sends the spans that still wait. Call it before the program ends.
    public static func flush() async { await KitRuntime.current?.tracer?.flush() }
}
