package import Admission
internal import Framing
package import Net
internal import Protocols
internal import RecordingAssembly
internal import Speech
internal import Store

/// Takes in files that a device recorded while it was offline, and reports on their jobs.
package struct SyncRequest: Sendable {
    package static let path = "/v2/sync-local-files"
    /// Maximum number of files in one request.
    private static let maxFiles = 50

    package let caller: AuthenticatedCaller
    /// The request's id in answers and in the log.
    package let id: String
    package let services: RecordingServices

    package init(caller: AuthenticatedCaller, id: String, services: RecordingServices) {
        self.caller = caller
        self.id = id
        self.services = services
    }

    /// - Returns: the answer's body, which names the new job, and the names of parameters that have no effect.
    package func accept(_ exchange: HTTPExchange, by grant: Grant) async throws(ChunkedRecordingError) -> (body: [UInt8], ignored: [String]) {
        let query = exchange.request.query
        var limits = UploadForm.Limits(body: services.settings.recordingBytes ?? UploadFolder.maxByteCount)
        limits.files = Self.maxFiles
        let form = try await ChunkedRecordingError.heard { [limits] () throws(RequestError) in
            try await UploadForm.read(exchange, fileField: "files", spool: services.spool, id: id, limits: limits, by: caller.caller)
        }
        guard !form.files.isEmpty else { throw ChunkedRecordingError(.badRequest, "no_audio", "The form has no file in a field \"files\".") }
        let now = services.now(), request = try DeviceFilesRequest(query, form.fields, now: now)
        try await ChunkedRecordingError.heard { () throws(RequestError) in
            var options = RecognitionOptions(language: request.language)
            try grant.limitLanguages(of: &options)
        }
        var named: [(name: OfflineFile, started: UnixTime?, content: SpooledFile)] = []
        for file in form.files {
            guard file.content.byteCount > 0 else { throw ChunkedRecordingError(.badRequest, "no_audio", "A file is empty.") }
            guard let offline = OfflineFile(name: file.name) else {
                throw ChunkedRecordingError(
                    .badRequest, "unknown_coding",
                    "A file's name must contain its encoding (opus, pcm16, pcm8, mulaw or lc3), as in audio_omi_opus_16000_1_fs160_1710000000.bin."
                )
            }
            // The request's own time counts for its first file, whatever the file's name says.
            var start = named.isEmpty ? request.started : nil
            if start == nil, let time = offline.started { start = try ChunkedRecordingError.start(of: file.name, time, now: now) }
            named.append((offline, start, file.content))
        }
        var files: [SyncOrder.File] = []
        for (offline, start, content) in named {
            let upload = services.newID()
            var file = SyncOrder.File(upload: upload, digest: content.digest, rate: .speech, started: start)
            if case .raw(let encoding, let rate, _)? = offline.frames { (file.encoding, file.rate) = (encoding, rate) }
            files.append(file)
            // An upload that is no file is always kept.
            try await ChunkedRecordingError.heard { () throws(RequestError) -> Void in
                try await services.runner.uploads.keep(content, id: upload, user: caller.user, now: services.now())
            }
        }
        let order = SyncOrder(files: files, language: request.language, source: request.source, tracks: request.tracks)
        let job = TranscriptionJob(
            id: ID(services.newID()), dialect: SyncJobs.dialect, user: caller.user, key: caller.caller.grant?.key, created: services.now(),
            request: order.text, audio: files.map(\.upload).joined(separator: ","),
            ownKeys: Array(grant.keys.engines))
        let hasRoom = try await ChunkedRecordingError.stored { () throws(StoreError) in
            try await services.runner.order(job, keys: grant.keys, services)
        }
        guard hasRoom else {
            throw ChunkedRecordingError(.tooManyRequests, "too_many_jobs", "Too many jobs wait; try again later.", retryAfter: .seconds(60))
        }
        return (job.document(nil, at: Self.path + "/" + job.id.rawValue), request.ignored)
    }

    package func state(_ exchange: HTTPExchange) async throws(ChunkedRecordingError) -> [UInt8] {
        let name = exchange.request.path.split(separator: "/").last.map(String.init) ?? ""
        let found = try await ChunkedRecordingError.stored { () throws(StoreError) in
            try await services.runner.report(of: ID(name), caller.user, dialects: [SyncJobs.dialect])
        }
        guard let (job, report) = found else { throw ChunkedRecordingError(.notFound, "job_not_found", "Job not found") }
        return job.document(report, at: Self.path + "/" + job.id.rawValue, countsFiles: true)
    }
}
