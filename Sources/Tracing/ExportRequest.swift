import Framing

/// Spans as OTLP's `ExportTraceServiceRequest`, in its JSON encoding.
///
/// Source: "OpenTelemetry Protocol Specification" 1.x, "JSON Protobuf Encoding": identifiers in hexadecimal, enumerations as numbers, 64-bit numbers as
/// strings.
package enum ExportRequest {
    private static let scope: StaticString = "harken"

    package static func body(of spans: [Span], from resource: TraceResource) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 * (spans.count + 1))
        writer.beginObject()
        writer.key("resourceSpans")
        writer.beginArray()
        writer.beginObject()
        writer.key("resource")
        writer.beginObject()
        writer.key("attributes")
        writer.beginArray()
        for (key, value) in resource.attributes { write(key, .string(value), to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.key("scopeSpans")
        writer.beginArray()
        writer.beginObject()
        writer.key("scope")
        writer.beginObject()
        writer.member("name", literal: scope)
        writer.endObject()
        writer.key("spans")
        writer.beginArray()
        for span in spans { write(span, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ span: Span, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("traceId", span.trace.hexadecimal)
        writer.member("spanId", span.id.hexadecimal)
        if let state = span.state { writer.member("traceState", state) }
        if let parent = span.parent { writer.member("parentSpanId", parent.hexadecimal) }
        writer.member("name", span.name)
        writer.member("kind", span.kind.rawValue)
        writer.member("startTimeUnixNano", "\(span.start.nanoseconds)")
        writer.member("endTimeUnixNano", "\(span.end.nanoseconds)")
        writer.key("attributes")
        writer.beginArray()
        for attribute in span.attributes { write(attribute.key.rawValue, attribute.value, to: &writer) }
        if let failure = span.failure { write(SpanKey.errorType.rawValue, .string(failure), to: &writer) }
        writer.endArray()
        if !span.events.isEmpty {
            writer.key("events")
            writer.beginArray()
            for event in span.events {
                writer.beginObject()
                writer.member("timeUnixNano", "\(event.time.nanoseconds)")
                writer.member("name", event.name)
                writer.endObject()
            }
            writer.endArray()
        }
        if span.failure != nil {
            writer.key("status")
            writer.beginObject()
            writer.member("code", 2)
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(_ key: String, _ value: Span.Value, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("key", key)
        writer.key("value")
        writer.beginObject()
        switch value {
        case .string(let text): writer.member("stringValue", text)
        case .int(let number): writer.member("intValue", "\(number)")
        case .double(let number):
            writer.key("doubleValue")
            writer.value(number)
        case .bool(let flag): writer.member("boolValue", flag)
        }
        writer.endObject()
        writer.endObject()
    }
}
