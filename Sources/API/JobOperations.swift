internal import Admission
internal import Conversations
internal import Framing
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// Operations that recognize conversations again, and those of jobs: their state, and the list of imported recordings.
struct JobOperations: Sendable {
    let store: any ConversationStores
    let recordings: RecordingServices

    private static let answer = APIOperation.Answer.schema("Job")
    private static let pages = PageParameters("jobs", standard: 20, most: ConversationLimits.page)

    private var imports: RecordingImports { RecordingImports(recordings) }

    var all: [APIOperation] {
        [
            APIOperation(
                .post, "/conversations/{id}/postprocess", .write,
                summary: "Recognizes a finished conversation again, from its audio. Changes made by hand stay.",
                answer: Self.answer
            ) { request throws(APIError) in
                let id: ID<Conversation> = request.id("id")
                let (found, audio) = try await APIError.stored { () throws(StoreError) in
                    (try await store.conversation(id, of: request.user), try await store.audio(of: id, of: request.user))
                }
                guard let conversation = found else { throw .notFound("conversation", id.rawValue) }
                guard conversation.status == .completed else { throw APIError(.conflict, "not_completed", "The conversation is not over yet.") }
                guard !audio.isEmpty else { throw APIError(.conflict, "no_audio", "The conversation has no stored audio.") }
                let grant = try await grant(to: request)
                let job = TranscriptionJob(
                    id: ID(recordings.newID()), dialect: PostprocessJobs.dialect, user: request.user, key: request.caller.caller.grant?.key,
                    created: recordings.now(), request: PostprocessJobs.order, audio: id.rawValue,
                    ownKeys: Array(grant.keys.engines))
                let hasRoom = try await APIError.stored { () throws(StoreError) in
                    try await recordings.runner.order(job, keys: grant.keys, recordings)
                }
                guard hasRoom else { throw APIError(.tooManyRequests, "too_many_jobs", "Too many jobs wait; try again later.") }
                return APIAnswer(status: .accepted, body: job.document(nil, at: JobAddress.address(of: job.id)))
            },
            APIOperation(
                .get, "/jobs", .read, .transcribe, summary: "Lists the imports of recordings, the newest first.",
                query: Self.pages.fields,
                answer: .object([
                    .init("jobs", "[Job]", required: true, "The jobs."),
                    PageParameters.next,
                ])
            ) { request throws(APIError) in
                let asked = try Self.pages.page(of: request)
                let page = try await APIError.stored { () throws(StoreError) in
                    try await imports.list(of: request.user, limit: asked.limit, before: asked.cursor.map { ID($0) })
                }
                return .json { json in
                    json.beginObject()
                    json.key("jobs")
                    json.beginArray()
                    for standing in page.imports { json.value(raw: document(standing)) }
                    json.endArray()
                    json.member("next", optional: page.next?.rawValue)
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/jobs/{id}", .read, .transcribe, summary: "Returns the state of a background job.", answer: Self.answer
            ) { request throws(APIError) in
                let id: ID<TranscriptionJob> = request.id("id")
                if let standing = try await APIError.stored({ () throws(StoreError) in try await imports.find(id, of: request.user) }) {
                    return APIAnswer(body: document(standing))
                }
                let found = try await APIError.stored { () throws(StoreError) in
                    try await recordings.runner.report(of: id, request.user, dialects: [PostprocessJobs.dialect, SyncJobs.dialect])
                }
                guard let (job, report) = found else { throw .notFound("job", id.rawValue) }
                return APIAnswer(body: job.document(report, at: JobAddress.address(of: id)))
            },
            APIOperation(
                .delete, "/jobs/{id}", .write, .transcribe,
                summary: "Cancels the import of a recording. One that is over is taken from the list, and its conversation stays.", answer: .nothing
            ) { request throws(APIError) in
                let id: ID<TranscriptionJob> = request.id("id")
                guard try await APIError.stored({ () throws(StoreError) in try await imports.cancel(id, of: request.user) }) else {
                    throw .notFound("job", id.rawValue)
                }
                return .nothing
            },
            APIOperation(
                .post, "/jobs/{id}/retry", .transcribe,
                summary: "Begins an import again with the same file: one that has failed, or with another track or mixed channels, one that is done.",
                query: [
                    .init("track", "string", "The sound track that is heard, a number from 1, or all; the conversation of another one stays."),
                    .init(
                        "channels", "boolean",
                        "true: each channel is heard by itself; false: they are mixed; the earlier conversation stays. Default: as before."),
                ],
                answer: Self.answer
            ) { request throws(APIError) in
                let id: ID<TranscriptionJob> = request.id("id"), track = request.query.first("track")
                let tracks = track.flatMap { TrackChoice($0) }
                guard track == nil || tracks != nil else {
                    throw .badRequest("track must be all, or the number of a sound track from 1.")
                }
                let channels = request.query.first("channels")
                guard channels == nil || channels == "true" || channels == "false" else { throw .badRequest("channels takes true or false.") }
                let grant = try await grant(to: request)
                do throws(RecordingImports.RetryError) {
                    let standing = try await imports.retry(
                        id, tracks: tracks, separatesChannels: channels.map { $0 == "true" }, request.caller, by: grant)
                    return APIAnswer(status: .accepted, body: document(standing))
                } catch {
                    switch error {
                    case .notFound: throw .notFound("job", id.rawValue)
                    case .notFailed:
                        let isNamed = track != nil || channels != nil
                        throw APIError(
                            .conflict, "conflict",
                            isNamed ? "The job has not failed, and with these choices nothing else of its file is heard." : "The job has not failed.")
                    case .fileGone: throw APIError(.conflict, "file_gone", "The file is not kept any more: it was kept for a day. Send it again.")
                    case .request(let error): throw APIError(error)
                    }
                }
            },
        ]
    }

    private func document(_ standing: RecordingImports.Standing) -> [UInt8] {
        standing.document(imports.progress(of: standing), at: JobAddress.address(of: standing.job.id))
    }

    /// Returns the grant for the recognition that the request orders.
    private func grant(to request: APIRequest) async throws(APIError) -> Grant {
        do throws(RequestError) {
            return try await recordings.admission.admit(request.caller, BYOKCredentials(request.head), for: .recording)
        } catch {
            throw APIError(error)
        }
    }
}
