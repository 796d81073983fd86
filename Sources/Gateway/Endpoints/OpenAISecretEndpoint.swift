internal import Admission
internal import Framing
internal import Net
internal import Protocols
internal import Recordings

/// The endpoint of `POST /v1/realtime/client_secrets`, and of the beta's `/v1/realtime/transcription_sessions` and `/v1/realtime/sessions`: returns
/// temporary keys for `WS /v1/realtime`.
struct OpenAISecretEndpoint: Endpoint {
    let shape: RealtimeConfiguration.Shape
    /// The type of a session that names none.
    var type = RealtimeConfiguration.SessionType.transcription
    let admission: Admission

    func credential(in head: HTTPRequestHead) -> Credential? { OpenAICredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let renderer = OpenAITranscriptionEndpoint.renderer
        do throws(RequestError) {
            let caller = try admission.authenticate(exchange, credential: call.shown, for: [.listen])
            exchange.collectBody(limit: RealtimeSecretRequest.longestBody) { result in
                do throws(RequestError) {
                    let body = try result.mapError { RequestError($0, received: RealtimeSecretRequest.longestBody) }.get()
                    let context = call.handshake
                    let request: RealtimeSecretRequest
                    do throws(RealtimeError) {
                        request = try RealtimeSecretRequest(body, shape, type: type, context)
                    } catch {
                        return call.reject(exchange, OpenAIErrorResponse.invalid(error, requestID: call.id))
                    }
                    let token = try admission.issueToken(
                        .init(lifetime: request.lifetime, isSingleUse: false, paths: ["/v1/realtime"], settings: request.settings), to: caller)
                    let headers: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store", "x-request-id": call.id]
                    call.answer(exchange, HTTPResponseHead(.ok, headers: headers), request.answer(token: token, context))
                } catch {
                    call.reject(exchange, error, renderer)
                }
            }
        } catch {
            call.reject(exchange, error, renderer)
        }
    }
}
