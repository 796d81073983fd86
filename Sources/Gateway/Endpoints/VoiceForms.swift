internal import Admission
internal import Framing
internal import Live
internal import Net
internal import Observability
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The common part of the endpoints for forms with recordings of a voice: reads the form, and answers with JSON.
struct VoiceForms: Sendable {
    let recordings: RecordingServices
    let limits: UploadForm.Limits
    /// The text for the log when the store cannot be used.
    let failure: StaticString

    /// An answer, with what was noticed about the recordings.
    typealias Answer = (status: HTTPStatus, body: [UInt8], notices: [RecordingNotice])

    /// - Parameter enrol: enrols the voice in the form's files, of which there is at least one; returns the answer.
    func handle(
        _ exchange: HTTPExchange, _ call: Call, enrol: @escaping @Sendable (UploadForm, ID<User>) async throws(SpeechProfileError) -> Answer
    ) {
        do throws(RequestError) {
            let caller = try recordings.admission.authenticate(exchange, credential: call.shown, for: [.write])
            let task = Task {
                do throws(RequestError) {
                    let (status, body, notices) = try await answer(to: exchange, caller, call, enrol)
                    var headers: HTTPHeaders = ["Content-Type": "application/json"]
                    RecordingNotices.add(notices, to: &headers)
                    let head = HTTPResponseHead(status, headers: headers)
                    exchange.loop.execute { call.answer(exchange, head, body) }
                } catch {
                    exchange.loop.execute { call.reject(exchange, error, .harken) }
                }
            }
            exchange.onAbort = { task.cancel() }
        } catch {
            call.reject(exchange, error, .harken)
        }
    }

    private func answer(
        to exchange: HTTPExchange, _ caller: AuthenticatedCaller, _ call: Call,
        _ enrol: @Sendable (UploadForm, ID<User>) async throws(SpeechProfileError) -> Answer
    ) async throws(RequestError) -> Answer {
        let form = try await UploadForm.read(
            exchange, fileField: "file", spool: recordings.spool, id: call.id, limits: limits, by: caller.caller)
        guard !form.files.isEmpty else { throw .badRequest("The form has no field \"file\".") }
        do throws(SpeechProfileError) {
            return try await enrol(form, caller.user)
        } catch {
            switch error {
            case .rejected(let reason): throw .badRequest(reason)
            case .unavailable(let reason): throw .unavailable(reason)
            case .store(let error):
                recordings.log.error(failure, [.error: "\(error)"])
                throw RequestError(error)
            }
        }
    }
}
