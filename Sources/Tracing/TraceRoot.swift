package import Speech

/// The span of a whole session or recording while it lasts: the parent of the other spans.
package struct TraceRoot: Sendable {
    private let trace: TraceID
    private let id: SpanID
    private let parent: SpanID?
    private let state: String?
    private let clock: TraceClock
    private let start: Instant
    private var lastChild: UInt64

    /// - Parameter id: the span's identifier; not zero.
    package init(_ trace: TraceID, id: SpanID, under parent: TraceParent? = nil, clock: TraceClock, start: Instant) {
        self.trace = trace
        self.id = id
        self.parent = parent?.span
        state = parent?.state
        self.clock = clock
        self.start = start
        lastChild = id.value
    }

    func time(of instant: Instant) -> TraceTime { clock.time(of: instant) }

    mutating func child(_ name: String, _ kind: Span.Kind, from start: Instant, to end: Instant) -> Span {
        Span(trace: trace, id: nextID(), parent: id, state: state, name: name, kind: kind, start: time(of: start), end: time(of: end))
    }

    /// Returns the root span itself.
    func span(_ name: String, to end: Instant) -> Span {
        Span(trace: trace, id: id, parent: parent, state: state, name: name, kind: .server, start: time(of: start), end: time(of: end))
    }

    /// Returns the identifier of the next child. The root's identifier is random; the children's follow from it by a bijection (SplitMix64), so that
    /// they differ from each other and from those of other roots.
    private mutating func nextID() -> SpanID {
        repeat {
            lastChild &+= 0x9E37_79B9_7F4A_7C15
            var mixed = lastChild
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            if mixed != 0, mixed != id.value { return SpanID(mixed) }
        } while true
    }

    /// Returns the span of one engine's attempt. A recording's attempts are operations of their own; in a session, the utterances are the operations.
    package mutating func span(of run: RecognitionAttempt, requested model: String?) -> Span {
        let kind: Span.Kind = run.engine == .local ? .inside : .client
        var span: Span
        switch run.kind {
        case .stream, .shadow:
            span = child("\(run.kind.rawValue) \(run.engine)", kind, from: run.start, to: run.end)
            if let model = run.model { span.attributes.append(.init(.requestModel, .string(model))) }
            if let first = run.firstAnswer { span.attributes.append(.init(.timeToFirstChunk, .double(first.inSeconds))) }
        case .repair, .recovery, .recording:
            span = child(SpeechToText.spanName(model: run.model), kind, from: run.start, to: run.end)
            span.attributes += SpeechToText.attributes(requested: model, answered: run.error == nil ? run.model : nil)
            if run.kind != .recording { span.attributes.append(.init(.run, .string(run.kind.rawValue))) }
        }
        span.attributes.append(.init(.provider, .string(run.engine.rawValue)))
        if let session = run.session { span.attributes.append(.init(.responseID, .string(session))) }
        span.attributes.append(.init(.channels, .int(run.channels)))
        span.attributes.append(.init(.audio, .double(run.audio.inSeconds)))
        if let accepted = run.accepted { span.attributes.append(.init(.timeToAccept, .double(run.start.duration(to: accepted).inSeconds))) }
        span.failure = run.failure
        return span
    }
}

extension RecognitionAttempt {
    /// The value of `error.type`; nil when the attempt did not fail.
    fileprivate var failure: String? {
        switch outcome {
        case .completed, .cancelled: nil
        case .failed(let error): error.errorType
        case .givenUp, .connectTimedOut, .declined: outcome.label
        }
    }
}

/// The operation that the `gen_ai.*` attributes describe.
enum SpeechToText {
    static let operation = "speech_to_text"

    static func spanName(model: String?) -> String { model.map { "\(operation) \($0)" } ?? operation }

    static func attributes(requested: String?, answered: String?) -> [Span.Attribute] {
        var attributes: [Span.Attribute] = [.init(.operation, .string(operation)), .init(.outputType, "text")]
        if let requested { attributes.append(.init(.requestModel, .string(requested))) }
        if let answered { attributes.append(.init(.responseModel, .string(answered))) }
        return attributes
    }
}

extension Duration {
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

extension EngineError {
    /// The value of `error.type`: one of few words, never an engine's text. nil for a client that disconnected, which is not a failure.
    package var errorType: String? {
        self == .cancelled ? nil : label
    }
}
