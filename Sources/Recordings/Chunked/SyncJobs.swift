package import Admission
internal import Audio
internal import Conversations
internal import Dispatch
internal import Framing
import Live
internal import Observability
package import Protocols
internal import RecordingAssembly
internal import Speech
package import Store

/// Recognises files that devices recorded while they were offline. Each file becomes a chunk of a conversation, and the conversation is then
/// complete.
///
/// Nothing is recognised twice, neither after a restart nor when the same files are sent again.
package struct SyncJobs: WorkloadJobs {
    package static let dialect = "sync"
    /// Silence that separates conversations, between two files or within one.
    package static let pause: Duration = .seconds(120)
    /// Time between two checks for free capacity of the gateway.
    private static let busyWait: Duration = .seconds(1)

    func keepsUploads(after outcome: JobOutcome) -> Bool { false }

    package func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder? {
        SyncOrder(job.request).map { JobOrder(options: RecognitionOptions(language: $0.language, workload: .sync), format: .container) }
    }

    package func report(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async -> WorkloadReport {
        // `work` has already parsed this order.
        guard let order = SyncOrder(job.request) else { return WorkloadReport() }
        var run = Run(job: job, order: order, grant: grant, services: services)
        return await run.all()
    }

    /// The processing of one job's files.
    private struct Run {
        let job: TranscriptionJob
        let order: SyncOrder
        let grant: Grant
        let services: RecordingServices
        var report = WorkloadReport()
        /// The conversation that the next file goes to, with the start of its timeline and its current end.
        private var open: (place: ChunkedRecordings.Place, start: UnixTime, end: UnixTime)?

        init(job: TranscriptionJob, order: SyncOrder, grant: Grant, services: RecordingServices) {
            self.job = job
            self.order = order
            self.grant = grant
            self.services = services
        }

        mutating func all() async -> WorkloadReport {
            for file in order.files {
                guard !Task.isCancelled else { return report }
                do throws(ChunkedRecordingError) {
                    let notices = try await take(file)
                    report.add(nil, notices)
                } catch {
                    services.log.info("a file of a sync job failed", [.request: job.id.rawValue, .error: error.detail])
                    report.add(WorkloadError(error))
                }
            }
            // An interrupted job continues after the next start.
            if !Task.isCancelled { await end() }
            return report
        }

        /// - Returns: what was noticed about the file.
        private mutating func take(_ file: SyncOrder.File) async throws(ChunkedRecordingError) -> [RecordingNotice] {
            guard
                let upload = try await ChunkedRecordingError.heard({ () throws(RequestError) in
                    try await services.runner.uploads.find(file.upload, of: job.user)
                })
            else { throw ChunkedRecordingError(.notFound, "upload_gone", "The uploaded file does not exist any more.") }
            defer { withExtendedLifetime(upload) {} }
            let (held, length, isDamaged) = try await decoded(file, upload.path)
            let start = file.started ?? open?.end ?? job.created
            if let open, start - open.end > SyncJobs.pause || start < open.start { await end() }
            let taken = try await put(file, held, start, length)
            let end = start + (taken.chunk.end - taken.chunk.start)
            if let open { self.open?.end = max(open.end, end) }
            guard !isDamaged else {
                throw ChunkedRecordingError(.unprocessableContent, "damaged", "The file is damaged; the audio before the damage is kept.")
            }
            return taken.chunk.notices
        }

        /// Returns the file's audio in a form that can be recognised, with its length if that is known.
        private func decoded(
            _ file: SyncOrder.File, _ path: String
        ) async throws(ChunkedRecordingError) -> (held: ChunkedRecordings.Held, length: Duration?, isDamaged: Bool) {
            guard let frames = file.frames else {
                var recording = Recording(path: path)
                recording.tracks = order.tracks(of: file)
                return (ChunkedRecordings.Held(recording), nil, false)
            }
            let output = services.newPath()
            let owner = DiskOwner(user: job.user, key: job.key, isSent: false)
            let hold = try await ChunkedRecordingError.heard { () throws(RequestError) in try services.spool.budget.open(owner, announced: nil) }
            let result: Result<FrameFile.Decoded, MediaError> = await withCheckedContinuation { continuation in
                services.spool.queue.async {
                    continuation.resume(
                        returning: Result { () throws(MediaError) in
                            try FrameFile.decode(path, as: frames, to: output) { hold.take($0) }
                        })
                }
            }
            hold.end()
            let spooled = SpooledFile(path: output, byteCount: 0, digest: "", hold: hold)
            if let shortage = hold.requestError { throw ChunkedRecordingError(shortage) }
            switch result {
            case .failure(.unavailable(let reason)): throw ChunkedRecordingError(RequestError.engine(.unavailable(reason)))
            case .failure(let error): throw ChunkedRecordingError(.unprocessableContent, "audio_not_usable", "The file cannot be read: \(error).")
            case .success(let decoded):
                let held = ChunkedRecordings.Held(Recording(path: output, format: .linear16(decoded.rate)), file: spooled)
                return (held, decoded.count.duration(at: decoded.rate), decoded.isDamaged)
            }
        }

        /// Puts a file into the open conversation, or begins a conversation with it.
        private mutating func put(
            _ file: SyncOrder.File, _ held: ChunkedRecordings.Held, _ start: UnixTime, _ length: Duration?
        ) async throws(ChunkedRecordingError) -> ChunkedRecordings.Taken {
            if let open {
                do throws(ChunkedRecordingError) {
                    return try await take(file, held, at: open.place, offset: start - open.start, length)
                } catch {
                    guard error == ChunkedRecordings.finished else { throw error }
                    await end()
                }
            }
            // The same file gets the same conversation, and one of its own for another choice of tracks. If that one is complete without the file, or
            // was deleted, the next number is tried.
            for number in 0..<Self.maxConversations {
                let name = "sync/\(file.digest)/\(file.started?.milliseconds ?? 0)" + (order.tracks(of: file).text.map { "/" + $0 } ?? "")
                let place = ChunkedRecordings.Place(user: job.user, conversation: DerivedUUID(name, index: number).description)
                try await services.chunked.begin(
                    place, language: order.language, source: order.source, started: start, pause: SyncJobs.pause, services)
                do throws(ChunkedRecordingError) {
                    let taken = try await take(file, held, at: place, offset: .zero, length)
                    open = (place, start, start)
                    return taken
                } catch {
                    guard error == ChunkedRecordings.finished else {
                        // Other files may still go into this conversation.
                        open = (place, start, start)
                        throw error
                    }
                }
            }
            throw ChunkedRecordings.finished
        }

        private static let maxConversations = 16

        private func take(
            _ file: SyncOrder.File, _ held: ChunkedRecordings.Held, at place: ChunkedRecordings.Place, offset: Duration, _ length: Duration?
        ) async throws(ChunkedRecordingError) -> ChunkedRecordings.Taken {
            let tracks = order.tracks(of: file)
            let choice = tracks.text.map { "-" + $0 } ?? ""
            let chunk = StoredChunk(
                id: "file-\(file.digest.prefix(32))" + choice, hash: file.digest + choice, start: offset, duration: length ?? .zero)
            while !services.batch.enter() {
                guard (try? await Task.sleep(for: SyncJobs.busyWait)) != nil else { throw ChunkedRecordingError(.engine(.cancelled)) }
            }
            defer { services.batch.leave() }
            try await BackgroundChunk.mayGoOn(grant, services)
            let (id, grant, services) = (job.id.rawValue, grant, services)
            while true {
                do throws(ChunkedRecordingError) {
                    return try await services.chunked.take(
                        chunk, in: held, at: place, by: grant, patience: nil, came: job.created, services
                    ) { language throws(ChunkedRecordingError) in
                        var options = RecognitionOptions(language: language, diarize: true, workload: .sync)
                        options.tracks = tracks
                        return try await WorkloadRecognition.run(
                            .sync, held.recording, holding: held.file, options, by: grant, of: place.conversation,
                            part: offset > .zero ? .later : .beginning, id: id, services)
                    }
                } catch {
                    // Another job works on the same file.
                    guard error == ChunkedRecordings.inProgress, (try? await Task.sleep(for: SyncJobs.busyWait)) != nil else { throw error }
                }
            }
        }

        /// Completes the open conversation.
        private mutating func end() async {
            guard let place = open?.place else { return }
            open = nil
            do throws(ChunkedRecordingError) {
                guard let whole = try await services.chunked.finish(place, services) else { return }
                guard !report.conversations.contains(place.conversation) else { return }
                report.conversations.append(place.conversation)
                // The conversation may have been split, now or when the same files came before.
                for number in 1... {
                    let part = ChunkedRecordings.part(number, of: whole.id)
                    let found = try await ChunkedRecordingError.stored { () throws(StoreError) in
                        try await services.conversations.store.conversation(part, of: place.user)
                    }
                    guard found != nil else { break }
                    report.conversations.append(part.rawValue)
                }
            } catch {
                // The routine that completes all open conversations takes care of this one too.
                services.log.warning("a conversation of a sync job is incomplete", [.conversation: place.conversation, .error: error.detail])
                report.conversations.append(place.conversation)
            }
        }
    }
}
