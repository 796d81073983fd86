internal import API
internal import Framing
internal import Live
internal import Net
internal import Protocols
internal import Recordings
internal import Speech

/// The endpoint for forms with a recording of the user's voice. `POST /v3/upload-audio` makes the recording the profile, and answers with its
/// address; `POST /v3/speech-profile/expand` keeps the recording in addition, and answers with what is kept of it.
struct SpeechProfileEndpoint: Endpoint {
    let isProfile: Bool
    let profiles: SpeechProfiles
    let recordings: RecordingServices

    /// Maximum size of the whole request, in bytes: 180 s at 16 kHz are 5.8 MB.
    private static let limit = 16 << 20

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let forms = VoiceForms(recordings: recordings, limits: .init(body: Self.limit), failure: "a speech profile cannot be stored")
        forms.handle(exchange, call) { form, user async throws(SpeechProfileError) in
            // The form has at most one file.
            guard let file = form.file else { throw .rejected("The form has no field \"file\".") }
            let (body, notices) = try await take(file.path, of: user)
            return (.ok, body, notices)
        }
    }

    private func take(_ path: String, of user: ID<User>) async throws(SpeechProfileError) -> (body: [UInt8], notices: [RecordingNotice]) {
        var json = JSONWriter()
        let notices: [RecordingNotice]
        if isProfile {
            notices = try await profiles.enrol(path, of: user)
            json.beginObject()
            json.member("url", SpeechProfiles.audioPath)
            json.endObject()
        } else {
            let kept = try await profiles.expand(path, of: user)
            kept.sample.write(to: &json)
            notices = kept.notices
        }
        return (json.bytes, notices)
    }
}
