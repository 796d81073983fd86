internal import Admission
internal import Engines
internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import Recordings
internal import Speech
internal import Tracing
internal import Synchronization

/// The endpoint of `POST /v1/audio/transcriptions`: takes a form with a recording, and returns JSON, text, subtitles or a stream of events.
struct OpenAITranscriptionEndpoint: Endpoint {
    static let renderer = ErrorRenderer { error, context in OpenAIErrorResponse.make(error, requestID: context.requestID) }
    /// Maximum size of the whole request in bytes, unless the operator has set another. The vendor accepts 25 MiB.
    private static let limit = 2_000_000_000
    /// Maximum number of bytes in all fields together. Four references of known speakers are 10.2 MB as text if each has 10 s of 16-bit stereo at 48 kHz,
    /// and 20.5 MB with samples of 32 bits. They are held for as many forms as a key may send at the same time.
    private static let fieldBytes = 24 << 20

    let recordings: RecordingServices

    func credential(in head: HTTPRequestHead) -> Credential? { OpenAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let task = Task { await run(exchange, call) }
        exchange.onAbort = { task.cancel() }
    }

    private func run(_ exchange: HTTPExchange, _ call: Call) async {
        let handshake = call.handshake
        let head = exchange.request
        do throws(RequestError) {
            let (caller, grant) = try await recordings.admission.admit(exchange, credential: call.shown, for: .recording)
            var limits = UploadForm.Limits(body: recordings.settings.recordingBytes ?? Self.limit)
            limits.fieldBytes = Self.fieldBytes
            let form = try await UploadForm.read(
                exchange, fileField: "file", spool: recordings.spool, id: call.id, limits: limits, by: caller.caller)
            let fields = form.fields.map { OpenAITranscriptionRequest.Field(name: $0.name, value: $0.value) }
            switch OpenAITranscriptionRequest.parse(
                fields, hasFile: form.file != nil, head, handshake, aliases: recordings.settings.modelAliases)
            {
            case .failure(let response): exchange.loop.execute { call.reject(exchange, response) }
            case .success(var request):
                guard let file = form.file else { throw .internalError }
                if request.isAliased {
                    recordings.log.info(
                        "an unknown model is served by another engine",
                        [.request: call.id, .model: request.model, .engine: request.engines.map(\.rawValue).joined(separator: ",")])
                }
                var options = request.options
                let engines = try grant.engines(for: &options, named: request.engines)
                let references = try await references(of: request, call)
                defer { withExtendedLifetime(references) {} }
                options.references = zip(request.references, references).map { ReferenceVoice(name: $0.name, $1.recording()) }
                // The files have the voices: they need not stay in memory while the recording waits for its turn.
                for index in request.references.indices { request.references[index].audio = [] }
                let job = RecordingJob(
                    services: recordings, id: call.id, grant: grant, engines: engines, options: options,
                    request: (call.route, TraceParent(head.headers)))
                if request.streams {
                    await stream(file, request, job, exchange, call)
                } else {
                    let transcript = try await job.run(file.recording())
                    let answer = OpenAITranscriptionAnswer(transcript, for: request, requestID: call.id)
                    var headers = answer.headers
                    let ignored = request.ignored(transcript.ignoredOptions, in: transcript)
                    if let names = IgnoredOptions.value(ignored) { headers.set(IgnoredOptions.header, names) }
                    exchange.loop.execute { [headers] in call.answer(exchange, HTTPResponseHead(.ok, headers: headers), answer.body) }
                }
            }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, Self.renderer) }
        }
    }

    /// Writes the client's reference voices to the spool, where engines read recordings. The files are deleted with the last reference to them.
    private func references(of request: OpenAITranscriptionRequest, _ call: Call) async throws(RequestError) -> [SpooledFile] {
        var files: [SpooledFile] = []
        for (index, reference) in request.references.enumerated() {
            files.append(try await SpooledFile(writing: reference.audio, id: "\(call.id)-voice-\(index + 1)", to: recordings.spool))
        }
        return files
    }

    /// Streams each part of the transcript as soon as it is recognised. The answer begins with the first part, so that a recording that cannot be
    /// decoded still gets its own status.
    private func stream(
        _ file: SpooledFile, _ request: OpenAITranscriptionRequest, _ job: RecordingJob, _ exchange: HTTPExchange, _ call: Call
    ) async {
        var headers = OpenAITranscriptStream.headers(requestID: call.id)
        // The headers go out before it is known whether the first engine succeeds.
        let ignored =
            job.engines.first.map { engine in
                Catalogue.ignored(
                    request.vendorOptions, keyterms: job.options.keyterms, model: job.askedModel(of: engine), with: engine.name, .recorded)
            } ?? []
        let told = request.ignored(ignored)
        if let names = IgnoredOptions.value(told) { headers.set(IgnoredOptions.header, names) }
        let events = EventStreamAnswer(exchange, call, headers: headers)
        let stream = Mutex(OpenAITranscriptStream(for: request))
        do throws(RequestError) {
            let transcript = try await job.run(file.recording()) { step in
                // Several channels are joined at the end.
                guard request.tracks != .all, case .segment(.first, let words, let rate) = step else { return }
                stream.withLock { events.send($0.said(words, rate: rate)) }
            }
            let warnings = request.warnings(of: transcript.ignoredOptions, in: transcript, besides: told)
            stream.withLock { events.send($0.finished(transcript, warnings: warnings)) }
            events.finish()
        } catch {
            if let failure = ProviderError(error), events.hasBegun {
                stream.withLock { events.send($0.failed(failure)) }
                events.finish()
            } else {
                exchange.loop.execute { call.reject(exchange, error, Self.renderer) }
            }
        }
    }
}
