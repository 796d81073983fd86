internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// The endpoint of `POST /v1/audio/translations`: refuses all requests, because no engine here translates.
struct OpenAITranslationEndpoint: Endpoint {
    let admission: Admission

    func credential(in head: HTTPRequestHead) -> Credential? { OpenAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let head = exchange.request
        do throws(RefusalCause) {
            _ = try admission.authenticate(exchange, credential: credential(in: head), for: [.transcribe])
            call.refuse(exchange, OpenAITranscriptionRequest.translationRefusal(call.handshake))
        } catch {
            call.refuse(exchange, error, OpenAITranscriptionEndpoint.voice)
        }
    }
}
