internal import API
internal import Admission
internal import Framing
internal import Net
internal import Protocols
internal import Recordings
internal import Store

/// The endpoint that takes a recording in, which becomes a conversation: `POST /api/v1/jobs`. Answers as soon as the file and its job survive a power
/// cut; the work goes on without the caller.
struct ImportEndpoint: Endpoint {
    static let path = JobAddress.path

    let recordings: RecordingServices

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let task = Task { await run(exchange, call) }
        exchange.onAbort = { task.cancel() }
    }

    private func run(_ exchange: HTTPExchange, _ call: Call) async {
        do throws(RequestError) {
            let (caller, grant) = try await recordings.admission.admit(exchange, credential: call.shown, for: .recording)
            let imports = RecordingImports(recordings)
            let standing = try await imports.accept(exchange, caller, id: call.id, by: grant)
            let body = standing.document(imports.progress(of: standing), at: JobAddress.address(of: standing.job.id))
            // A file that was heard before is answered with its conversation.
            let head = HTTPResponseHead(standing.isUnderWay ? .accepted : .ok, headers: ["Content-Type": "application/json"])
            exchange.loop.execute { call.answer(exchange, head, body) }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, .harken) }
        }
    }
}
