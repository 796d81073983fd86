package import Speech

/// Makes a recording's spans: one for the recording, and one for each attempt of an engine. A value without I/O.
package struct RecordingTrace: Sendable {
    private let route: String?
    private let workload: Workload
    private let model: String?
    private var root: TraceRoot
    private var audio: Duration?

    /// - Parameters:
    ///   - route: the route of the request; nil for a job.
    ///   - model: the caller's name for the model.
    package init(route: String?, workload: Workload, model: String?, root: TraceRoot) {
        self.route = route
        self.workload = workload
        self.model = model
        self.root = root
    }

    /// Returns the span of an engine's attempt that has ended.
    package mutating func ran(_ run: RecognitionAttempt) -> Span {
        if run.error == nil { audio = run.audio }
        return root.span(of: run, requested: model)
    }

    package func ended(_ error: EngineError?, now: Instant) -> Span {
        var span = root.span("recording", to: now)
        span.attributes = [.init(.workload, .string(workload.rawValue))]
        if let route { span.attributes.append(.init(.route, .string(route))) }
        if let model { span.attributes.append(.init(.requestModel, .string(model))) }
        if let audio { span.attributes.append(.init(.audio, .double(audio.inSeconds))) }
        span.failure = error?.errorType
        return span
    }
}
