internal import Admission
internal import Engines
internal import Framing
internal import Net
internal import Protocols
internal import Recordings
internal import Speech
internal import Tracing
internal import Store

/// The endpoint of `POST /v1/listen`: takes a recording, and returns one JSON answer at once or to a callback.
struct DeepgramPrerecordedEndpoint: Endpoint {
    static let renderer = ErrorRenderer { error, context in DeepgramErrorResponse.make(error, requestID: context.requestID) }
    /// Maximum size of a recording in bytes, unless the operator has set another.
    private static let limit = 2_000_000_000

    let recordings: RecordingServices

    func credential(in head: HTTPRequestHead) -> Credential? { DeepgramCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let task = Task { await run(exchange, call) }
        exchange.onAbort = { task.cancel() }
    }

    private func run(_ exchange: HTTPExchange, _ call: Call) async {
        let handshake = call.handshake
        let head = exchange.request
        do throws(RequestError) {
            let (caller, grant) = try await recordings.admission.admit(exchange, credential: call.shown, for: .recording)
            switch DeepgramPrerecordedRequest.parse(head, handshake) {
            case .failure(let response): exchange.loop.execute { call.reject(exchange, response) }
            case .success(let request):
                var options = request.options
                let engines = try grant.engines(for: &options, named: request.engines)
                let job = RecordingJob(
                    services: recordings, id: call.id, grant: grant, engines: engines, options: options,
                    request: (call.route, TraceParent(head.headers)))
                await run(request, job, handshake, JobOwner(caller, call.shown?.credential), exchange, call)
            }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, Self.renderer) }
        }
    }

    private func run(
        _ request: DeepgramPrerecordedRequest, _ job: RecordingJob, _ handshake: HandshakeContext, _ owner: JobOwner,
        _ exchange: HTTPExchange, _ call: Call
    ) async {
        let limit = recordings.settings.recordingBytes ?? Self.limit
        let headers = DeepgramPrerecordedAnswer.headers(requestID: call.id)
        do throws(RequestError) {
            if let callback = request.callback { try await recordings.checkCallback(callback.address) }
            let file: SpooledFile
            if request.isRemote {
                let body = try await exchange.smallBody(limit: 1 << 16)
                switch DeepgramPrerecordedRequest.remoteAddress(in: body, handshake) {
                case .failure(let response):
                    exchange.loop.execute { call.reject(exchange, response) }
                    return
                case .success(let url):
                    file = try await RemoteRecording(services: recordings).fetch(
                        url, id: call.id, limit: limit, for: DiskOwner(owner.caller))
                }
            } else {
                file = try await exchange.spoolBody(to: recordings.spool, id: call.id, limit: limit, by: owner.caller)
            }
            if request.callback != nil {
                try await order(file, request, owner, job.grant, exchange.request.query, call)
                let accepted = DeepgramPrerecordedAnswer.accepted(requestID: call.id)
                exchange.loop.execute { call.answer(exchange, HTTPResponseHead(.ok, headers: headers), accepted) }
                return
            }
            let transcript = try await job.run(file.recording(request.format))
            let body = DeepgramPrerecordedAnswer.body(
                transcript, for: request, requestID: call.id, sha256: file.digest, created: handshake.now)
            let answered = DeepgramPrerecordedAnswer.headers(requestID: call.id, ignored: transcript.ignoredOptions, notices: transcript.notices)
            exchange.loop.execute { call.answer(exchange, HTTPResponseHead(.ok, headers: answered), body) }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, Self.renderer) }
        }
    }

    /// Puts the recording in the queue. The caller's server gets the result, even if this process ends before.
    private func order(
        _ file: SpooledFile, _ request: DeepgramPrerecordedRequest, _ owner: JobOwner, _ grant: Grant, _ query: URLQuery, _ call: Call
    ) async throws(RequestError) {
        try await recordings.runner.uploads.keep(file, id: call.id, user: owner.user, now: call.now)
        let job = TranscriptionJob(
            id: ID(call.id), dialect: DeepgramJobs.dialect, user: owner.user, key: owner.key, created: call.now,
            request: DeepgramJobs.order(query: query, sha256: file.digest), audio: call.id, engines: request.engines,
            ownKeys: Array(grant.keys.engines), signingKey: owner.signingKey)
        let hasRoom = try await RequestError.orStored { () throws(StoreError) in
            try await recordings.runner.order(job, keys: grant.keys, hasNotice: true, recordings)
        }
        guard hasRoom else {
            await recordings.runner.uploads.remove(call.id, of: owner.user)
            throw .tooManyRequests(retryAfter: .seconds(60))
        }
    }
}
