internal import Admission
internal import Framing
internal import Net
internal import Protocols

/// `GET /v1/models` and `GET /v1/models/{id}`.
struct OpenAIModelsEndpoint: Endpoint {
    static let path = "/v1/models"

    func credential(in head: HTTPRequestHead) -> Credential? { OpenAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        let handshake = gateway.handshake(call)
        do throws(RefusalCause) {
            _ = try gateway.admission.authenticate(exchange, credential: credential(in: head), for: [])
        } catch {
            return gateway.refuse(exchange, error, OpenAITranscriptionEndpoint.voice, call)
        }
        let name = head.path.dropFirst(Self.path.count).drop { $0 == "/" }
        let body: Result<[UInt8], Refusal> =
            name.isEmpty
            ? .success(OpenAIModels.list(handshake, created: gateway.startedAt))
            : OpenAIModels.one(String(name), handshake, created: gateway.startedAt)
        switch body {
        case .success(let json):
            let headers: HTTPHeaders = ["Content-Type": "application/json", "x-request-id": call.id]
            gateway.answer(exchange, HTTPResponseHead(.ok, headers: headers), json, call: call)
        case .failure(let refusal): gateway.refuse(exchange, refusal, call)
        }
    }
}
