import Tracing

/// OpenTelemetry's spans of what the engines do: one for each stream or file, and in it one for each utterance with `gen_ai.*` attributes that name
/// the engine that answered. Never what was said.
///
/// They go over OTLP/HTTP, in JSON, to where `OTEL_EXPORTER_OTLP_ENDPOINT` says, in batches and beside everything else; without that variable there
/// are none.
public enum Traces {
    /// Sends what waits now: for a program that is about to end.
    public static func flush() async { await KitRuntime.current?.tracer?.flush() }
}
