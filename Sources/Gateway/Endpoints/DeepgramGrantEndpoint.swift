internal import Admission
internal import Framing
internal import Net
internal import Protocols
internal import Recordings

/// The endpoint of `POST /v1/auth/grant`: returns a temporary token for Deepgram's routes.
struct DeepgramGrantEndpoint: Endpoint {
    /// Paths at which the tokens are accepted. A token is accepted any number of times until it expires.
    private static let paths: Set<String> = ["/v1/listen", "/v2/listen"]

    let admission: Admission

    func credential(in head: HTTPRequestHead) -> Credential? { DeepgramCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            let caller = try admission.authenticate(exchange, credential: call.shown, for: [.listen, .transcribe])
            exchange.collectBody(limit: DeepgramGrantRequest.longestBody) { result in
                do throws(RequestError) {
                    let body = try result.mapError { RequestError($0, received: DeepgramGrantRequest.longestBody) }.get()
                    let request = try DeepgramGrantRequest(body)
                    let token = try admission.issueToken(
                        .init(lifetime: request.lifetime, isSingleUse: false, paths: Self.paths), to: caller)
                    let headers: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store", "dg-request-id": call.id]
                    call.answer(exchange, HTTPResponseHead(.ok, headers: headers), request.answer(token: token))
                } catch {
                    call.reject(exchange, error, DeepgramPrerecordedEndpoint.renderer)
                }
            }
        } catch {
            call.reject(exchange, error, DeepgramPrerecordedEndpoint.renderer)
        }
    }
}
