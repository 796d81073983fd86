/// A piece of work with a beginning and an end, in OpenTelemetry's sense. Contains no spoken words, keys or addresses.
package struct Span: Sendable, Equatable {
    /// The kind of work, with OTLP's numbers.
    package enum Kind: Int, Sendable {
        /// Work of this process alone.
        case inside = 1
        /// Work for a client.
        case server = 2
        /// Work that another service does for this process.
        case client = 3
    }

    package struct Event: Sendable, Equatable {
        package var name: String
        package var time: TraceTime

        package init(_ name: String, at time: TraceTime) {
            self.name = name
            self.time = time
        }
    }

    package struct Attribute: Sendable, Equatable {
        package var key: SpanKey
        package var value: Value

        package init(_ key: SpanKey, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    package enum Value: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
        case string(String)
        case int(Int)
        case double(Double)
        case bool(Bool)

        package init(stringLiteral text: String) { self = .string(text) }
        package init(booleanLiteral flag: Bool) { self = .bool(flag) }
        package init(integerLiteral number: Int) { self = .int(number) }
    }

    package var trace: TraceID
    package var id: SpanID
    /// The parent span; nil for the root of a trace.
    package var parent: SpanID?
    /// The caller's `tracestate`; nil: none.
    package var state: String?
    /// The span's name: one of few, without identifiers.
    package var name: String
    package var kind: Kind
    package var start: TraceTime
    package var end: TraceTime
    package var attributes: [Attribute]
    package var events: [Event]
    /// A word for the failure, one of few; nil when nothing failed.
    package var failure: String?

    package init(
        trace: TraceID, id: SpanID, parent: SpanID?, state: String? = nil, name: String, kind: Kind, start: TraceTime, end: TraceTime,
        attributes: [Attribute] = [], events: [Event] = [], failure: String? = nil
    ) {
        self.trace = trace
        self.id = id
        self.parent = parent
        self.state = state
        self.name = name
        self.kind = kind
        self.start = start
        self.end = max(start, end)
        self.attributes = attributes
        self.events = events
        self.failure = failure
    }

    package subscript(key: SpanKey) -> Value? { attributes.first { $0.key == key }?.value }
}
