package import Admission
internal import Conversations
internal import Framing
import Live
internal import Observability
package import Protocols
internal import RecordingAssembly
internal import Speech
package import Store
internal import Usage

/// Recognises finished conversations a second time, from the audio that is kept with them.
package struct PostprocessJobs: WorkloadJobs {
    package static let dialect = "postprocess"

    /// The order of a job; empty, because the job itself has all that is needed.
    package static var order: String { SyncOrder(files: [], language: nil, source: "").text }

    package func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder? {
        JobOrder(options: RecognitionOptions(workload: .postprocess), format: .container)
    }

    package func report(on job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async -> WorkloadReport {
        var report = WorkloadReport()
        do throws(ChunkedRecordingError) {
            try await hear(job, grant, services)
            report.add(nil)
            report.conversations.append(job.audio)
        } catch {
            services.log.info("a conversation could not be recognized again", [.conversation: job.audio, .error: error.detail])
            report.add(WorkloadError(error))
        }
        return report
    }

    private func hear(_ job: TranscriptionJob, _ grant: Grant, _ services: RecordingServices) async throws(ChunkedRecordingError) {
        let store = services.conversations.store
        let id = ID<Conversation>(job.audio)
        let (found, audio) = try await ChunkedRecordingError.stored { () throws(StoreError) in
            (try await store.conversation(id, of: job.user), try await store.audio(of: id, of: job.user))
        }
        guard let conversation = found else { throw .notFound }
        guard !audio.isEmpty else { throw ChunkedRecordingError(.conflict, "no_audio", "The conversation has no stored audio.") }
        var chunks: [RecognizedChunk] = []
        var hidden: [Range<Duration>] = []
        for part in audio {
            try await BackgroundChunk.mayGoOn(grant, services)
            let file = try await ChunkedRecordingError.stored { () throws(StoreError) in
                guard let name = BlobName(part.file) else { return nil as BlobFile? }
                return try await services.conversations.audio.file(of: name)
            }
            guard let file else { throw ChunkedRecordingError(.conflict, "no_audio", "The conversation has no stored audio.") }
            defer { withExtendedLifetime(file) {} }
            let recording = Recording(path: file.path)
            var options = RecognitionOptions(language: conversation.language, diarize: true, workload: .postprocess)
            // An engine may have found the conversation's language, which nobody named. Where it is not allowed, it is found among those that are.
            grant.limitLanguages(of: &options, else: nil)
            let speech: SpeechPart = audio.count == 1 ? .whole : chunks.isEmpty ? .beginning : .later
            let (transcript, run) = try await WorkloadRecognition.run(
                .postprocess, recording, holding: nil, options, by: grant, of: job.audio, part: speech, id: job.id.rawValue, services)
            await services.usage.note(run)
            // Not the part's duration, which an imported archive may have named.
            grant.charge(transcript.length.duration(at: transcript.rate))
            for range in transcript.channels.flatMap({ $0.hidden }) {
                let start = part.start + (range.start - .zero).duration(at: transcript.rate)
                hidden.append(start..<start + range.count.duration(at: transcript.rate))
            }
            let chunk = RecognizedChunk(transcript, id: part.file, start: part.start, duration: part.duration, engine: run.engine)
            chunks.append(await services.chunked.heard(chunk, in: recording, of: job.user, services))
        }
        var speakers = Reconciliation(chunks, rule: services.conversations.speakerRule)
        let place = ChunkedRecordings.Place(user: job.user, conversation: job.audio)
        do throws(StoreError) {
            try await ChunkedRecordings.name(&speakers, place, services)
            // The conversation is read again, because people may have edited it meanwhile.
            guard let conversation = try await store.conversation(id, of: job.user) else {
                throw StoreError.conflict("the conversation does not exist any more")
            }
            let hearing = SecondHearing(of: conversation.segments, in: chunks, speakers: speakers) { origin in
                ID(DerivedUUID("\(job.id)/\(origin.chunk)", index: origin.word).description)
            }
            _ = try await store.write(ConversationUpdate(id, changed: hearing.new, removed: hearing.removed), of: job.user)
        } catch {
            throw ChunkedRecordingError(error)
        }
        // Words that were shown before may be hidden now. Another recognition would cost again: a failure that stays is in the log.
        if !hidden.isEmpty {
            _ = await services.conversations.silence(hidden, of: id, of: job.user, waits: ConversationService.silencingWaits)
        }
        await services.conversations.complement()
    }
}
