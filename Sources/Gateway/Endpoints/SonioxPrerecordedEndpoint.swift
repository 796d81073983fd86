internal import Admission
internal import Engines
internal import Framing
internal import Net
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The endpoint of `/v1/files…` and `/v1/transcriptions…`: takes recordings and orders, and returns transcripts.
struct SonioxPrerecordedEndpoint: Endpoint {
    static let renderer = ErrorRenderer { error, context in SonioxAPIError.response(to: error, requestID: context.requestID) }
    static let files = "/v1/files"
    static let transcriptions = "/v1/transcriptions"
    /// Rest of a path that asks for a number in place of an item.
    private static let count = "count"
    /// Maximum size of a file in bytes, unless the operator has set another.
    ///
    /// Source: Soniox API reference, "Upload file".
    private static let maxFile = 1_073_741_824
    /// The request that is kept of a deleted transcription.
    private static let deletedRequest = "{}"

    enum Action: Sendable { case upload, listFiles, readFile, deleteFile, create, list, read, delete }

    /// A successful answer.
    private struct Answer {
        var status = HTTPStatus.ok
        var headers = HTTPHeaders()
        var body: [UInt8] = []

        static let deleted = Answer(status: .noContent)
    }

    private typealias Reply = Result<Answer, SonioxAPIError>

    let action: Action
    let recordings: RecordingServices

    func credential(in head: HTTPRequestHead) -> Credential? { SonioxCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        Task { await answer(exchange, call) }
    }

    private func answer(_ exchange: HTTPExchange, _ call: Call) async {
        do throws(RequestError) {
            let outcome = try await reply(exchange, call)
            exchange.loop.execute {
                switch outcome {
                case .success(let answer):
                    var headers = answer.headers
                    headers.set("x-request-id", call.id)
                    if !answer.body.isEmpty { headers.set("Content-Type", "application/json") }
                    call.answer(exchange, HTTPResponseHead(answer.status, headers: headers), answer.body)
                case .failure(let error): call.reject(exchange, error.response(requestID: call.id), reason: error.type)
                }
            }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, Self.renderer) }
        }
    }

    /// Admits the caller, and does what the caller asks for. Only an upload and an order get a grant. A key without credit may still ask for its own
    /// files and transcriptions.
    private func reply(_ exchange: HTTPExchange, _ call: Call) async throws(RequestError) -> Reply {
        let head = exchange.request
        switch action {
        case .upload:
            let (caller, _) = try await recordings.admission.admit(exchange, credential: call.shown, for: .recording)
            return try await upload(exchange, JobOwner(caller, call.shown?.credential), call)
        case .create:
            let (caller, grant) = try await recordings.admission.admit(exchange, credential: call.shown, for: .recording)
            return try await create(exchange, JobOwner(caller, call.shown?.credential), grant, call)
        case .listFiles: return try await listFiles(head, try owner(exchange, call, .read))
        case .readFile: return try await readFile(rest(of: head, behind: Self.files), try owner(exchange, call, .read))
        case .deleteFile: return try await deleteFile(rest(of: head, behind: Self.files), try owner(exchange, call, .write))
        case .list: return try await list(head, try owner(exchange, call, .read))
        case .read: return try await read(rest(of: head, behind: Self.transcriptions), try owner(exchange, call, .read))
        case .delete: return try await delete(rest(of: head, behind: Self.transcriptions), try owner(exchange, call, .write))
        }
    }

    private func owner(_ exchange: HTTPExchange, _ call: Call, _ scope: AccessScope) throws(RequestError) -> JobOwner {
        let caller = try recordings.admission.authenticate(exchange, credential: call.shown, for: [.transcribe, scope])
        return JobOwner(caller, call.shown?.credential)
    }

    private func rest(of head: HTTPRequestHead, behind path: String) -> String { String(head.path.dropFirst(path.count + 1)) }

    // MARK: Files

    private func upload(_ exchange: HTTPExchange, _ owner: JobOwner, _ call: Call) async throws(RequestError) -> Reply {
        let limits = UploadForm.Limits(body: recordings.settings.recordingBytes ?? Self.maxFile)
        let form = try await UploadForm.read(
            exchange, fileField: "file", spool: recordings.spool, id: call.id, limits: limits, by: owner.caller)
        guard let file = form.files.last else { return .failure(.field("file.file", "Field required", type: "missing")) }
        guard file.content.byteCount > 0 else { return .failure(.field("file.file", "The file is empty.")) }
        let reference = form.fields.last { $0.name == "client_reference_id" }?.value
        do throws(SonioxAPIError) { try SonioxFile.check(reference: reference) } catch { return .failure(error) }
        let kept = SonioxFile(
            id: recordings.newID(), name: SonioxFile.name(file.name), byteCount: file.content.byteCount, created: call.now,
            reference: reference.flatMap { $0.isEmpty ? nil : $0 })
        let hasRoom = try await recordings.runner.uploads.keep(
            file.content, id: kept.id, user: owner.user, now: kept.created, fileName: kept.name, reference: kept.reference)
        guard hasRoom else { return .failure(.tooManyFiles(most: Upload.maxFiles)) }
        return .success(Answer(status: .created, body: kept.body))
    }

    private func listFiles(_ head: HTTPRequestHead, _ owner: JobOwner) async throws(RequestError) -> Reply {
        let page: SonioxPage
        do throws(SonioxAPIError) { page = try SonioxPage(head.query) } catch { return .failure(error) }
        let place = page.cursor.map { Upload.Place(created: $0.time, id: ID($0.id)) }
        let found = try await recordings.runner.uploads.files(of: owner.user, limit: page.fetchLimit, after: place)
        let body = page.body("files", found, at: { ($0.created, $0.id.rawValue) }) { file, json in SonioxFile(file).write(to: &json) }
        return .success(Answer(body: body))
    }

    private func readFile(_ rest: String, _ owner: JobOwner) async throws(RequestError) -> Reply {
        let uploads = recordings.runner.uploads
        if rest == Self.count { return .success(Answer(body: SonioxPage.count(try await uploads.countFiles(of: owner.user)))) }
        guard let id = UUIDText.canonical(rest), let file = try await uploads.file(id, of: owner.user) else { return .failure(.fileNotFound) }
        return .success(Answer(body: SonioxFile(file).body))
    }

    private func deleteFile(_ rest: String, _ owner: JobOwner) async throws(RequestError) -> Reply {
        let uploads = recordings.runner.uploads
        guard let id = UUIDText.canonical(rest), try await uploads.file(id, of: owner.user) != nil else { return .failure(.fileNotFound) }
        if try await uploads.delete(id, of: owner.user) { return .success(.deleted) }
        return .failure(try await uploads.file(id, of: owner.user) == nil ? .fileNotFound : .fileInUse)
    }

    // MARK: Transcriptions

    private func create(_ exchange: HTTPExchange, _ owner: JobOwner, _ grant: Grant, _ call: Call) async throws(RequestError) -> Reply {
        let bytes: [UInt8]
        do throws(RequestError) { bytes = try await exchange.smallBody(limit: SonioxPrerecordedRequest.limit) } catch {
            // An order that is too long is no file that is too large.
            guard case .tooLarge(let limit, _) = error else { throw error }
            return .failure(.invalidBody("The order is longer than \(limit) bytes."))
        }
        var request: SonioxPrerecordedRequest
        do throws(SonioxAPIError) {
            request = try SonioxPrerecordedRequest(bytes)
            try request.checkModel(among: recordings.models)
        } catch {
            return .failure(error)
        }
        if let webhook = request.webhook {
            if let problem = webhook.problem { return .failure(.member(JobWebhook.nameField, problem)) }
            try await recordings.checkCallback(webhook.address)
        }
        let engines = EngineChoice.engines(of: exchange.request)
        // This rejects an impossible order at once; the engines are chosen when the job's turn comes.
        var options = request.options
        _ = try grant.engines(for: &options, named: engines)
        let audio: String
        switch request.audio {
        case .address(let address): audio = address
        case .file(let id):
            guard let file = try await recordings.runner.uploads.file(id, of: owner.user) else { return .failure(.fileNotFound) }
            request.fileName = file.name ?? ""
            audio = id
        }
        guard let named = SonioxPrerecordedRequest.naming(request.fileName, in: bytes) else { throw .internalError }
        let id = ID<TranscriptionJob>(recordings.newID())
        let (stored, sealed) = try recordings.runner.secrets.sealed(named, request.webhook, of: id)
        let job = TranscriptionJob(
            id: id, dialect: SonioxJobs.dialect, user: owner.user, key: owner.key, created: call.now, request: stored, audio: audio, engines: engines,
            ownKeys: Array(grant.keys.engines), signingKey: owner.signingKey, sealed: sealed)
        let hasRoom = try await RequestError.orStored { [request] () throws(StoreError) in
            try await recordings.runner.order(job, keys: grant.keys, hasNotice: request.webhook != nil, recordings)
        }
        guard hasRoom else { throw .tooManyRequests(retryAfter: .seconds(60)) }
        let answer = SonioxPrerecordedAnswer(id: id.rawValue, created: job.created, request: request, state: .queued)
        return .success(Answer(status: .created, body: answer.body))
    }

    private func list(_ head: HTTPRequestHead, _ owner: JobOwner) async throws(RequestError) -> Reply {
        let page: SonioxPage
        do throws(SonioxAPIError) { page = try SonioxPage(head.query) } catch { return .failure(error) }
        // The row of a deleted job stays, so that a cursor stays good.
        let query = TranscriptionJobQuery(limit: page.fetchLimit, showsDeleted: false, before: page.cursor.map { ID($0.id) })
        let found = try await RequestError.orStored { () throws(StoreError) in
            try await recordings.runner.jobs.list(of: owner.user, dialect: SonioxJobs.dialect, query)
        }
        let body = page.body("transcriptions", found, at: { ($0.created, $0.id.rawValue) }) { job, json in
            rendered(job, nil)?.write(to: &json)
        }
        return .success(Answer(body: body))
    }

    private func read(_ rest: String, _ owner: JobOwner) async throws(RequestError) -> Reply {
        if rest == Self.count {
            let number = try await RequestError.orStored { () throws(StoreError) in
                try await recordings.runner.jobs.count(of: owner.user, dialect: SonioxJobs.dialect)
            }
            return .success(Answer(body: SonioxPage.count(number)))
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let id = parts.first.flatMap({ UUIDText.canonical(String($0)) }), let (job, transcript) = try await find(id, owner),
            let answer = rendered(job, transcript)
        else { return .failure(.transcriptionNotFound) }
        var headers = HTTPHeaders()
        if let names = IgnoredOptions.value(transcript?.ignoredOptions ?? []) { headers.set(IgnoredOptions.header, names) }
        RecordingNotices.add(transcript?.notices ?? [], to: &headers)
        switch parts.dropFirst() {
        case []: return .success(Answer(headers: headers, body: answer.body))
        case ["transcript"]:
            if let transcript { return .success(Answer(headers: headers, body: answer.body(with: transcript))) }
            switch answer.state {
            case .queued, .processing: return .failure(.notCompleted)
            case .failed: return .failure(.hasFailed)
            case .completed: return .failure(.transcriptIsGone)
            }
        default: throw .notFound("There is nothing at this path.")
        }
    }

    private func delete(_ rest: String, _ owner: JobOwner) async throws(RequestError) -> Reply {
        guard let id = UUIDText.canonical(rest), let (job, _) = try await find(id, owner) else { return .failure(.transcriptionNotFound) }
        // The vendor's rule. A transcription that begins at this moment is cancelled.
        guard job.status != .processing else { return .failure(.transcriptionInUse) }
        let runner = recordings.runner
        let found = try await RequestError.orStored { () throws(StoreError) in
            try await runner.jobs.delete(job.id, of: owner.user, dialect: SonioxJobs.dialect, leaving: Self.deletedRequest)
        }
        guard found != nil else { return .failure(.transcriptionNotFound) }
        await runner.cancel(job.id)
        return .success(.deleted)
    }

    /// Returns the caller's transcription; nil when the caller has none with this id, or has deleted it.
    private func find(_ id: String, _ owner: JobOwner) async throws(RequestError) -> (job: TranscriptionJob, transcript: Transcript?)? {
        let found = try await RequestError.orStored { () throws(StoreError) in try await recordings.runner.jobs.find(ID(id), of: owner.user) }
        guard let found, found.job.dialect == SonioxJobs.dialect, found.job.status != .deleted else { return nil }
        return found
    }

    private func rendered(_ job: TranscriptionJob, _ transcript: Transcript?) -> SonioxPrerecordedAnswer? {
        guard let request = SonioxJobs.request(of: job) else { return nil }
        let state: SonioxPrerecordedAnswer.State
        switch job.status {
        case .queued: state = .queued
        case .processing: state = .processing
        case .completed: state = .completed(length: job.duration ?? transcript.map { $0.length.duration(at: $0.rate) })
        case .error: state = .failed(SonioxJobError(stored: job.error ?? ""))
        case .deleted: return nil
        }
        return SonioxPrerecordedAnswer(id: job.id.rawValue, created: job.created, request: request, state: state, webhookStatus: job.noticeStatus)
    }
}

extension SonioxFile {
    fileprivate init(_ upload: Upload) {
        self.init(
            id: upload.id.rawValue, name: upload.name ?? "", byteCount: upload.byteCount, created: upload.created, reference: upload.reference)
    }
}
