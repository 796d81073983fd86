package import Admission
internal import Conversations
internal import Engines
internal import Framing
internal import Live
internal import Observability
package import Protocols
internal import RecordingAssembly
internal import Speech
package import Store

/// Recognizes recordings that users import: each one becomes a conversation with its file's name, date, speakers and audio.
///
/// A job that was interrupted begins anew, and fills the same conversation.
package struct ImportJobs: WorkloadJobs {
    package static let dialect = "import"
    /// Kind of the recorder of these conversations.
    static let source = "import"
    /// Time between two checks for free capacity of the gateway, or for the end of other work.
    private static let busyWait: Duration = .seconds(1)

    static let deleted = ChunkedRecordingError(.notFound, "conversation_deleted", "The conversation was deleted while the recording was heard.")
    private static let fileGone = ChunkedRecordingError(.notFound, "upload_gone", "The uploaded file does not exist any more.")

    package func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder? {
        ImportOrder(job.request).map { JobOrder(options: $0.options, format: .container) }
    }

    /// The file of a job that has failed is kept for a day, so that the job can be ordered again. So is a file with sound tracks that were
    /// not heard, or with channels that were mixed.
    func keepsUploads(after outcome: JobOutcome) -> Bool {
        switch outcome {
        case .completed(let transcript):
            transcript.raw.flatMap(WorkloadReport.init).map { !$0.failed.isEmpty || $0.hasOtherTracks || $0.hasMixedChannels } ?? false
        case .failed: true
        }
    }

    package func report(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async -> WorkloadReport {
        var report = WorkloadReport()
        // `work` has already parsed this order.
        guard let order = ImportOrder(job.request) else { return report }
        services.runner.progress.begin(job.id)
        defer { services.runner.progress.end(job.id) }
        do throws(ChunkedRecordingError) {
            let (conversation, notices) = try await hear(order, job, grant, services)
            if let conversation { report.conversations.append(conversation.rawValue) }
            report.add(nil, notices)
        } catch {
            // An interrupted job goes on with its conversation after the next start, unless its owner has cancelled it.
            if Task.isCancelled, await !isGone(job, services) { return report }
            await Self.abandon(order, of: job.user, services)
            services.log.info("a recording could not be imported", [.request: job.id.rawValue, .error: error.detail])
            report.add(WorkloadError(error))
        }
        return report
    }

    private func isGone(_ job: TranscriptionJob, _ services: RecordingServices) async -> Bool {
        do throws(StoreError) {
            let found = try await services.runner.jobs.find(job.id, of: job.user)
            // The same file may have come again meanwhile.
            return found == nil || found?.job.status == .deleted || found?.job.request != job.request
        } catch {
            return false
        }
    }

    /// Removes the conversation that an import has begun, with the audio and the words that it has by now. The import adds nothing later.
    static func abandon(_ order: ImportOrder, of user: ID<User>, _ services: RecordingServices) async {
        let store = services.conversations.store
        do throws(StoreError) {
            // A conversation that is complete was made by an import that had come to its end.
            switch try await store.status(of: order.conversation, of: user) {
            case .inProgress, .processing: _ = try await store.delete(order.conversation, of: user)
            case .completed, .discarded, .failed, nil: break
            }
        } catch {
            // A forgotten recording is removed later.
            services.log.warning(
                "the conversation of an import cannot be removed", [.conversation: order.conversation.rawValue, .error: "\(error)"])
        }
        services.conversations.detach(order.conversation, of: user, timeout: nil)
    }

    /// - Returns: the conversation, nil when nothing was said; and what was noticed about the recording.
    private func hear(
        _ order: ImportOrder, _ job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) -> (conversation: ID<Conversation>?, notices: [RecordingNotice]) {
        let place = ChunkedRecordings.Place(user: job.user, conversation: order.conversation.rawValue)
        guard
            let upload = try await ChunkedRecordingError.heard({ () throws(RequestError) in
                try await services.runner.uploads.find(job.audio, of: job.user)
            })
        else { throw Self.fileGone }
        defer { withExtendedLifetime(upload) {} }
        var recording = Recording(path: upload.path)
        recording.digest = order.digest
        recording.tracks = order.choices.tracks
        var order = order
        let facts: FileFacts
        do throws(RequestError) {
            facts = try await services.facts(
                about: recording, readsStart: order.choices.started == nil, readsMix: order.choices.mixesChannels, for: job.id)
        } catch {
            throw Self.explained(error)
        }
        if order.choices.started == nil { order.choices.started = facts.started }
        try await services.chunked.begin(
            place, language: order.choices.language, source: Self.source,
            started: order.choices.started ?? order.choices.modified ?? job.created, services)
        // A conversation that its user deletes meanwhile is not brought back.
        guard try await services.chunked.setTitle(place, order.title, services) else { throw Self.deleted }
        // An owner who cancelled before the conversation began has removed none.
        guard await !isGone(job, services) else { throw Self.deleted }
        let taken = try await take(order, job, recording, facts, at: place, grant, services)
        return (try await end(place, services), taken.chunk.notices)
    }

    private func take(
        _ order: ImportOrder, _ job: TranscriptionJob, _ recording: Recording, _ facts: FileFacts, at place: ChunkedRecordings.Place,
        _ grant: Grant, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) -> ChunkedRecordings.Taken {
        let chunk = StoredChunk(id: "file-\(order.digest.prefix(32))", hash: order.digest, start: .zero, duration: .zero)
        let (engines, options) = try await ChunkedRecordingError.heard { () throws(RequestError) in
            var options = order.options
            let engines = try grant.engines(for: &options, named: job.engines)
            return (engines, options)
        }
        let work = RecordingJob(
            services: services, id: job.id.rawValue, grant: grant, engines: engines, options: options, conversation: order.conversation)
        while true {
            try await BackgroundChunk.mayGoOn(grant, services)
            do throws(ChunkedRecordingError) {
                return try await services.chunked.take(
                    chunk, in: ChunkedRecordings.Held(recording), at: place, by: grant, patience: nil, started: order.choices.started,
                    came: order.choices.started == nil ? order.choices.modified ?? job.created : job.created, isWhole: true, services
                ) { _ throws(ChunkedRecordingError) in
                    do throws(RequestError) {
                        var result = try await work.recognized(recording) { services.runner.progress.take($0, of: job.id) }
                        if let mix = facts.mix { result.transcript.notices.append(mix) }
                        return result
                    } catch {
                        throw Self.explained(error)
                    }
                }
            } catch {
                guard error != ChunkedRecordings.finished, error != .notFound else { throw Self.deleted }
                // The gateway is full, or another process works on the same recording. Nobody waits for this job, so the job waits.
                guard error.status == .tooManyRequests || error == ChunkedRecordings.inProgress, error.retryAfter != nil,
                    (try? await Task.sleep(for: Self.busyWait)) != nil
                else { throw error }
            }
        }
    }

    /// Returns the error in words for people, who see it beside the file's name.
    private static func explained(_ error: RequestError) -> ChunkedRecordingError {
        guard let failure = ProviderError(error) else { return ChunkedRecordingError(error) }
        let (status, code, message) = error.plain
        var explained = ChunkedRecordingError(status, code, message)
        explained.provider = failure.provider
        return explained
    }

    /// Completes the conversation as every conversation is.
    private func end(_ place: ChunkedRecordings.Place, _ services: RecordingServices) async throws(ChunkedRecordingError) -> ID<Conversation>? {
        while true {
            do throws(ChunkedRecordingError) {
                return try await services.chunked.finish(place, services)?.id
            } catch {
                // A long conversation takes its time.
                guard error.status == .serviceUnavailable, error.retryAfter != nil, (try? await Task.sleep(for: Self.busyWait)) != nil else {
                    throw error
                }
            }
        }
    }
}
