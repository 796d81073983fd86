internal import API
internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Net
internal import Observability
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The endpoint for forms with a person's name and recordings of their voice: `POST /api/v1/people/enroll`.
struct PersonEnrollmentEndpoint: Endpoint {
    static let path = "/api/v1/people/enroll"

    let people: PersonEnrollment
    let recordings: RecordingServices

    /// Maximum size of the whole request, in bytes.
    private static let limit = 64 << 20
    private static let maxFiles = 20

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            let caller = try recordings.admission.authenticate(exchange, credential: call.shown, for: [.write])
            let task = Task { await run(exchange, caller, call) }
            exchange.onAbort = { task.cancel() }
        } catch {
            call.reject(exchange, error, .harken)
        }
    }

    private func run(_ exchange: HTTPExchange, _ caller: AuthenticatedCaller, _ call: Call) async {
        do throws(RequestError) {
            var limits = UploadForm.Limits(body: Self.limit)
            limits.files = Self.maxFiles
            let form = try await UploadForm.read(
                exchange, fileField: "file", spool: recordings.spool, id: call.id, limits: limits, by: caller.caller)
            guard !form.files.isEmpty else { throw .badRequest("The form has no field \"file\".") }
            let name = form.fields.last { $0.name == "name" }?.value ?? ""
            guard name.utf8.count <= ConversationLimits.name, name.contains(where: { !$0.isWhitespace }) else {
                throw .badRequest("The field \"name\" must have letters, and at most \(ConversationLimits.name) bytes.")
            }
            let files = form.files.map { PersonEnrollment.VoiceRecording(name: $0.name, path: $0.content.path) }
            let (person, isNew): (Person, Bool)
            do throws(SpeechProfileError) {
                (person, isNew) = try await people.enrol(name, files, of: caller.user)
            } catch {
                switch error {
                case .rejected(let reason): throw .badRequest(reason)
                case .unavailable(let reason): throw .unavailable(reason)
                case .store(let error):
                    recordings.log.error("a person cannot be enrolled", [.error: "\(error)"])
                    throw .unavailable("The gateway's store cannot be used.")
                }
            }
            var json = JSONWriter()
            ConversationDocument.write(person, to: &json)
            let body = json.bytes
            exchange.loop.execute {
                call.answer(exchange, HTTPResponseHead(isNew ? .created : .ok, headers: ["Content-Type": "application/json"]), body)
            }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, .harken) }
        }
    }
}
