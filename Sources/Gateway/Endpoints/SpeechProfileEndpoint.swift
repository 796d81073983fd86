internal import API
internal import Admission
internal import Framing
internal import Live
internal import Net
internal import Observability
internal import Protocols
internal import Recordings
internal import Speech
internal import Store

/// The endpoint for forms with a recording of the user's voice. `POST /v3/upload-audio` makes the recording the profile, and answers with its
/// address; `POST /v3/speech-profile/expand` keeps the recording in addition, and answers with the recordings that are kept.
struct SpeechProfileEndpoint: Endpoint {
    let isProfile: Bool
    let profiles: SpeechProfiles
    let recordings: RecordingServices

    /// Maximum size of the whole request, in bytes: 180 s at 16 kHz are 5.8 MB.
    private static let limit = 16 << 20

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
            let form = try await UploadForm.read(
                exchange, fileField: "file", spool: recordings.spool, id: call.id, limits: .init(body: Self.limit), by: caller.caller)
            guard let file = form.file else { throw .badRequest("The form has no field \"file\".") }
            let body: [UInt8]
            do throws(SpeechProfileError) {
                body = try await take(file.path, of: caller.user)
            } catch {
                switch error {
                case .rejected(let reason): throw .badRequest(reason)
                case .unavailable(let reason): throw .unavailable(reason)
                case .store(let error):
                    recordings.log.error("a speech profile cannot be stored", [.error: "\(error)"])
                    throw .unavailable("The gateway's store cannot be used.")
                }
            }
            exchange.loop.execute {
                call.answer(exchange, HTTPResponseHead(.ok, headers: ["Content-Type": "application/json"]), body)
            }
        } catch {
            exchange.loop.execute { call.reject(exchange, error, .harken) }
        }
    }

    private func take(_ path: String, of user: ID<User>) async throws(SpeechProfileError) -> [UInt8] {
        var json = JSONWriter()
        if isProfile {
            try await profiles.enrol(path, of: user)
            json.beginObject()
            json.member("url", SpeechProfiles.audioPath)
            json.endObject()
        } else {
            try await profiles.expand(path, of: user).write(to: &json)
        }
        return json.bytes
    }
}
