internal import Admission
internal import Conversations
internal import Framing
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// Operations that recognise conversations again, and that report the state of jobs.
struct JobOperations: Sendable {
    let store: any ConversationStores
    let recordings: RecordingServices

    private static func address(of job: ID<TranscriptionJob>) -> String { APIOperation.root + "/jobs/" + job.rawValue }

    private static let state: APIOperation.Answer = .object([
        .init("job_id", "string", required: true, "The job."),
        .init("status", "string", required: true, "queued, processing, completed, partial_failure or failed."),
        .init("status_url", "string", required: true, "The path that returns the job's state."),
        .init("conversation_id", "string?", required: true, "The first of the conversations."),
        .init("conversations", "[string]", required: true, "The conversations that the job has made or changed."),
        .init("error", "string?", required: true, "The reason for missing results."),
        .init("provider", "string", "The engine that failed; absent if none did."),
        .init("code", "string", "The failure's stable code, such as provider_key_refused."),
        .init("files", "[FileState]", "The files of the job, in order; absent until one is done."),
    ])

    var all: [APIOperation] {
        [
            APIOperation(
                .post, "/conversations/{id}/postprocess", .write,
                summary: "Recognizes a finished conversation again, from its audio. Changes made by hand stay.",
                answer: Self.state
            ) { request throws(APIError) in
                let id: ID<Conversation> = request.id("id")
                let (found, audio) = try await APIError.stored { () throws(StoreError) in
                    (try await store.conversation(id, of: request.user), try await store.audio(of: id, of: request.user))
                }
                guard let conversation = found else { throw .notFound("conversation", id.rawValue) }
                guard conversation.status == .completed else { throw APIError(.conflict, "not_completed", "The conversation is not over yet.") }
                guard !audio.isEmpty else { throw APIError(.conflict, "no_audio", "The conversation has no stored audio.") }
                let grant: Grant
                do throws(RequestError) {
                    grant = try await recordings.admission.admit(request.caller, BYOKCredentials(request.head), for: .recording)
                } catch {
                    throw APIError(error)
                }
                let job = TranscriptionJob(
                    id: ID(recordings.newID()), dialect: PostprocessJobs.dialect, user: request.user, key: request.caller.caller.grant?.key,
                    created: recordings.now(), request: PostprocessJobs.order, audio: id.rawValue,
                    ownKeys: Array(grant.keys.engines))
                let hasRoom = try await APIError.stored { () throws(StoreError) in
                    try await recordings.runner.order(job, keys: grant.keys, recordings)
                }
                guard hasRoom else { throw APIError(.tooManyRequests, "too_many_jobs", "Too many jobs wait; try again later.") }
                return APIAnswer(status: .accepted, body: job.document(nil, at: Self.address(of: job.id)))
            },
            APIOperation(.get, "/jobs/{id}", .read, summary: "Returns the state of a background job.", answer: Self.state) {
                request throws(APIError) in
                let id: ID<TranscriptionJob> = request.id("id")
                let found = try await APIError.stored { () throws(StoreError) in
                    try await recordings.runner.report(of: id, request.user, dialects: [PostprocessJobs.dialect, SyncJobs.dialect])
                }
                guard let (job, report) = found else { throw .notFound("job", id.rawValue) }
                return APIAnswer(body: job.document(report, at: Self.address(of: id)))
            },
        ]
    }
}
