internal import Admission
internal import Engines
internal import Framing
internal import Net
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The endpoint of `/v2/upload` and `/v2/transcript…`: takes recordings and orders, and returns transcripts.
struct AssemblyAIPrerecordedEndpoint: Endpoint {
    static let renderer = ErrorRenderer { error, context in AssemblyAIErrorResponse.make(error, requestID: context.requestID) }
    static let transcripts = "/v2/transcript"

    enum Action: Sendable { case upload, create, list, read, delete }

    let action: Action
    let recordings: RecordingServices

    func credential(in head: HTTPRequestHead) -> Credential? { AssemblyAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        Task { await answer(exchange, call) }
    }

    /// Admits the caller. Only an upload and an order get a grant. A key without credit may still ask for its own orders.
    private func admit(_ exchange: HTTPExchange, _ call: Call) async throws(RequestError) -> (JobOwner, Grant?) {
        let scopes: [AccessScope]
        switch action {
        case .upload, .create:
            let (caller, grant) = try await recordings.admission.admit(exchange, credential: call.shown, for: .recording)
            return (JobOwner(caller, call.shown?.credential), grant)
        case .list, .read: scopes = [.transcribe, .read]
        case .delete: scopes = [.transcribe, .write]
        }
        let caller = try recordings.admission.authenticate(exchange, credential: call.shown, for: scopes)
        return (JobOwner(caller, call.shown?.credential), nil)
    }

    private func answer(_ exchange: HTTPExchange, _ call: Call) async {
        let head = exchange.request
        do throws(RequestError) {
            let (caller, grant) = try await admit(exchange, call)
            var headers = AssemblyAIPrerecordedAnswer.headers(requestID: call.id)
            let body: [UInt8]
            switch action {
            case .upload: body = try await upload(exchange, caller, call)
            case .create:
                guard let grant else { throw .internalError }
                body = try await create(exchange, caller, grant, call)
            case .list: body = try await list(head, caller, call, isSecure: call.client.isSecure)
            case .delete: body = try await delete(name(in: head), caller, call)
            case .read:
                let parts = head.path.dropFirst(Self.transcripts.count).split(separator: "/")
                guard let id = parts.first, parts.count <= 2 else { throw .notFound("There is nothing at \(head.path).") }
                let found = try await find(String(id), caller)
                if parts.count == 1 {
                    body = found.body
                    if let names = IgnoredOptions.value(found.ignored) { headers.set(IgnoredOptions.header, names) }
                    RecordingNotices.add(found.notices, to: &headers)
                } else if parts[1] == "raw" {
                    body = try await raw(String(id), caller)
                } else {
                    guard let export = AssemblyAIPrerecordedAnswer.Export(rawValue: String(parts[1])) else {
                        throw .notFound("There is nothing at \(head.path).")
                    }
                    (headers, body) = try found.export(export, head.query, requestID: call.id)
                }
            }
            exchange.loop.execute { [headers] in call.answer(exchange, HTTPResponseHead(.ok, headers: headers), body) }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, Self.renderer) }
        }
    }

    private func name(in head: HTTPRequestHead) -> String { String(head.path.dropFirst(Self.transcripts.count + 1)) }

    private func upload(_ exchange: HTTPExchange, _ caller: JobOwner, _ call: Call) async throws(RequestError) -> [UInt8] {
        let limit = recordings.settings.recordingBytes ?? UploadFolder.maxByteCount
        let file = try await exchange.spoolBody(to: recordings.spool, id: call.id, limit: limit, by: caller.caller)
        guard file.byteCount > 0 else { throw .badRequest("Upload failed, please send the recording as the body of the request.") }
        let id = recordings.newID()
        try await recordings.runner.uploads.keep(file, id: id, user: caller.user, now: call.now)
        var json = JSONWriter()
        json.beginObject()
        json.member("upload_url", UploadAddress.address(of: id, base: base(exchange.request, isSecure: call.client.isSecure)))
        json.endObject()
        return json.bytes
    }

    private func create(_ exchange: HTTPExchange, _ caller: JobOwner, _ grant: Grant, _ call: Call) async throws(RequestError) -> [UInt8] {
        let bytes = try await exchange.smallBody(limit: AssemblyAIPrerecordedRequest.limit)
        var request = try AssemblyAIPrerecordedRequest(bytes, isNative: true)
        if let webhook = request.webhook {
            if let problem = webhook.problem { throw .badRequest(problem) }
            try await recordings.checkCallback(webhook.address)
        }
        let keepsRaw = try RawChoice.isWanted(by: exchange.request)
        var engines = EngineChoice.engines(of: exchange.request)
        // This rejects an impossible order at once; the engines are chosen when the job's turn comes.
        var options = request.options
        let usable = try grant.engines(for: &options, named: engines)
        if !request.demands.isEmpty {
            // Harken cannot redact what the vendor writes about the speech.
            let mayBeNative = usable.contains { $0.name == AssemblyAIOptions.vendor } && recordings.settings.redaction?.rule(for: caller.user) == nil
            request = try AssemblyAIPrerecordedRequest(bytes, isNative: mayBeNative)
            engines = [AssemblyAIOptions.vendor]
        }
        var audio = request.audioURL
        if let upload = UploadAddress.id(in: audio), try await recordings.runner.uploads.has(upload, of: caller.user) {
            audio = upload
        }
        let id = ID<TranscriptionJob>(recordings.newID())
        let (stored, sealed) = try recordings.runner.secrets.sealed(bytes, request.webhook, of: id)
        let job = TranscriptionJob(
            id: id, dialect: AssemblyAIJobs.dialect, user: caller.user, key: caller.key, created: call.now,
            request: stored, audio: audio, engines: engines, ownKeys: Array(grant.keys.engines), signingKey: caller.signingKey, sealed: sealed,
            keepsRaw: keepsRaw)
        let hasRoom = try await RequestError.orStored { () throws(StoreError) in
            try await recordings.runner.order(job, keys: grant.keys, hasNotice: request.webhook != nil, recordings)
        }
        guard hasRoom else { throw .tooManyRequests(retryAfter: .seconds(60)) }
        return AssemblyAIPrerecordedAnswer(id: job.id.rawValue, request: request, state: .queued).body
    }

    private func find(_ id: String, _ caller: JobOwner) async throws(RequestError) -> AssemblyAIPrerecordedAnswer {
        let found = try await RequestError.orStored { () throws(StoreError) in try await recordings.runner.jobs.find(ID(id), of: caller.user)
        }
        guard let (job, transcript) = found, job.dialect == AssemblyAIJobs.dialect, let answer = rendered(job, transcript) else {
            throw Self.unknown
        }
        return answer
    }

    /// Returns the answer of the engine's vendor, if the caller has asked to keep it. This operation is Harken's own.
    private func raw(_ id: String, _ caller: JobOwner) async throws(RequestError) -> [UInt8] {
        let raw = try await RequestError.orStored { () throws(StoreError) in try await recordings.runner.jobs.raw(ID(id), of: caller.user) }
        guard let raw else {
            throw .badRequest(
                "The vendor's own answer to this transcript is not kept. Order it with the header X-Harken-Raw: true, from an engine of a vendor.")
        }
        return raw
    }

    /// The error for an unknown id: the vendor, too, answers with status 400.
    private static let unknown = RequestError.badRequest("Transcript lookup error, transcript id not found")

    private func rendered(_ job: TranscriptionJob, _ transcript: Transcript?) -> AssemblyAIPrerecordedAnswer? {
        guard var request = AssemblyAIJobs.request(of: job) else { return nil }
        request.profanity = recordings.settings.profanity
        let state: AssemblyAIPrerecordedAnswer.State
        switch job.status {
        case .queued: state = .queued
        case .processing: state = .processing
        case .completed: state = transcript.map { .completed($0) } ?? .failed("The transcript cannot be read any more.")
        case .error: state = .failed(job.error ?? "Server error, developers have been alerted.")
        case .deleted: state = .deleted
        }
        return AssemblyAIPrerecordedAnswer(id: job.id.rawValue, request: request, state: state, webhookStatus: job.noticeStatus)
    }

    private func delete(_ id: String, _ caller: JobOwner, _ call: Call) async throws(RequestError) -> [UInt8] {
        let runner = recordings.runner
        let found = try await RequestError.orStored { () throws(StoreError) in
            try await runner.jobs.delete(
                ID(id), of: caller.user, dialect: AssemblyAIJobs.dialect, leaving: AssemblyAIPrerecordedAnswer.deletedRequest)
        }
        guard var job = found else { throw Self.unknown }
        await runner.cancel(job.id)
        if job.isOfUpload { await runner.uploads.remove(job.audio, of: caller.user) }
        job.status = .deleted
        job.request = AssemblyAIPrerecordedAnswer.deletedRequest
        guard let answer = rendered(job, nil) else { throw .internalError }
        return answer.body
    }

    private func list(_ head: HTTPRequestHead, _ caller: JobOwner, _ call: Call, isSecure: Bool) async throws(RequestError) -> [UInt8] {
        let list = try AssemblyAIPrerecordedList(head.query)
        // One job more than the page shows tells whether there are more.
        let query = TranscriptionJobQuery(
            limit: list.limit + 1, status: list.status.flatMap { TranscriptionJob.Status(rawValue: $0.rawValue) }, day: list.day,
            before: list.before.map { ID($0) }, after: list.after.map { ID($0) })
        var jobs: [TranscriptionJob] = []
        if !list.throttledOnly {
            jobs = try await RequestError.orStored { () throws(StoreError) in
                try await recordings.runner.jobs.list(of: caller.user, dialect: AssemblyAIJobs.dialect, query)
            }
        }
        let hasMore = jobs.count > list.limit
        // In a page of newer jobs, the additional job is the newest one.
        jobs = list.after == nil ? Array(jobs.prefix(list.limit)) : Array(jobs.suffix(list.limit))
        let items = jobs.map { job in
            AssemblyAIPrerecordedList.Item(
                id: job.id.rawValue,
                status: job.status == .deleted ? .completed : AssemblyAIPrerecordedList.Status(rawValue: job.status.rawValue) ?? .error,
                created: job.created, completed: job.finished,
                audioURL: AssemblyAIJobs.request(of: job)?.audioURL ?? AssemblyAIPrerecordedAnswer.deletedURL, error: job.error)
        }
        return list.body(
            items, base: base(head, isSecure: isSecure), hasOlder: list.after == nil ? hasMore : true,
            hasNewer: list.after == nil ? list.before != nil : hasMore)
    }

    /// Returns the address at which the caller reached the gateway: `http://HOST`.
    private func base(_ head: HTTPRequestHead, isSecure: Bool) -> String {
        (isSecure ? "https://" : "http://") + (head.headers["Host"] ?? "localhost")
    }
}
