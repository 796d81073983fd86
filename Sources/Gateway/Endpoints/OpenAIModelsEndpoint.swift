internal import Admission
internal import Framing
internal import Net
internal import Protocols
internal import Speech

/// The endpoint of `GET /v1/models` and `GET /v1/models/{id}`, which OpenAI's, Deepgram's and Soniox's clients ask.
struct OpenAIModelsEndpoint: Endpoint {
    static let path = "/v1/models"

    let admission: Admission
    /// Engines for the models that the operator has named.
    let aliases: ModelAliases
    /// The languages of the gateway's engines.
    let languages: Capabilities.Languages
    /// Creation time of the models, as the answer states it.
    let created: UnixTime

    func credential(in head: HTTPRequestHead) -> Credential? { DeepgramCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let head = exchange.request
        let handshake = call.handshake
        do throws(RequestError) {
            _ = try admission.authenticate(exchange, credential: call.shown, for: [])
        } catch {
            return call.reject(exchange, error, OpenAITranscriptionEndpoint.renderer)
        }
        let name = head.path.dropFirst(Self.path.count).drop { $0 == "/" }
        let body: Result<[UInt8], ErrorResponse> =
            name.isEmpty
            ? .success(OpenAIModels.list(handshake, aliases, languages: languages, created: created))
            : OpenAIModels.one(String(name), handshake, aliases, created: created)
        switch body {
        case .success(let json):
            let headers: HTTPHeaders = ["Content-Type": "application/json", "x-request-id": call.id]
            call.answer(exchange, HTTPResponseHead(.ok, headers: headers), json)
        case .failure(let response): call.reject(exchange, response)
        }
    }
}
