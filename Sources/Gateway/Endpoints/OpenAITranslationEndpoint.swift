internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// The endpoint of `POST /v1/audio/translations`: rejects all requests, because no engine here translates.
struct OpenAITranslationEndpoint: Endpoint {
    let admission: Admission

    func credential(in head: HTTPRequestHead) -> Credential? { OpenAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            _ = try admission.authenticate(exchange, credential: call.shown, for: [.transcribe])
            call.reject(exchange, OpenAITranscriptionRequest.translationError(call.handshake))
        } catch {
            call.reject(exchange, error, OpenAITranscriptionEndpoint.renderer)
        }
    }
}
