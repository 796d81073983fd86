internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// `POST /v1/audio/translations`: refused, since no engine here translates.
struct OpenAITranslationEndpoint: Endpoint {
    func credential(in head: HTTPRequestHead) -> Credential? { OpenAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        do throws(RefusalCause) {
            _ = try gateway.admission.authenticate(exchange, credential: credential(in: head), for: [.transcribe])
            gateway.refuse(exchange, OpenAITranscriptionRequest.translationRefusal(gateway.handshake(call)), call)
        } catch {
            gateway.refuse(exchange, error, OpenAITranscriptionEndpoint.voice, call)
        }
    }
}
