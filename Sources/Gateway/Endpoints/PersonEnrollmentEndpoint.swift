internal import API
internal import Conversations
internal import Framing
internal import Live
internal import Net
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
        var limits = UploadForm.Limits(body: Self.limit)
        limits.files = Self.maxFiles
        let forms = VoiceForms(recordings: recordings, limits: limits, failure: "a person cannot be enrolled")
        forms.handle(exchange, call) { [people] form, user async throws(SpeechProfileError) in
            let name = form.fields.last { $0.name == "name" }?.value ?? ""
            guard name.utf8.count <= ConversationLimits.name, !NameKey.trimmed(name).isEmpty else {
                throw .rejected("The field \"name\" must have letters, and at most \(ConversationLimits.name) bytes.")
            }
            let files = form.files.map { PersonEnrollment.VoiceRecording(name: $0.name, path: $0.content.path) }
            var json = JSONWriter()
            do throws(SpeechProfileError) {
                let (person, isNew, notices) = try await people.enrol(name, files, of: user)
                ConversationDocument.write(person, to: &json)
                return (isNew ? .created : .ok, json.bytes, notices)
            } catch {
                // Several people have the name.
                guard case .store(.conflict(let reason)) = error else { throw error }
                json.beginObject()
                json.error(code: "conflict", message: reason)
                json.endObject()
                return (.conflict, json.bytes, [])
            }
        }
    }
}
